using SensorNode.Devices;
using SensorNode.Options;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings;

/// <summary>
/// Follows the lines of one GPIO chip. What a contact settles to goes to the alert lane at once, stamped with its edge; every state and
/// count is told again at its device's interval in the raw lane. A line that cannot be read is a fault, told and tried again at that interval.
/// </summary>
public sealed class SampleLoopLines
{
    private readonly IEdgeSource _source;
    private readonly TimeProvider _time;
    private readonly SampleLoopFaults _faults;
    private readonly Dictionary<int, Slot> _slots;

    public SampleLoopLines(IEdgeSource source, IEnumerable<(LinePlan Plan, SampleLoopDevice Device)> lines, TimeProvider time, SampleLoopFaults faults)
    {
        _source = source;
        _time = time;
        _faults = faults;
        var now = time.MonotonicNs();
        _slots = lines.ToDictionary(line => line.Plan.Line, line => new Slot(LineDevice.Of(line.Plan), line.Device) { DueNs = now });
    }

    /// <summary>Does everything that is due and returns how long there is nothing to do but wait for edges.</summary>
    public TimeSpan Step()
    {
        while (_source.TryTake(out var happened)) Take(happened);
        var now = _time.MonotonicNs();
        var next = long.MaxValue;
        foreach (var slot in _slots.Values)
        {
            if (slot.Line.Elapse(now) is { } change) slot.Device.Give(Lane.Alert, change.SinceNs, [change.Measure]);
            if (slot.DueNs <= now) Report(slot, now);
            next = Math.Min(next, Math.Min(slot.DueNs, slot.Line.SettlesAtNs ?? long.MaxValue));
        }
        return MonotonicClock.FromNs(Math.Max(0, next - _time.MonotonicNs()));
    }

    /// <summary>Steps until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var idle = Step();
            if (idle > TimeSpan.Zero) await _source.WaitAsync(idle, stopping);
        }
    }

    private void Take(LineEvent happened)
    {
        if (!_slots.TryGetValue(happened.Line, out var slot)) return;
        _faults.LostEdges(happened.Lost);
        if (happened.Fault is { } fault)
        {
            Fail(slot, fault, _time.MonotonicNs());
            return;
        }
        if (slot.Line.Observe(happened.Edge) is { } change) slot.Device.Give(Lane.Alert, change.SinceNs, [change.Measure]);
    }

    private void Report(Slot slot, long now)
    {
        if (slot.Line.IsOpen) slot.Device.Give(Lane.Raw, now, [slot.Line.Measure(now)]);
        else Open(slot, now);
        var interval = slot.Device.Interval.ToNs();
        slot.DueNs += Math.Max(1, (now - slot.DueNs) / interval + 1) * interval;
    }

    private void Open(Slot slot, long now)
    {
        var opening = _source.Open(slot.Line.Plan.Line, slot.Line.Plan.Pull, slot.Line.IsPrompt);
        if (opening.Fault is { } fault)
        {
            Fail(slot, fault, now);
            return;
        }
        slot.Line.Opened(opening.High, opening.AtNs);
        // What a contact is found in is news: the node may have been dark while it changed.
        slot.Device.Give(slot.Line.Plan is ContactPlan ? Lane.Alert : Lane.Raw, now, [slot.Line.Measure(now)]);
        slot.LastFault = null;
    }

    // The loss of a contact is news once; that it is still lost is not.
    private static void Fail(Slot slot, ReadFault fault, long now)
    {
        slot.Line.Failed();
        var news = slot.Line.Plan is ContactPlan && slot.LastFault != fault;
        slot.LastFault = fault;
        slot.Device.Give(news ? Lane.Alert : Lane.Raw, now, [SmartCity.Devices.Measure.Failed(slot.Line.Plan.Quantity, fault)]);
    }

    private sealed class Slot(LineDevice line, SampleLoopDevice device)
    {
        public LineDevice Line { get; } = line;
        public SampleLoopDevice Device { get; } = device;
        public long DueNs { get; set; }
        public ReadFault? LastFault { get; set; }
    }
}
