#if NPGSQL
using CityHub.Silo.Register;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Silo.Tests.Register;

/// <summary>Episodes of one sensor, one after the other: each that is raised ends the one before it.</summary>
internal static class Smoke
{
    private static readonly SensorId Pole = new("centre.pole-1.smoke");

    /// <summary>As the hub does it: what was refused is kept, and tried again until it is in.</summary>
    internal static async Task<IReadOnlyList<EpisodeChange>> RaiseAtLast(IRegister register, int n, Action? refused = null)
    {
        while (true)
        {
            try
            {
                return await Raise(register, n);
            }
            catch (RegisterUnavailableException)
            {
                refused?.Invoke();
                await Task.Delay(20);
            }
        }
    }

    internal static EpisodeId Episode(int n) => EpisodeId.Of("smoke", Pole, 1, (ulong)n);

    internal static EpisodeEvent.Raised Raised(int n) => new(Episode(n), "smoke", 1, Pole, Quantity.Smoke, new(n), Severity.Critical, 1, new(n), false);

    internal static Task<IReadOnlyList<EpisodeChange>> Raise(IRegister register, int n) => register.Commit([Raised(n)], _ => new("centre", "fire", "Smoke."));

    internal static Task Subscribe(IRegister register) => register.AddSubscription(new("sub", "fire", new("https://example.org/"), [], Severity.Warning, false, new(1)), "whsec_x");

    internal static PostgresRegister Open(PostgresOptions database) => new(new(), database,
        (change, subscriptions, _) => subscriptions.Select(s => new NewMessage("msg_" + change.Number, s.Id, change.Kind, [1])).ToList(),
        TimeProvider.System, NullLogger<PostgresRegister>.Instance, TimeSpan.FromSeconds(15));
}
#endif
