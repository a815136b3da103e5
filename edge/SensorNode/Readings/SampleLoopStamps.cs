using SensorNode.Devices;
using SmartCity.Readings;

namespace SensorNode.Readings;

/// <summary>Stamps the samples of one device: strictly rising, even when the clock steps back.</summary>
public sealed class SampleLoopStamps(TimeProvider time)
{
    private Instant _last = new(long.MinValue);

    /// <summary>The stamp of something that happened at a moment of the monotonic clock: the wall clock's now, less what has passed since.</summary>
    public Instant Stamp(long atNs)
    {
        var now = Instant.From(time.GetUtcNow());
        var at = new Instant(now.UnixMilliseconds - Math.Max(0, time.MonotonicNs() - atNs) / 1_000_000);
        _last = at > _last ? at : new Instant(_last.UnixMilliseconds + 1);
        return _last;
    }
}
