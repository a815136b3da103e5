using SensorNode.Options;
using SmartCity.Readings;

namespace SensorNode.Devices.Kernel;

/// <summary>An HC-SR04 on a /dev/gpiochipN: its trigger is held high for 10 µs or more, its echo is timed by the kernel's stamps of both edges.</summary>
public sealed class KernelEcho(EchoPlan plan, ILinux linux, TimeProvider time) : IEchoLine
{
    // The chip lets its echo line go after 38 ms if it hears nothing; ours is the patience of somebody who may be scheduled late.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pulse = TimeSpan.FromMicroseconds(15);
    private const int MostLooks = 10_000; // at the clock

    private readonly KernelOutputs _trigger = new(plan.Bus.Path, linux);
    private readonly KernelLines _echo = new(plan.Bus.Path, linux, time);
    private bool _isOpen;

    public async ValueTask<(TimeSpan Echo, ReadFault? Fault)> PingAsync(CancellationToken stopping)
    {
        if (!_isOpen && Open() is { } closed) return (default, closed);
        while (_echo.TryTake(out var old)) // of a ping before, that came too late
        {
            if (old.Fault is { } lost) return Lost(lost);
        }
        if (Send() is { } unsent) return Lost(unsent);
        var end = time.MonotonicNs() + Patience.ToNs();
        long? rose = null;
        while (true)
        {
            while (_echo.TryTake(out var seen))
            {
                if (seen.Fault is { } lost) return Lost(lost);
                if (seen.Edge.High) rose = seen.Edge.AtNs;
                else if (rose is { } from) return (MonotonicClock.FromNs(seen.Edge.AtNs - from), null);
            }
            var left = end - time.MonotonicNs();
            if (left <= 0) return (default, ReadFault.NoAnswer);
            await _echo.WaitAsync(MonotonicClock.FromNs(left), stopping);
        }
    }

    public void Dispose()
    {
        _trigger.Dispose();
        _echo.Dispose();
    }

    private ReadFault? Open()
    {
        var fault = _trigger.Open(plan.TriggerLine, offHigh: false) ?? _echo.Open(plan.EchoLine, LinePull.AsIs, prompt: true).Fault;
        _isOpen = fault is null;
        return fault;
    }

    private ReadFault? Send()
    {
        if (_trigger.Set(plan.TriggerLine, true) is { } fault) return fault;
        var until = time.MonotonicNs() + Pulse.ToNs();
        for (var look = 0; look < MostLooks && time.MonotonicNs() < until; look++)
        {
            // too short for any timer
        }
        return _trigger.Set(plan.TriggerLine, false);
    }

    private (TimeSpan, ReadFault?) Lost(ReadFault fault)
    {
        _isOpen = false;
        return (default, fault);
    }
}
