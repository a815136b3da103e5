using System.Diagnostics.CodeAnalysis;
using CityHub.Contracts;
using CityHub.Silo.Register;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Silo.Watch.Desk;

/// <summary>
/// The alert desk: what is open, what is held back and why, how much it is. Keeps no fact of its own: everything is in the register, and what is
/// kept here is found again from it at the start. Thread-safe. Takes the city clock.
/// </summary>
/// <param name="tell">Takes changes that were committed, and in the end hands them to <see cref="Saw"/>.</param>
public sealed partial class AlertDesk(IRegister register, Func<Instant> clock, Action<IReadOnlyList<EpisodeChange>> tell, HubMetrics metrics) : IDesk
{
    /// <summary>Episodes read at the start to find the figures of the last 30 days again.</summary>
    private const int FiguresLimit = 50_000;

    /// <summary>Suppressions that stand at one time. What is over it is refused.</summary>
    public const int StandingLimit = 1_000;

    /// <summary>What is over and not acknowledged leaves the desk after this; it stays in the history.</summary>
    private static readonly TimeSpan OverFor = TimeSpan.FromDays(1);

    private const int OverLimit = 1_000;

    private static readonly DeskSeat Everything = new("city", [], []);

    private readonly Lock _gate = new();
    private readonly Dictionary<EpisodeId, Episode> _all = [];   // open, the recorded ones too
    private readonly OpenEpisodes _open = new();
    private List<Suppression> _standing = [];
    private List<DeskLoad> _loads = [new(Everything, clock())];
    private bool _moved = true;                                  // an answer of the decision may have changed

    public Instant Now => clock();

    public DeskPolicy Policy
    {
        get
        {
            lock (_gate) return _open.Policy;
        }
    }

    /// <summary>Finds everything again from the register.</summary>
    public async Task Load()
    {
        var now = clock();
        var month = await register.ListEpisodes(new(From: now - DeskLoad.Window, Limit: FiguresLimit));
        var open = await register.ListEpisodes(new(Open: true, Limit: int.MaxValue));
        var standing = register.Suppressions(now, StandingLimit);
        lock (_gate)
        {
            _standing = [.. standing];
            foreach (var episode in open) Keep(episode);
            Refigure(month, now);
            _moved = true;
        }
    }

    /// <summary>Reads again what stands: another hub may have added or ended some.</summary>
    /// <exception cref="RegisterUnavailableException">It cannot be read.</exception>
    public void ReadSuppressions()
    {
        var standing = register.Suppressions(clock(), StandingLimit);
        lock (_gate)
        {
            _moved |= !standing.Select(one => one.Id).Order(StringComparer.Ordinal).SequenceEqual(_standing.Select(one => one.Id).Order(StringComparer.Ordinal));
            _standing = [.. standing];
        }
    }

    /// <summary>Goes by another desk file.</summary>
    public async Task Use(DeskPolicy policy)
    {
        var now = clock();
        var month = await register.ListEpisodes(new(From: now - DeskLoad.Window, Limit: FiguresLimit));
        lock (_gate)
        {
            _open.Use(policy);
            Refigure(month, now);
            _moved = true;
        }
    }

    /// <summary>Takes changes that were committed.</summary>
    public void Saw(IReadOnlyList<EpisodeChange> changes)
    {
        var now = clock();
        lock (_gate)
        {
            foreach (var change in changes)
            {
                // An inhibitor that comes, goes or changes may change the answer for others; an episode that got worse, for itself.
                _moved |= _open.IsSource(change.After) || change.After.Held is not null || (change.Before?.IsOpen == true && change.After.Urgency != change.Before.Urgency);
                Keep(change.After);
                foreach (var load in _loads) load.Take(change.Before, change.After, now);
            }
        }
    }

    /// <summary>Told, or held back: asked by the register for each episode that opens. When in doubt it is told.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong in deciding, an alert is told rather than lost; it is counted.")]
    public HeldBack? HoldBack(Episode asked)
    {
        try
        {
            lock (_gate) return Decision.Of(asked, _open, _standing, clock());
        }
        catch (Exception)
        {
            metrics.Undecided.Add(1);
            return null;
        }
    }

    public Task<DeskOutcome> Act(EpisodeId id, DeskAction action, string by, CancellationToken cancel) => Act(id, action, by).WaitAsync(cancel);

