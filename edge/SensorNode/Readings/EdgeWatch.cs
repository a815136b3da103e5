using Microsoft.Extensions.Logging;
using SensorNode.Devices;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;
using SmartCity.Twins;
using SmartCity.Watch;

namespace SensorNode.Readings;

/// <summary>
/// The node's own watch: the city's rules over the node's own readings, by the same code as at the hub, whether that can be reached or not. What it
/// finds switches outputs at once and is told to the hub in births. It goes by a clock that never runs back and needs no network; where it stands
/// is kept on disk at each change, so that a restart neither forgets an episode nor finds it twice. Thread-safe.
/// </summary>
public sealed partial class EdgeWatch : IDisposable
{
    private readonly IReadOnlyList<EdgeRulePlan> _rules;
    private readonly IReadOnlyList<DevicePlan> _devices;
    private readonly OutputOrders _orders;
    private readonly TimeProvider _time;
    private readonly ILogger<EdgeWatch> _log;
    private readonly EdgeWatchFile _file;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (SensorTwin Twin, RulePlan Plan)> _watched = new(StringComparer.Ordinal);
    private readonly List<EdgeEpisode> _episodes; // open and ended, oldest first
    private readonly List<EpisodeEvent> _events = [];
    private readonly ITimer _timer;
    private readonly long _startNs;
    private readonly Instant _start;
    private long _version;

