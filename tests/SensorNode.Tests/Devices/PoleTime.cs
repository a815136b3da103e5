using Microsoft.Extensions.Time.Testing;

namespace SensorNode.Tests.Devices;

/// <summary>A machine's two clocks by hand: a monotonic one in nanoseconds, and a wall clock that may be set wrong.</summary>
internal sealed class PoleTime() : FakeTimeProvider(Noon)
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    /// <summary>How far the wall clock has been set off.</summary>
    public TimeSpan WallStep { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + WallStep;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => 1_000_000_000 + (base.GetUtcNow() - Noon).Ticks * TimeSpan.NanosecondsPerTick;
}
