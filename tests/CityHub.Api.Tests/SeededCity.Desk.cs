using CityHub.Contracts;
using CityHub.Silo;
using CityHub.Silo.Register;
using CityHub.Silo.Watch.Desk;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Api.Tests;

/// <content>The real desk, over the real register.</content>
public sealed partial class SeededCity
{
    private AlertDesk? _desk;

    public AlertDesk AlertDesk => _desk ??= new(register, () => Now, Took, new HubMetrics());

    public IDesk Desk => AlertDesk;

    /// <summary>The desk goes by this policy, and does what is due.</summary>
    public async Task Round(DeskPolicy? policy = null)
    {
        if (policy is not null) await AlertDesk.Use(policy);
        await AlertDesk.Round((_, _) => { });
    }

    /// <summary>Raises many in one transaction.</summary>
    public async Task RaiseAll(IReadOnlyList<EpisodeEvent> events, Func<EpisodeEvent, EpisodeContext> context)
    {
        AlertDesk.Saw(await register.Commit(events, context, AlertDesk.HoldBack));
        ChangesSeen = 0;
    }

    /// <summary>Changes that the desk made or took since the last <see cref="RaiseAll"/>.</summary>
    public int ChangesSeen { get; private set; }

    private void Took(IReadOnlyList<EpisodeChange> changes)
    {
        AlertDesk.Saw(changes);
        ChangesSeen += changes.Count;
        foreach (var change in changes) Tell(change.Kind, change.After);
    }
}