    /// <param name="directory">Where it keeps its state: the outbox's directory.</param>
    /// <param name="outbox">The outbox that orders are of: in another one they begin anew, and so does the watch.</param>
    public EdgeWatch(NodeFile file, string directory, OutboxId outbox, OutputOrders orders, TimeProvider time, ILogger<EdgeWatch> log)
    {
        (_rules, _devices, _orders, _time, _log) = (file.Rules, file.Devices, orders, time, log);
        _file = new(Path.Combine(directory, "edge.state"), outbox);
        var kept = _file.Read();
        if (kept.Damaged) LogDamaged(_file.Path);
        _startNs = time.MonotonicNs();
        var wall = Instant.From(time.GetUtcNow());
        _start = wall > kept.Looked ? wall : kept.Looked + TimeSpan.FromMilliseconds(1); // no clock is assumed: it goes on from where it was
        _episodes = [.. kept.Episodes.Where(one => one.ClearedAt is not null || _rules.Any(rule => rule.Rule.Id == one.Rule))];
        foreach (var device in _devices)
        {
            var rules = _rules.Where(rule => device.Quantities.Contains(rule.Rule.Quantity) && (rule.Devices.Count == 0 || rule.Devices.Contains(device.Name))).Select(rule => rule.Rule).ToArray();
            if (rules.Length > 0) _watched[device.Name] = (kept.Twins.GetValueOrDefault(device.Name) ?? new(new(device.Name)), RulePlan.For(new(1, "", TimeSpan.Zero, rules), ""));
        }
        _timer = time.CreateTimer(_ => Elapse(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Elapse();
    }

    /// <summary>Told when there is something new to tell. Be short, do not throw.</summary>
    public event Action? Changed;

    /// <summary>Counts up with each change.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>What births say: open ones first, then those that ended last.</summary>
    public string Said
    {
        get { lock (_gate) return EdgeEpisode.Write(Newest()); }
    }

    /// <summary>A sample on its way to the outbox, with the order by which the hub will know it.</summary>
    public void Saw(string device, ReadingOrder order, long atNs, ReadOnlySpan<Measure> measures)
    {
        if (!_watched.TryGetValue(device, out var watched)) return;
        var changed = false;
        lock (_gate)
        {
            var now = At(_time.MonotonicNs());
            foreach (var measure in measures) watched.Twin.Observe(measure.At(At(atNs), order, ClockTrust.Synced), 0, now, watched.Plan, _events);
            changed = Take(device, watched.Twin);
            Plan(now);
        }
        if (changed) Changed?.Invoke();
    }

    public void Dispose() => _timer.Dispose();

    private void Elapse()
    {
        var changed = false;
        lock (_gate)
        {
            var now = At(_time.MonotonicNs());
            foreach (var (device, (twin, plan)) in _watched)
            {
                twin.Advance(now, plan, _events);
                changed |= Take(device, twin);
            }
            Plan(now);
        }
        if (changed) Changed?.Invoke();
    }

    private Instant At(long ns) => _start + TimeSpan.FromTicks((ns - _startNs) / TimeSpan.NanosecondsPerTick);

    private void Plan(Instant now)
    {
        Instant? next = null;
        foreach (var (twin, _) in _watched.Values)
        {
            if (twin.NextDeadline is { } deadline && !(next <= deadline)) next = deadline;
        }
        _timer.Change(next is { } due ? TimeSpan.FromMilliseconds(Math.Max(1, (due - now).TotalMilliseconds)) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private bool Take(string device, SensorTwin twin)
    {
        if (_events.Count == 0) return false;
        foreach (var happened in _events) Take(device, twin, happened);
        _events.Clear();
        Interlocked.Increment(ref _version);
        if (_file.Write(At(_time.MonotonicNs()), Newest(), _watched.Select(watched => (watched.Key, watched.Value.Twin))) is { } refusal) LogNotKept(refusal);
        return true;
    }

    private void Take(string device, SensorTwin twin, EpisodeEvent happened)
    {
        var open = _episodes.FindIndex(one => one.Rule == happened.Rule && one.Device == device && one.ClearedAt is null);
        switch (happened)
        {
            case EpisodeEvent.Raised raised when twin.FirstBreachOf(raised.Episode) is { } first:
                if (open >= 0) _episodes.RemoveAt(open);
                _episodes.Add(new(raised.Rule, device, raised.Quantity, raised.Severity, first, raised.Value, Wall(raised.FirstBreachAt), null));
                LogRaised(raised.Rule, device, raised.Value);
                Switch(raised.Rule, on: true);
                break;
            case EpisodeEvent.Cleared or EpisodeEvent.Withdrawn when open >= 0:
                _episodes[open] = _episodes[open] with { ClearedAt = Wall(happened.At) };
                LogCleared(happened.Rule, device);
                Switch(happened.Rule, on: false);
                break;
        }
    }

    /// <summary>What the wall clock says of an instant of ours, as good as that is now.</summary>
    private Instant Wall(Instant at) => Instant.From(_time.GetUtcNow()) - (At(_time.MonotonicNs()) - at);

    private void Switch(string rule, bool on)
    {
        foreach (var output in _rules.First(plan => plan.Rule.Id == rule).Switches)
        {
            // One that another open episode wants stays on.
            if (!on && _episodes.Exists(one => one.ClearedAt is null && _rules.Any(plan => plan.Rule.Id == one.Rule && plan.Switches.Contains(output)))) continue;
            if (!_orders.TryAsk(output.Name, output.Quantity, on, null)) LogNotSwitched(output.Name);
        }
    }

    private List<EdgeEpisode> Newest()
    {
        while (_episodes.Count > EdgeEpisode.Most && _episodes.FindIndex(one => one.ClearedAt is not null) is >= 0 and var ended) _episodes.RemoveAt(ended);
        return [.. _episodes.Where(one => one.ClearedAt is null), .. _episodes.Where(one => one.ClearedAt is not null).Reverse()];
    }

    [LoggerMessage(LogLevel.Warning, "Rule {Rule} is broken on {Device}: {Value}")]
    private partial void LogRaised(string rule, string device, double value);

    [LoggerMessage(LogLevel.Information, "Rule {Rule} on {Device} is no longer broken")]
    private partial void LogCleared(string rule, string device);

    [LoggerMessage(LogLevel.Error, "Output {Output} did not take the order of a rule")]
    private partial void LogNotSwitched(string output);

    [LoggerMessage(LogLevel.Error, "Where the node's own rules stand cannot be kept: {Reason}")]
    private partial void LogNotKept(string reason);

    [LoggerMessage(LogLevel.Error, "{File} is damaged; the node's own rules begin anew")]
    private partial void LogDamaged(string file);
}
