namespace SensorNode.Devices;

/// <summary>The machine's monotonic clock in nanoseconds. On Linux the system's TimeProvider counts CLOCK_MONOTONIC, which the kernel stamps edges with.</summary>
public static class MonotonicClock
{
    public static long MonotonicNs(this TimeProvider time) =>
        time.TimestampFrequency == 1_000_000_000
            ? time.GetTimestamp()
            : (long)((Int128)time.GetTimestamp() * 1_000_000_000 / time.TimestampFrequency);

    public static long ToNs(this TimeSpan span) => span.Ticks * TimeSpan.NanosecondsPerTick;

    public static TimeSpan FromNs(long ns) => TimeSpan.FromTicks(ns / TimeSpan.NanosecondsPerTick);

    /// <summary>A wait in whole milliseconds, a timer's resolution: rounded up, so that what is waited for has come and no loop spins on the rest.</summary>
    public static TimeSpan RoundedUp(TimeSpan wait) => TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
}
