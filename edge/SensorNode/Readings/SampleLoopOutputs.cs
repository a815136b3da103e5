using System.Threading.Channels;
using SensorNode.Devices;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings;

/// <summary>
/// Holds the outputs of one GPIO chip: off at the start, on for as long as each may be, off at the end. What an output was told is told back in the
/// alert lane, once for every order, whether it changed anything or not; its state is told again at its interval.
/// </summary>
public sealed class SampleLoopOutputs
{
    private readonly IOutputLines _lines;
    private readonly TimeProvider _time;
    private readonly ChannelReader<OutputOrder> _orders;
    private readonly Dictionary<string, Slot> _slots;

    public SampleLoopOutputs(IOutputLines lines, IEnumerable<(OutputPlan Plan, SampleLoopDevice Device)> outputs, OutputOrders orders, TimeProvider time)
    {
        (_lines, _time) = (lines, time);
        var now = time.MonotonicNs();
        _slots = outputs.ToDictionary(output => output.Plan.Name, output => new Slot(output.Plan, output.Device) { DueNs = now }, StringComparer.Ordinal);
        _orders = orders.Serve(_slots.Values.Select(slot => (slot.Plan.Name, slot.Plan.Quantity)));
    }

    /// <summary>Does everything that is due and returns how long there is nothing to do but wait for orders.</summary>
    public TimeSpan Step()
    {
        foreach (var slot in _slots.Values)
        {
            if (slot.DueNs <= _time.MonotonicNs()) Report(slot, _time.MonotonicNs());
        }
        while (_orders.TryRead(out var order)) Do(_slots[order.Device], order);
        var next = long.MaxValue;
        foreach (var slot in _slots.Values)
        {
            var now = _time.MonotonicNs();
            if (slot.Output.Elapse(now) is var elapsed && elapsed.On != slot.Output.On) Switch(slot, elapsed, now);
            next = Math.Min(next, Math.Min(slot.DueNs, slot.Output.OffAtNs ?? long.MaxValue));
        }
        return MonotonicClock.FromNs(Math.Max(0, next - _time.MonotonicNs()));
    }

    /// <summary>Steps until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var idle = MonotonicClock.RoundedUp(Step());
            using var until = new CancellationTokenSource(idle, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(until.Token, stopping);
            try
            {
                await _orders.WaitToReadAsync(either.Token);
            }
            catch (OperationCanceledException) when (until.IsCancellationRequested)
            {
                // something is due
            }
        }
    }

    private void Do(Slot slot, OutputOrder order)
    {
        var now = _time.MonotonicNs();
        if (!slot.IsOpen) Open(slot);
        Switch(slot, slot.Output.Ask(order.On, order.Command, now), now);
    }

    // Told whether it changed or not: who asked waits for the answer.
    private void Switch(Slot slot, HeldOutput next, long now)
    {
        if (!slot.IsOpen || slot.Fault is not null)
        {
            Tell(slot, Lane.Alert, now);
            return;
        }
        slot.Fault = _lines.Set(slot.Plan.Line, slot.Plan.Level(next.On));
        slot.IsOpen = slot.Fault is null;
        slot.Output = slot.IsOpen ? next : HeldOutput.Off(slot.Plan.MostOn);
        Tell(slot, Lane.Alert, now);
    }

    private void Report(Slot slot, long now)
    {
        var before = (slot.IsOpen, slot.Fault);
        if (!slot.IsOpen) Open(slot);
        Tell(slot, (slot.IsOpen, slot.Fault) == before ? Lane.Raw : Lane.Alert, now);
        var interval = slot.Device.Interval.ToNs();
        slot.DueNs += Math.Max(1, (now - slot.DueNs) / interval + 1) * interval;
    }

    private void Open(Slot slot)
    {
        slot.Fault = _lines.Open(slot.Plan.Line, slot.Plan.Level(false));
        slot.IsOpen = slot.Fault is null;
        slot.Output = HeldOutput.Off(slot.Plan.MostOn);
    }

    private static void Tell(Slot slot, Lane lane, long now) =>
        slot.Device.Give(lane, now, [slot.Fault is { } fault ? Measure.Failed(slot.Plan.Quantity, fault) : Measure.Of(slot.Plan.Quantity, slot.Output.On ? 1 : 0)]);

    private sealed class Slot(OutputPlan plan, SampleLoopDevice device)
    {
        public OutputPlan Plan { get; } = plan;
        public SampleLoopDevice Device { get; } = device;
        public HeldOutput Output { get; set; } = HeldOutput.Off(plan.MostOn);
        public bool IsOpen { get; set; }
        public ReadFault? Fault { get; set; }
        public long DueNs { get; set; }
    }
}
