namespace SmartCity.Readings;

/// <summary>
/// A node's clock from its boot on, as a pure fold over looks at three things: the monotonic clock, the wall clock, and the kernel's word on
/// the latter. Stamps come from the monotonic clock and an offset, so that nothing that happens to an untrusted wall clock moves them.
/// <list type="bullet">
/// <item>While the wall clock is disciplined, it is right, and the offset follows it: forwards and backwards.</item>
/// <item>Once it was disciplined, only the monotonic clock counts until it is again: holdover. A wall clock set a year off changes nothing.</item>
/// <item>Before that, what can wait waits, at most <see cref="Patience"/>. If the clock is disciplined in time, what waited is stamped from the
/// offset and flagged as holdover; if not, it is stamped by the wall clock as it was found, and flagged as unsynced. What cannot wait is that at once.</item>
/// </list>
/// </summary>
public sealed record NodeClock
{
    /// <summary>How long readings wait for a clock that was never disciplined.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private const long NsPerMs = 1_000_000;

    private NodeClock(long startedNs) => StartedNs = startedNs;

    private long StartedNs { get; }
    private long OffsetMs { get; init; } // wall less monotonic; before the first look it is 0 and nobody asks
    private bool Looked { get; init; }
    private bool WasSynced { get; init; }

    /// <summary>How far a stamp of now can be trusted.</summary>
    public ClockTrust Trust { get; private init; } = ClockTrust.Unsynced;

    /// <param name="atNs">When the node began to measure, monotonic nanoseconds.</param>
    public static NodeClock Started(long atNs) => new(atNs);

    /// <summary>Looks at the clocks.</summary>
    /// <param name="atNs">The monotonic clock.</param>
    /// <param name="wall">The wall clock at that moment.</param>
    /// <param name="kernel">The kernel's word on the wall clock.</param>
    public NodeClock Look(long atNs, Instant wall, ClockTrust kernel)
    {
        var offset = wall.UnixMilliseconds - atNs / NsPerMs;
        switch (kernel)
        {
            case ClockTrust.Synced:
                return this with { OffsetMs = offset, Looked = true, WasSynced = true, Trust = ClockTrust.Synced };
            case ClockTrust.Holdover when !WasSynced: // disciplined before this process came: it may have been set since, but by no more than its drift
                return this with { OffsetMs = offset, Looked = true, WasSynced = true, Trust = ClockTrust.Holdover };
            default:
                if (WasSynced) return this with { Trust = ClockTrust.Holdover };
                // Never disciplined: whoever sets it forward by hand knows more than the clock, which began somewhere in the past.
                return this with { OffsetMs = Looked ? Math.Max(OffsetMs, offset) : offset, Looked = true, Trust = ClockTrust.Unsynced };
        }
    }

    /// <summary>Whether what can wait for a better stamp should do so still.</summary>
    public bool Holds(long nowNs) => !WasSynced && nowNs - StartedNs < Patience.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>The stamp of something that happened at a moment of the monotonic clock.</summary>
    public Instant At(long atNs) => new(OffsetMs + atNs / NsPerMs);

    /// <summary>How far the stamp of something can be trusted that had to wait for it.</summary>
    public ClockTrust TrustOfHeld => WasSynced ? ClockTrust.Holdover : ClockTrust.Unsynced;
}

/// <summary>
/// The stamps of one device: strictly rising, so that no two of its samples share one. A small step back of the clock is bridged a millisecond
/// at a time; over <see cref="Bridged"/> the stamps before were wrong, and going on from them would make all later ones wrong too. The order of
/// readings never hangs on it: that is their <see cref="ReadingOrder"/>'s matter.
/// </summary>
public readonly record struct RisingStamps
{
    /// <summary>The greatest step back that is bridged.</summary>
    public static readonly TimeSpan Bridged = TimeSpan.FromMinutes(1);

    private Instant? Last { get; init; }

    public (RisingStamps Next, Instant At) Stamp(Instant candidate)
    {
        var at = Last is { } last && candidate <= last && last - candidate <= Bridged ? new Instant(last.UnixMilliseconds + 1) : candidate;
        return (new() { Last = at }, at);
    }
}
