using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Twins;

/// <summary>
/// Bytes that a node has sent, made of what it counts since each of its starts. In all: since it was first heard to count; what it sent between its last
/// word and a restart is not in it. Today: since midnight UTC of the wall clock, by when it was heard. Immutable; the default has heard nothing.
/// </summary>
public readonly record struct NodeBytes
{
    private const ulong Most = 1UL << 62; // held there rather than wrapped

    private NodeBytes(ulong last, ulong inAll, long day, ulong atMidnight) => (Last, InAll, Day, AtMidnight) = (last, inAll, day, atMidnight);

    private ulong Last { get; }

    private long Day { get; }

    private ulong AtMidnight { get; }

    /// <summary>Of all its starts.</summary>
    public ulong InAll { get; }

    /// <summary>Takes what it has sent since its start. Less than before: it was started anew.</summary>
    public NodeBytes Tell(ulong sinceStart, Instant wallNow, bool isFirst = false)
    {
        var grown = sinceStart >= Last ? sinceStart - Last : sinceStart;
        var all = Math.Min(InAll + grown, Most);
        var day = DayOf(wallNow);
        // What it sent before anybody listened may be of any day.
        return new(sinceStart, all, day, isFirst ? all : day == Day ? AtMidnight : InAll);
    }

    /// <summary>Since midnight UTC.</summary>
    public ulong Today(Instant wallNow) => DayOf(wallNow) == Day ? InAll - AtMidnight : 0;

    internal void Write(VarintWriter w)
    {
        w.Varint(Last);
        w.Varint(InAll);
        w.Signed(Day);
        w.Varint(AtMidnight);
    }

    internal static bool TryRead(ref VarintReader r, out NodeBytes bytes)
    {
        bytes = default;
        if (!r.Varint(out var last) || !r.Varint(out var all) || !r.Signed(out var day) || !r.Varint(out var midnight)) return false;
        if (all > Most || midnight > all) return false;
        bytes = new(last, all, day, midnight);
        return true;
    }

    private static long DayOf(Instant at) => Math.DivRem(at.UnixMilliseconds, 86_400_000).Quotient;
}
