using System.Diagnostics.CodeAnalysis;
using SmartCity.Readings;

namespace SmartCity.Telemetry;

/// <summary>
/// The ledger's three values as bytes. Numbers are LEB128 varints, each value begins with its version (1).
/// <code>
/// position: version lane batch boot samples { sample-delta (metrics &lt;&lt; 2 | clock) }   first delta is from 0
/// outbox:   version id(8 bytes, big endian) boot lanes { oldest next }
/// answer:   version id(8 bytes, big endian) lanes { lane through ranges { first-gap length } }   gap from the last end, length from 0
/// </code>
/// Decoders read bytes from outside: they answer false, and never throw.
/// </summary>
public static class LedgerCodec
{
    private const byte Version = 1;

    /// <summary>Most samples in one batch.</summary>
    public const int MaxSamples = 4096;

    /// <summary>Most ranges above "through" that an answer carries in one lane.</summary>
    public const int MaxRanges = 16;

    public static byte[] Encode(BatchPosition value)
    {
        var w = new VarintWriter();
        w.Byte(Version);
        w.Byte((byte)value.Position.Lane);
        w.Varint(value.Position.Batch);
        w.Varint(value.Samples.Count == 0 ? 0 : value.Samples[0].Order.Boot);
        w.Varint((ulong)value.Samples.Count);
        ulong last = 0;
        foreach (var run in value.Samples)
        {
            w.Varint(run.Order.Sample - last);
            w.Varint((ulong)run.Metrics << 2 | (byte)run.Clock);
            last = run.Order.Sample;
        }
        return w.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out BatchPosition? value)
    {
        var samples = new List<SampleRun>();
        value = TryDecode(bytes, samples, out var position) ? new(position, samples) : null;
        return value is not null;
    }

    /// <summary>As the other, into a list that is used again for each batch. After false, what is in the list means nothing.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, List<SampleRun> samples, out Position position)
    {
        position = default;
        samples.Clear();
        var r = new VarintReader(bytes);
        if (!r.Byte(out var version) || version != Version) return false;
        if (!r.Byte(out var lane) || lane >= Lanes.Count) return false;
        if (!r.Varint(out var batch) || batch == 0) return false;
        if (!r.Varint(out var boot) || boot > ReadingOrder.MaxBoot) return false;
        if (!r.Varint(out var count) || count > MaxSamples) return false;
        ulong last = 0;
        for (var i = 0ul; i < count; i++)
        {
            if (!r.Varint(out var delta) || delta > ReadingOrder.MaxSample - last) return false;
            if (!r.Varint(out var packed) || packed >> 2 is 0 or > 255 || (packed & 3) > (ulong)ClockTrust.Unsynced) return false;
            last += delta;
            samples.Add(new(ReadingOrder.Of((uint)boot, last), (ClockTrust)(packed & 3), (byte)(packed >> 2)));
        }
        if (!r.AtEnd) return false;
        position = new((Lane)lane, batch);
        return true;
    }

    /// <summary>The lane alone, for deciding what to shed without decoding the rest.</summary>
    public static bool TryPeekLane(ReadOnlySpan<byte> bytes, out Lane lane)
    {
        lane = Lane.Raw;
        if (bytes.Length < 2 || bytes[0] != Version || bytes[1] >= Lanes.Count) return false;
        lane = (Lane)bytes[1];
        return true;
    }

    public static byte[] Encode(OutboxDeclaration value)
    {
        var w = new VarintWriter();
        w.Byte(Version);
        w.UInt64(value.Outbox.Value);
        w.Varint(value.Boot);
        w.Varint((ulong)value.Lanes.Count);
        foreach (var lane in value.Lanes)
        {
            w.Varint(lane.Oldest);
            w.Varint(lane.Next);
        }
        return w.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out OutboxDeclaration? value)
    {
        value = null;
        var r = new VarintReader(bytes);
        if (!r.Byte(out var version) || version != Version) return false;
        if (!r.UInt64(out var id)) return false;
        if (!r.Varint(out var boot) || boot > ReadingOrder.MaxBoot) return false;
        if (!r.Varint(out var count) || count != Lanes.Count) return false;
        var lanes = new LaneExtent[Lanes.Count];
        for (var i = 0; i < lanes.Length; i++)
        {
            if (!r.Varint(out var oldest) || !r.Varint(out var next) || oldest == 0 || oldest > next) return false;
            lanes[i] = new(oldest, next);
        }
        if (!r.AtEnd) return false;
        value = new(new(id), (uint)boot, lanes);
        return true;
    }

    public static byte[] Encode(LedgerAnswer value)
    {
        var w = new VarintWriter();
        w.Byte(Version);
        w.UInt64(value.Outbox.Value);
        w.Varint((ulong)value.Lanes.Count);
        foreach (var lane in value.Lanes)
        {
            w.Byte((byte)lane.Lane);
            w.Varint(lane.Through);
            var ranges = Math.Min(lane.Above.Count, MaxRanges);
            w.Varint((ulong)ranges);
            var end = lane.Through;
            for (var i = 0; i < ranges; i++)
            {
                w.Varint(lane.Above[i].First - end);
                w.Varint(lane.Above[i].Last - lane.Above[i].First);
                end = lane.Above[i].Last;
            }
        }
        return w.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out LedgerAnswer? value)
    {
        value = null;
        var r = new VarintReader(bytes);
        if (!r.Byte(out var version) || version != Version) return false;
        if (!r.UInt64(out var id)) return false;
        if (!r.Varint(out var count) || count > Lanes.Count) return false;
        var lanes = new LaneAnswer[(int)count];
        for (var i = 0; i < lanes.Length; i++)
        {
            if (!r.Byte(out var lane) || lane >= Lanes.Count) return false;
            if (!r.Varint(out var through) || !r.Varint(out var ranges) || ranges > MaxRanges) return false;
            var above = new BatchRange[(int)ranges];
            var end = through;
            for (var k = 0; k < above.Length; k++)
            {
                if (!r.Varint(out var gap) || !r.Varint(out var length) || gap < 2) return false;
                if (gap > ulong.MaxValue - end || length > ulong.MaxValue - end - gap) return false;
                above[k] = new(end + gap, end + gap + length);
                end = above[k].Last;
            }
            lanes[i] = new((Lane)lane, through, above);
        }
        if (!r.AtEnd) return false;
        value = new(new(id), lanes);
        return true;
    }
}
