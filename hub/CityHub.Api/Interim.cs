using CityHub.Silo.Webhooks;
namespace CityHub.Silo;

public sealed class CityClock(TimeProvider wall) { public SmartCity.Readings.Instant Now => SmartCity.Readings.Instant.From(wall.GetUtcNow()); }
public static class CityHubServices { public static void AddCityHub(IServiceCollection s, IConfiguration c) { s.AddSingleton(sp => new CityClock(sp.GetRequiredService<TimeProvider>())); s.AddWebhooks(); } }
