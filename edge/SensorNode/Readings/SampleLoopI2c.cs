using System.Runtime.InteropServices;
using SensorNode.Devices;
using SmartCity.Devices;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings;

/// <summary>
/// Samples the chips of one bus (I2C, 1-Wire, serial), each at its own interval and in the two steps of <see cref="IBusChip"/>; while one chip measures,
/// another is served. A sample is stamped with the moment at which the last wait for its chip began. A chip that fails gives its fault as a sample and is tried again at its next turn.
/// </summary>
public sealed class SampleLoopI2c
{
    private readonly TimeProvider _time;
    private readonly BusPower? _rescue;
    private readonly Slot[] _slots;
    private readonly List<Measure> _measures = [];

    /// <param name="rescue">Takes chips off the bus that hold it up; null: none can be.</param>
    public SampleLoopI2c(IEnumerable<(IBusChip Chip, SampleLoopDevice Device)> chips, TimeProvider time, BusPower? rescue = null)
    {
        _rescue = rescue;
        _time = time;
        var now = time.MonotonicNs();
        _slots = [.. chips.Select(chip => new Slot(chip.Chip, chip.Device) { DueNs = now, TurnNs = now })];
    }

    /// <summary>Does everything that is due and returns how long there is nothing to do.</summary>
    public TimeSpan Step()
    {
        var next = _rescue?.Elapse(_time.MonotonicNs()) ?? long.MaxValue;
        foreach (var slot in _slots)
        {
            if (slot.DueNs <= _time.MonotonicNs()) Serve(slot);
            next = Math.Min(next, slot.DueNs);
        }
        return MonotonicClock.FromNs(Math.Max(0, next - _time.MonotonicNs()));
    }

    /// <summary>Steps until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var idle = MonotonicClock.RoundedUp(Step());
            await Task.Delay(idle, _time, stopping);
        }
    }

    private void Serve(Slot slot)
    {
        if (slot.Measuring)
        {
            _measures.Clear();
            if (slot.Chip.Collect(_measures) is { } more) Await(slot, more);
            else Finish(slot);
            return;
        }
        if (_rescue?.IsOff(slot.Chip.Plan.Name) == true)
        {
            slot.BeganNs = _time.MonotonicNs();
            _measures.Clear();
            foreach (var quantity in slot.Chip.Plan.Quantities) _measures.Add(Measure.Failed(quantity, ReadFault.BusUnavailable));
            Finish(slot);
            return;
        }
        var begun = slot.Chip.Begin();
        if (begun.Fault is { } fault)
        {
            slot.BeganNs = _time.MonotonicNs();
            _measures.Clear();
            foreach (var quantity in slot.Chip.Plan.Quantities) _measures.Add(Measure.Failed(quantity, fault));
            Finish(slot);
            return;
        }
        slot.Measuring = true;
        Await(slot, begun.ReadyAfter);
    }

    private void Await(Slot slot, TimeSpan ready)
    {
        slot.BeganNs = _time.MonotonicNs();
        slot.DueNs = slot.BeganNs + ready.ToNs();
    }

    private void Finish(Slot slot)
    {
        slot.Device.Give(slot.Chip.IsNews ? Lane.Alert : Lane.Raw, slot.BeganNs, CollectionsMarshal.AsSpan(_measures));
        slot.Measuring = false;
        if (_measures.Count > 0) _rescue?.Saw(slot.Chip.Plan.Name, _measures[0].Fault, _time.MonotonicNs());
        // Turns keep their grid: late ones are left out, never made up for in a burst.
        var interval = (slot.Chip.Turn ?? slot.Device.Interval).ToNs();
        var turns = Math.Max(1, (_time.MonotonicNs() - slot.TurnNs) / interval + 1);
        slot.Device.LeftOut(turns - 1);
        slot.TurnNs += turns * interval;
        slot.DueNs = slot.TurnNs;
    }

    private sealed class Slot(IBusChip chip, SampleLoopDevice device)
    {
        public IBusChip Chip { get; } = chip;
        public SampleLoopDevice Device { get; } = device;
        public long TurnNs { get; set; }
        public long DueNs { get; set; }
        public long BeganNs { get; set; }
        public bool Measuring { get; set; }
    }
}
