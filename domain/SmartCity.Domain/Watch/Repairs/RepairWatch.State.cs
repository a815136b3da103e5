using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch.EarlyWarning;

namespace SmartCity.Watch.Repairs;

/// <summary>What it has learnt and what waits, in a checkpoint.</summary>
public sealed partial class RepairWatch
{
    public void Write(VarintWriter w)
    {
        w.Byte((byte)((_holds ? 1 : 0) | (_heldIsGood ? 2 : 0)));
        if (_holds) Write(w, _held);
        w.Varint((ulong)_goodCount);
        for (var back = _goodCount - 1; back >= 0; back--) Write(w, Back(back));
        w.Varint((ulong)_waiting.Count);
        foreach (var waiting in _waiting) Write(w, waiting);
        foreach (var fit in _fits) fit.Write(w);
        _scores.Write(w);
        _usual.Write(w);
        w.Varint((ulong)_spreadOf);
        w.Signed(_hour);
        w.Varint((ulong)_hourCount);
        w.Varint((ulong)_hours);
        foreach (var value in (ReadOnlySpan<double>)[_rhythm, _mean, _spread, _hourSum]) Floats.Write(w, value);
    }

    /// <summary>False when the bytes are not what <see cref="Write(VarintWriter)"/> wrote.</summary>
    public static bool TryRead(ref VarintReader r, out RepairWatch watch)
    {
        watch = new();
        if (!r.Byte(out var flags) || flags > 3) return false;
        (watch._holds, watch._heldIsGood) = ((flags & 1) != 0, (flags & 2) != 0);
        if (watch._holds && !TryRead(ref r, out watch._held)) return false;
        if (!r.Varint(out var good) || good > Kept) return false;
        for (var i = 0; i < (int)good; i++)
        {
            if (!TryRead(ref r, out watch._good[i])) return false;
        }
        (watch._goodCount, watch._newest) = ((int)good, (int)good - 1);
        if (!r.Varint(out var waiting) || waiting > MostWaiting) return false;
        for (var i = 0ul; i < waiting; i++)
        {
            if (!TryRead(ref r, out Point point)) return false;
            watch._waiting.Add(point);
        }
        for (var i = 0; i < MostNeighbours; i++)
        {
            if (!NeighbourFit.TryRead(ref r, out watch._fits[i])) return false;
        }
        if (!MethodScores.TryRead(ref r, out watch._scores) || !watch._usual.TryRead(ref r)) return false;
        if (!r.Varint(out var spreadOf) || spreadOf > SpreadMemory || !r.Signed(out watch._hour) || watch._hour < -1 || watch._hour > Instant.Max.UnixMilliseconds) return false;
        if (!r.Varint(out var hourCount) || hourCount > int.MaxValue || !r.Varint(out var hours) || hours > SeasonLearns) return false;
        (watch._spreadOf, watch._hourCount, watch._hours) = ((int)spreadOf, (int)hourCount, (int)hours);
        return Floats.Read(ref r, out watch._rhythm) && Floats.Read(ref r, out watch._mean) && Floats.Read(ref r, out watch._spread) && Floats.Read(ref r, out watch._hourSum);
    }

    private static void Write(VarintWriter w, in Point point)
    {
        w.Signed(point.At);
        Numbers.Write(w, point.Value);
        for (var way = 0; way < Ways; way++)
        {
            var says = !float.IsNaN(point.Says[way]);
            w.Byte(says ? (byte)1 : (byte)0);
            if (says) Floats.Write(w, point.Says[way]);
        }
    }

    private static bool TryRead(ref VarintReader r, out Point point)
    {
        point = default;
        if (!r.Signed(out point.At) || point.At < 0 || point.At > Instant.Max.UnixMilliseconds || !Numbers.Read(ref r, out point.Value) || !double.IsFinite(point.Value)) return false;
        for (var way = 0; way < Ways; way++)
        {
            point.Says[way] = float.NaN;
            if (!r.Byte(out var says) || says > 1) return false;
            if (says == 1 && !Floats.Read(ref r, out point.Says[way])) return false;
        }
        return true;
    }
}
