using SensorNode.Devices;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings;

/// <summary>
/// Follows the two beams of a speed trap: each vehicle is a sample of its own, stamped with when it met its first beam; the count is told again at its
/// interval. A beam that cannot be read is a fault of the trap and tried again at its interval.
/// </summary>
public sealed class SampleLoopTrap(IEdgeSource beams, SpeedTrapPlan plan, SampleLoopDevice device, TimeProvider time, SampleLoopFaults faults)
{
    private SpeedTrap _trap = SpeedTrap.Of(plan.ApartMetres);
    private long _dueNs = time.MonotonicNs();
    private long _vehicles;
    private bool _isOpen;

    /// <summary>Does everything that is due and returns how long there is nothing to do but wait for edges.</summary>
    public TimeSpan Step()
    {
        while (beams.TryTake(out var happened)) Take(happened);
        var now = time.MonotonicNs();
        if (_dueNs <= now) Report(now);
        return MonotonicClock.FromNs(Math.Max(0, _dueNs - time.MonotonicNs()));
    }

    /// <summary>Steps until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var idle = Step();
            if (idle > TimeSpan.Zero) await beams.WaitAsync(idle, stopping);
        }
    }

    private void Take(LineEvent happened)
    {
        faults.LostEdges(happened.Lost);
        if (happened.Fault is { } fault)
        {
            Fail(fault, time.MonotonicNs());
            return;
        }
        if (!_isOpen) return;
        if (happened.Lost > 0) _trap = SpeedTrap.Of(plan.ApartMetres); // whose edges these are cannot be said any more
        var covered = happened.Edge.High == (plan.Covered == Polarity.ActiveHigh);
        (_trap, var vehicle) = _trap.Observe(happened.Line == plan.FirstLine ? 0 : 1, covered, happened.Edge.AtNs);
        if (vehicle is not { } passed) return;
        _vehicles++;
        device.Give(Lane.Raw, passed.AtNs,
        [
            Measure.Of(Quantity.VehicleCount, _vehicles), Measure.Of(Quantity.VehicleSpeed, passed.KilometresPerHour, 1),
            Measure.Of(Quantity.VehicleLength, passed.LengthMetres, 1), Measure.Of(Quantity.VehicleClass, passed.LengthClass),
        ]);
    }

    private void Report(long now)
    {
        if (!_isOpen) Open(now);
        else device.Give(Lane.Raw, now, [Measure.Of(Quantity.VehicleCount, _vehicles)]);
        var interval = device.Interval.ToNs();
        _dueNs += Math.Max(1, (now - _dueNs) / interval + 1) * interval;
    }

    private void Open(long now)
    {
        _trap = SpeedTrap.Of(plan.ApartMetres);
        if ((beams.Open(plan.FirstLine, plan.Pull, prompt: true).Fault ?? beams.Open(plan.SecondLine, plan.Pull, prompt: true).Fault) is { } fault)
        {
            Fail(fault, now);
            return;
        }
        _isOpen = true;
        device.Give(Lane.Raw, now, [Measure.Of(Quantity.VehicleCount, _vehicles)]);
    }

    private void Fail(ReadFault fault, long now)
    {
        _isOpen = false;
        device.Give(Lane.Raw, now, [.. plan.Quantities.Select(quantity => Measure.Failed(quantity, fault))]);
    }
}
