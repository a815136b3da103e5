using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>
/// Drives an ADXL345 that listens for shocks without a break: its FIFO runs on and is emptied five times a second. A shock that begins or ends is news
/// at once; tilt and vibration are told at the interval, counted by the accelerations that came, so that it needs no clock.
/// </summary>
public sealed class Adxl345ShockDriver(II2cBus bus, Adxl345Plan plan, ShockTriggerPlan shock) : IBusChip
{
    private static readonly TimeSpan Emptying = TimeSpan.FromMilliseconds(200); // of 320 ms that it holds
    private const int PerTurn = Adxl345.PerSecond / 5;
    private const double SlowShare = 1.0 / Adxl345.PerSecond; // what is at rest follows within a second

    private readonly Acceleration[] _last = new Acceleration[Adxl345.Window];
    private readonly int _reportEvery = (int)Math.Max(PerTurn, plan.Interval.TotalSeconds * Adxl345.PerSecond);
    private ShockTrigger _trigger = ShockTrigger.Of(shock);
    private double? _rest;
    private int _seen;
    private int _sinceReport = int.MaxValue / 2; // the first turn that has something tells it
    private bool _set, _failed;

    public DevicePlan Plan => plan;

    public TimeSpan? Turn => Emptying;

    public bool IsNews { get; private set; }

    public ChipBegun Begin() => new(null, TimeSpan.Zero); // its faults are told at the interval, not five times a second

    public TimeSpan? Collect(IList<Measure> into)
    {
        IsNews = false;
        var fault = _set ? null : Set();
        _set = fault is null;
        fault ??= Empty();
        if (fault is { } why) Fail(why, into);
        else if (_seen >= Adxl345.Window && (IsNews || _sinceReport >= _reportEvery)) Report(into);
        return null;
    }

    private void Report(IList<Measure> into)
    {
        var (tilt, vibration) = Adxl345.Measured(_last, plan.Up);
        into.Add(tilt);
        into.Add(vibration);
        into.Add(Measure.Of(Quantity.Shock, _trigger.Triggered ? 1 : 0));
        _sinceReport = 0;
    }

    private void Fail(ReadFault fault, IList<Measure> into)
    {
        (_set, _trigger, _rest, _seen) = (false, ShockTrigger.Of(shock), null, 0); // what it missed was not heard
        IsNews = !_failed;
        _sinceReport = _failed ? _sinceReport + PerTurn : _reportEvery;
        _failed = true;
        if (_sinceReport < _reportEvery) return;
        foreach (var quantity in plan.Quantities) into.Add(Measure.Failed(quantity, fault));
        _sinceReport = 0;
    }

    private ReadFault? Set()
    {
        Span<byte> one = stackalloc byte[1];
        if (bus.Read(plan.Address, (byte)Adxl345Register.DeviceId, one) is { } noAnswer) return noAnswer;
        return Adxl345.ChipFault(one[0])
            ?? Write(Adxl345Register.Rate, Adxl345.Rate100Hz)
            ?? Write(Adxl345Register.DataFormat, Adxl345.FullResolution16G)
            ?? Write(Adxl345Register.PowerControl, Adxl345.Measuring)
            ?? Write(Adxl345Register.FifoControl, Adxl345.Stream);
    }

    private ReadFault? Empty()
    {
        Span<byte> status = stackalloc byte[1];
        if (bus.Read(plan.Address, (byte)Adxl345Register.FifoStatus, status) is { } noStatus) return noStatus;
        Span<byte> bytes = stackalloc byte[Acceleration.Length];
        for (var left = status[0] & 0x3F; left > 0; left--)
        {
            if (bus.Transfer(plan.Address, [(byte)Adxl345Register.Data], bytes) is { } fault) return fault;
            Hear(Acceleration.Decode(bytes));
        }
        _failed = false;
        return null;
    }

    private void Hear(Acceleration one)
    {
        _last[_seen++ % Adxl345.Window] = one;
        if (_seen == int.MaxValue) _seen = Adxl345.Window;
        _sinceReport = Math.Min(_sinceReport + 1, int.MaxValue / 2);
        var strength = Math.Sqrt((double)one.X * one.X + (double)one.Y * one.Y + (double)one.Z * one.Z);
        var rest = _rest ?? strength;
        _rest = rest + (strength - rest) * SlowShare;
        var before = _trigger.Triggered;
        _trigger = _trigger.Observe(strength - rest);
        IsNews |= _trigger.Triggered != before;
    }

    private ReadFault? Write(Adxl345Register register, byte value) => bus.Write(plan.Address, (byte)register, value);
}
