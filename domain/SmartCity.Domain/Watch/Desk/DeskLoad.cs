using SmartCity.Readings;

namespace SmartCity.Watch.Desk;

/// <summary>
/// Folds the changes of episodes into the figures of one desk. Constant memory: 10-minute counts of 30 days, daily counts of at most
/// <see cref="MostSources"/> sources, and the stamps of the last 10 minutes. Takes the city clock. Not thread-safe.
/// </summary>
public sealed class DeskLoad(DeskSeat seat, Instant since)
{
    /// <summary>A flood begins with more than this many in 10 minutes, and ends below <see cref="CalmBelow"/>: in between it goes on, so that it does not flicker.</summary>
    public const int FloodOver = 10;

    public const int CalmBelow = 5;

    /// <summary>Sources that are told apart; what more of them give is counted in the sums alone.</summary>
    public const int MostSources = 10_000;

    public static readonly TimeSpan Window = TimeSpan.FromDays(30);
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan StaleAfter = TimeSpan.FromHours(24);
    public static readonly TimeSpan FleetingWithin = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan ChatterWithin = TimeSpan.FromMinutes(1);

    private const int ShownPeriods = 144;
    private const int MostRecent = 10_000;

    private readonly DatedCounts _periods = new(Period, (int)(Window / Period));
    private readonly DatedCounts _suppressed = new(TimeSpan.FromDays(1), Window.Days);
    private readonly DatedCounts _fleeting = new(TimeSpan.FromHours(1), 24);
    private readonly DatedCounts[] _bySeverity = [.. Enumerable.Range(0, 5).Select(_ => new DatedCounts(TimeSpan.FromDays(1), Window.Days))];
    private readonly Dictionary<(string Rule, string Sensor), Source> _sources = [];
    private readonly Queue<Instant> _recent = new();
    private readonly HashSet<EpisodeId> _up = [];
    private Instant? _floodSince;
    private TimeSpan _longestActive, _longestUnacknowledged, _sumToAcknowledge;
    private long _acknowledged;

    private sealed class Source
    {
        public DatedCounts Days { get; } = new(TimeSpan.FromDays(1), Window.Days);

        /// <summary>When it last came up, and the two times before.</summary>
        public Instant? Last, Before, Earlier;

        public Instant? ChatteredAt;
    }

    public DeskSeat Seat => seat;

    /// <summary>Takes a change of an episode.</summary>
    /// <param name="now">City clock: when the desk saw it.</param>
    public void Take(Episode? before, Episode after, Instant now)
    {
        if (after.Kind != EpisodeKind.Actual || !seat.LooksAfter(after)) return;
        if (after is { IsOpen: true, RaisedAt: not null })
        {
            var heldOff = after.Held is { IsOffDesk: true };
            if (before is not { IsOpen: true, RaisedAt: not null } && heldOff) _suppressed.Add(now);
            if (!heldOff && _up.Add(after.Id)) CameUp(after, now);
        }
        else if (_up.Remove(after.Id) && after.ClearedAt is { } cleared && after.RaisedAt is { } raised)
        {
            _longestActive = Max(_longestActive, cleared - raised);
            if (cleared - raised <= FleetingWithin) _fleeting.Add(now);
        }
        if (after.Acknowledged is { } taken && before?.Acknowledged is null && after.CalledAt is { } called)
        {
            var waited = Max(TimeSpan.Zero, taken.At - called);
            _longestUnacknowledged = Max(_longestUnacknowledged, waited);
            _sumToAcknowledge += waited;
            _acknowledged++;
        }
    }

    /// <summary>Whether the desk is flooded, since when; null: it is not.</summary>
    public Instant? FloodSince(Instant now)
    {
        Forget(now);
        return _floodSince;
    }

    /// <param name="open">The open, raised episodes.</param>
    public DeskFigures Figures(IEnumerable<Episode> open, Instant now)
    {
        Forget(now);
        int standing = 0, unacknowledged = 0, stale = 0, held = 0;
        var (active, waiting) = (_longestActive, _longestUnacknowledged);
        foreach (var episode in open)
        {
            if (episode.Kind != EpisodeKind.Actual || episode.RaisedAt is not { } raised || !episode.IsOpen || !seat.LooksAfter(episode)) continue;
            if (episode.Held is { IsOffDesk: true })
            {
                held++;
                continue;
            }
            standing++;
            if (now - raised > StaleAfter) stale++;
            active = Max(active, now - raised);
            if (episode.IsAcknowledged) continue;
            unacknowledged++;
            waiting = Max(waiting, now - (episode.CalledAt ?? raised));
        }
        var begin = now - Window > since ? now - Window : since;
        var periods = Math.Max(1, (int)Math.Ceiling((now - begin) / Period));
        var alarms = _periods.Sum(now);
        var sources = _sources.Select(one => new SourceLoad(one.Key.Rule, one.Key.Sensor, one.Value.Days.Sum(now))).Where(one => one.Alarms > 0)
            .OrderByDescending(one => one.Alarms).ThenBy(one => one.Rule, StringComparer.Ordinal).ThenBy(one => one.Sensor, StringComparer.Ordinal).ToArray();
        var chattering = _sources.Where(one => one.Value.ChatteredAt is { } at && now - at <= TimeSpan.FromDays(1))
            .Select(one => new SourceLoad(one.Key.Rule, one.Key.Sensor, one.Value.Days.Sum(now))).OrderByDescending(one => one.Alarms).Take(10).ToArray();
        var all = Math.Max(1, _bySeverity.Sum(counts => counts.Sum(now)));
        return new(seat.Name, begin, now, alarms, _suppressed.Sum(now), _recent.Count, (double)alarms / periods, _periods.Most(now), (double)_periods.Over(FloodOver, now) / periods, _floodSince,
            standing, unacknowledged, stale, held, chattering, _fleeting.Sum(now), [.. sources.Take(10)], alarms == 0 ? 0 : (double)sources.Take(10).Sum(one => one.Alarms) / alarms,
            Enum.GetValues<Severity>().ToDictionary(severity => severity, severity => (double)_bySeverity[(int)severity].Sum(now) / all),
            sources.Length == 0 ? 0 : sources[0].Alarms, active, waiting, _acknowledged == 0 ? null : _sumToAcknowledge / _acknowledged, _periods.Last(ShownPeriods, now));
    }

    private void CameUp(Episode episode, Instant now)
    {
        Forget(now);
        _periods.Add(now);
        _bySeverity[(int)episode.Urgency].Add(now);
        if (_recent.Count < MostRecent) _recent.Enqueue(now);
        if (_recent.Count > FloodOver) _floodSince ??= now;
        var key = (episode.Rule, episode.Sensor.Value);
        if (!_sources.TryGetValue(key, out var source))
        {
            if (_sources.Count >= MostSources) return;
            _sources.Add(key, source = new());
        }
        source.Days.Add(now);
        (source.Earlier, source.Before, source.Last) = (source.Before, source.Last, now);
        if (source.Earlier is { } third && now - third <= ChatterWithin) source.ChatteredAt = now;
    }

    private void Forget(Instant now)
    {
        while (_recent.TryPeek(out var oldest) && now - oldest >= Period) _recent.Dequeue();
        if (_recent.Count < CalmBelow) _floodSince = null;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