    private async Task<DeskOutcome> Act(EpisodeId id, DeskAction action, string by)
    {
        var done = await register.Act(id, action, by, clock());
        if (done.Change is { } change) tell([change]);
        return new(done.Episode, done.Refusal);
    }

    public Task<IReadOnlyList<EpisodeEntry>> History(EpisodeId id, int limit, CancellationToken cancel) => register.History(id, limit).WaitAsync(cancel);

    public Task<IReadOnlyList<Episode>> HeldBy(EpisodeId id, int limit, CancellationToken cancel) => register.HeldBy(id, limit).WaitAsync(cancel);

    public IReadOnlyList<Suppression> Suppressions(bool standing, int limit) => register.Suppressions(standing ? clock() : null, limit);

    public async Task<bool> Suppress(Suppression suppression, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_standing.Count >= StandingLimit) return false;
        }
        await register.AddSuppression(suppression).WaitAsync(cancel);
        lock (_gate)
        {
            _standing.Add(suppression);
            _moved = true;
        }
        return true;
    }

    public async Task<Suppression?> EndSuppression(string id, string by, string why, CancellationToken cancel)
    {
        if (await register.EndSuppression(id, new(by, clock(), why)).WaitAsync(cancel) is not { } ended) return null;
        lock (_gate)
        {
            _standing.RemoveAll(one => one.Id == id);
            _moved = true;
        }
        return ended;
    }

    public async Task<Episode?> Drill(DrillAsked asked, string by, CancellationToken cancel)
    {
        var now = clock();
        var rule = asked.Kind == EpisodeKind.Test ? "test" : "drill";
        var place = new SensorId("desk." + (asked.District.Length > 0 ? asked.District : "city"));
        lock (_gate)
        {
            if (_all.Values.Any(one => one.Rule == rule && one.Sensor == place)) return null;
        }
        var raised = new EpisodeEvent.Raised(EpisodeId.Of(rule, place, 0, (ulong)now.UnixMilliseconds), rule, 0, place, Quantity.Notice, now, asked.Severity, 1, now, Late: false);
        var context = new EpisodeContext(asked.District, asked.Department, asked.Message) { Kind = asked.Kind, Category = "Other" };
        var changes = await register.Commit([raised], _ => context, HoldBack).WaitAsync(cancel);
        tell(changes);
        if (changes.Count == 0) return null;
        var said = await Act(raised.Episode, new DeskAction.Comment($"{rule} begun by {by}"), by, cancel);
        return said.Episode;
    }

    public DeskFigures? Figures(string? seat)
    {
        lock (_gate)
        {
            var load = seat is null ? _loads[0] : _loads.Find(one => one.Seat.Name == seat);
            return load?.Figures(_open.All, clock());
        }
    }

    /// <summary>The desks that have figures: the whole city first.</summary>
    public IReadOnlyList<string> Seats
    {
        get
        {
            lock (_gate) return [.. _loads.Select(load => load.Seat.Name)];
        }
    }

    private void Keep(Episode episode)
    {
        if (_all.TryGetValue(episode.Id, out var known) && known.Change > episode.Change) return;   // two callers, the later change first
        if (episode.IsOpen) _all[episode.Id] = episode;
        else _all.Remove(episode.Id);
        _open.Put(episode);
    }

    /// <summary>Figures of what the register knows, as if it had been seen when it happened.</summary>
    private void Refigure(IReadOnlyList<Episode> month, Instant now)
    {
        var since = month.Count == 0 ? now : month.Count < FiguresLimit ? now - DeskLoad.Window : month[^1].RaisedAt ?? now;
        if (month.Count > 0 && month[^1].RaisedAt is { } first && first > since) since = first;
        _loads = [new(Everything, since), .. _open.Policy.Seats.Select(seat => new DeskLoad(seat, since))];
        foreach (var episode in month.Where(one => one.RaisedAt is not null).OrderBy(one => one.RaisedAt!.Value.UnixMilliseconds))
        {
            var opened = episode with { ClearedAt = null, WithdrawnAt = null, Acknowledged = null, Held = episode.Withheld || episode.Held is null ? episode.Held : null };
            foreach (var load in _loads)
            {
                load.Take(null, opened, episode.RaisedAt!.Value);
                if (!episode.IsOpen || episode.Acknowledged is not null) load.Take(opened, episode, episode.ClearedAt ?? episode.RaisedAt.Value);
            }
        }
    }
}
