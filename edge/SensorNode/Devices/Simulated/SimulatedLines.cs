using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices.Simulated;

/// <summary>The lines of a simulated GPIO chip: edges as the kernel would give them, each written to its line's witness first.</summary>
public sealed class SimulatedLines : IEdgeSource
{
    // Nothing planned: look again after this long, before what was not planned yet can come.
    private static readonly TimeSpan Idle = LineScript.Horizon / 2;

    private readonly TimeProvider _time;
    private readonly long _startNs;
    private readonly Dictionary<int, Line> _lines;

    public SimulatedLines(string node, IEnumerable<LinePlan> plans, SimulationPlan simulation, TimeProvider time)
    {
        _time = time;
        _startNs = time.MonotonicNs();
        var startedAt = time.GetUtcNow();
        _lines = plans.ToDictionary(plan => plan.Line, plan =>
        {
            var seeded = Chance.Of(simulation.Seed, $"{node}/{plan.Name}");
            var chance = new Chance(unchecked(seeded.Next() + (ulong)startedAt.ToUnixTimeMilliseconds()));
            var script = new LineScript(plan, simulation.Devices[plan.Name], chance, startedAt);
            return new Line(plan, script, Witness.Open(simulation.WitnessDirectory, node, plan.Name, null, time));
        });
    }

    public LineOpening Open(int line, LinePull pull, bool prompt)
    {
        if (!_lines.TryGetValue(line, out var opened)) return new(ReadFault.BusUnavailable, false, 0);
        var (high, atNs) = (opened.High, _time.MonotonicNs());
        if (!opened.Witness.Gave(high, atNs)) return new(ReadFault.NoAnswer, false, 0);
        (opened.IsOpen, opened.IsPrompt) = (true, prompt);
        return new(null, high, atNs);
    }

    public bool TryTake(out LineEvent next)
    {
        next = default;
        if (Earliest(promptOnly: false) is not var (line, change) || AtNs(change.At) > _time.MonotonicNs()) return false;
        line.Script.Take();
        line.High = Level(line.Plan, change.Active);
        var edge = new LineEdge(line.High, AtNs(change.At));
        if (!line.Witness.Gave(edge.High, edge.AtNs))
        {
            line.IsOpen = false; // what its witness cannot note it does not do
            next = new(line.Plan.Line, default, 0, ReadFault.NoAnswer);
            return true;
        }
        next = new(line.Plan.Line, edge, 0);
        return true;
    }

    public async ValueTask WaitAsync(TimeSpan atMost, CancellationToken stopping)
    {
        var until = Idle;
        if (Earliest(promptOnly: true) is var (_, change)) until = MonotonicClock.FromNs(AtNs(change.At) - _time.MonotonicNs());
        var wait = until < atMost ? until : atMost;
        var delay = MonotonicClock.RoundedUp(wait);
        if (wait > TimeSpan.Zero) await Task.Delay(delay, _time, stopping);
    }

    public void Dispose()
    {
        foreach (var line in _lines.Values) line.Witness.Dispose();
    }

    private long AtNs(TimeSpan sinceStart) => _startNs + sinceStart.ToNs();

    private (Line Line, (TimeSpan At, bool Active) Change)? Earliest(bool promptOnly)
    {
        var now = MonotonicClock.FromNs(_time.MonotonicNs() - _startNs);
        (Line, (TimeSpan At, bool))? earliest = null;
        foreach (var line in _lines.Values)
        {
            if (line.IsOpen && (line.IsPrompt || !promptOnly) && line.Script.Next(now) is { } change && !(earliest?.Item2.At <= change.At)) earliest = (line, change);
        }
        return earliest;
    }

    private static bool Level(LinePlan plan, bool active) => active == (plan.Polarity == Polarity.ActiveHigh);

    private sealed class Line(LinePlan plan, LineScript script, Witness witness)
    {
        public LinePlan Plan { get; } = plan;
        public LineScript Script { get; } = script;
        public Witness Witness { get; } = witness;
        public bool IsOpen { get; set; }
        public bool IsPrompt { get; set; }
        public bool High { get; set; } = Level(plan, script.InitiallyActive);
    }
}
