using CityHub.Silo.Register;
using CityHub.Silo.Twins;
using Microsoft.Extensions.Logging;

namespace CityHub.Silo.Watch.Desk;

/// <summary>The desk's clock: once a second it does what is due on the desk, looks at the desk file and at the hub's own parts.</summary>
/// <param name="duty">Of several hubs with one register one does what is due.</param>
public sealed partial class DeskRounds(AlertDesk desk, DeskFile file, OwnParts parts, DeskDuty duty, EpisodeWriter episodes, EpisodeBoard board, EventFeed feed, IRegister register, CityClock city,
    TimeProvider wall, TimeSpan every, HubMetrics metrics, ILogger<DeskRounds> log)
{
    private const string FloodBegins = "desk.flood", FloodEnds = "desk.calm";

    private bool _away;

    /// <summary>Brings the desk back; before anything else happens in the hub.</summary>
    /// <exception cref="BadRulesException">The desk file is wrong.</exception>
    public async Task Start()
    {
        await desk.Use(file.Start());
        await desk.Load();
        parts.Restore(await register.ListEpisodes(new(Open: true, Limit: int.MaxValue)), parts.IsOfThisHub);
        board.Applied += desk.Saw;
        episodes.OfOwnParts = parts.Context;
        DeskMetrics.Add(metrics, desk);
    }

    public async Task Run(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(every, wall);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            var found = parts.Look();
            if (found.Count > 0) episodes.Post(found);
            try
            {
                if (file.Look() is { } policy) await desk.Use(policy);
                if (duty.IsOurs) await desk.Round((seat, flooded) => feed.Tell(city.Now, flooded ? FloodBegins : FloodEnds, seat));
                _away = false;
            }
            catch (RegisterUnavailableException away)
            {
                // What was due stays due: it is found again in the next round.
                if (!_away) RegisterAway(away.Message);
                _away = true;
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "The desk cannot do what is due: {Cause}. It is tried again each round.")]
    private partial void RegisterAway(string cause);
}
