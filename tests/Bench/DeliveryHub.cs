using CityHub.Silo.Register;
using CityHub.Silo.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace Bench;

/// <summary>What of the hub a webhook passes through: a register on disk and the delivery that empties its outbox.</summary>
internal sealed class DeliveryHub : IAsyncDisposable
{
    private readonly SqliteRegister _register;
    private readonly ServiceProvider _services;
    private readonly IReadOnlyList<IHostedService> _hosted;

    private DeliveryHub(SqliteRegister register, ServiceProvider services, IReadOnlyList<IHostedService> hosted) => (_register, _services, _hosted) = (register, services, hosted);

    public static SqliteRegister Open(string folder, WebhookComposer composer)
    {
        Directory.CreateDirectory(folder);
        return new(new() { Path = Path.Combine(folder, "register.db") }, composer.Compose, TimeProvider.System, NullLogger<SqliteRegister>.Instance);
    }

    /// <summary>A subscription for each of the departments, named after their endpoints, unless the register has some.</summary>
    public static async Task Subscribe(SqliteRegister register, Func<int, string> url)
    {
        if (register.Subscriptions().Count > 0) return;
        for (var i = 0; i < Endpoints.Count; i++)
        {
            await register.AddSubscription(new($"sub_{i}", $"dept-{i}", new(url(i)), [], Severity.Warning, false, Instant.From(TimeProvider.System.GetUtcNow())) { Terms = new() { AgeLimit = TimeSpan.FromDays(7) } },
                WebhookSecret.Create(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)).Reveal());
        }
    }

    public static async Task<DeliveryHub> Start(string folder, Func<int, string> url)
    {
        var composer = new WebhookComposer(SmartCity.Webhooks.City.Unnamed);
        var register = Open(folder, composer);
        await Subscribe(register, url);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IRegister>(register).AddSingleton(TimeProvider.System).AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddWebhooks().Configure<WebhookOptions>(options =>
        {
            options.Heartbeat = TimeSpan.Zero;
            options.StopGrace = TimeSpan.Zero;
            options.AllowedNetworks.Add("127.0.0.0/8");
        });
        var provider = services.BuildServiceProvider();
        var hosted = provider.GetServices<IHostedService>().ToArray();
        foreach (var part in hosted) await part.StartAsync(default);
        return new(register, provider, hosted);
    }

    public Task Raise(string episode, string sensor, string department)
    {
        var now = Instant.From(TimeProvider.System.GetUtcNow());
        return _register.Commit([new EpisodeEvent.Raised(new(episode), "heat", 1, new(sensor), Quantity.AirTemperature, now, Severity.Major, 41.5, now, false)], _ => new("neustadt", department, "Over 40 degrees"));
    }

    public Task Clear(string episode, string sensor, string department) =>
        _register.Commit([new EpisodeEvent.Cleared(new(episode), "heat", 1, new(sensor), Quantity.AirTemperature, Instant.From(TimeProvider.System.GetUtcNow()), 35)], _ => new("neustadt", department, ""));

    /// <summary>Messages to endpoints that do not hang which wait, in the register, for their next attempt.</summary>
    public async Task<int> Waiting()
    {
        var totals = await _register.OutboxTotals();
        return Enumerable.Range(Endpoints.Hung, Endpoints.Count - Endpoints.Hung).Sum(i => (int)totals[$"sub_{i}"].Pending);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in _hosted) await part.StopAsync(default);
        await _services.DisposeAsync();
        _register.Dispose();
    }
}
