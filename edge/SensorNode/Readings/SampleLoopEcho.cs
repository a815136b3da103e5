using SensorNode.Devices;
using SensorNode.Options;
using SmartCity.Telemetry;

namespace SensorNode.Readings;

/// <summary>Pings with one ranger at its interval, and tells what its echoes mean.</summary>
public sealed class SampleLoopEcho(IEchoLine line, EchoPlan plan, SampleLoopDevice device, TimeProvider time)
{
    private readonly EchoDevice _echoes = new(plan);
    private long _turnNs = time.MonotonicNs();

    /// <summary>One ping, and how long until the next.</summary>
    public async ValueTask<TimeSpan> StepAsync(CancellationToken stopping)
    {
        var at = time.MonotonicNs();
        var (echo, fault) = await line.PingAsync(stopping);
        device.Give(Lane.Raw, at, _echoes.Measures(echo, fault, at));
        var interval = device.Interval.ToNs();
        var turns = Math.Max(1, (time.MonotonicNs() - _turnNs) / interval + 1);
        device.LeftOut(turns - 1);
        _turnNs += turns * interval;
        return MonotonicClock.FromNs(Math.Max(0, _turnNs - time.MonotonicNs()));
    }

    /// <summary>Pings until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var idle = MonotonicClock.RoundedUp(await StepAsync(stopping));
            await Task.Delay(idle, time, stopping);
        }
    }
}
