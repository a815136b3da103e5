using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;

namespace SmartCity.Twins;

/// <summary>Live values in a checkpoint.</summary>
internal static class LiveQuantities
{
    private const byte SameReading = 1;
    private const byte HasGood = 2;

    public static void Write(VarintWriter w, in LiveQuantity live)
    {
        var same = live.HasGood && live.Good == live.Newest;
        w.Byte((byte)((same ? SameReading : 0) | (live.HasGood ? HasGood : 0)));
        w.Byte((byte)live.Quantity);
        Write(w, live.Newest);
        if (live.HasGood && !same) Write(w, live.Good);
    }

    public static bool TryRead(ref VarintReader r, out LiveQuantity live)
    {
        live = default;
        if (!r.Byte(out var facts) || facts is 1 or > 3 || !r.Byte(out var number) || !QuantityCatalogue.Knows(number)) return false;
        if (!TryRead(ref r, (Quantity)number, out var newest)) return false;
        var good = newest;
        if (facts == HasGood && !TryRead(ref r, (Quantity)number, out good)) return false;
        if (facts != 0 && !good.IsGood) return false;
        live = new(newest, facts != 0, facts != 0 ? good : default);
        return true;
    }

    private static void Write(VarintWriter w, in Reading reading)
    {
        w.Varint(reading.Order.Packed);
        w.Signed(reading.At.UnixMilliseconds);
        w.Byte((byte)((byte)reading.Clock << 4 | (byte)reading.Quality));
        w.Byte((byte)(reading.Fault ?? 0));
        if (reading.TryGetValue(out var value)) Numbers.Write(w, value);
    }

    private static bool TryRead(ref VarintReader r, Quantity quantity, out Reading reading)
    {
        reading = default;
        if (!r.Varint(out var order) || !r.Signed(out var at) || !r.Byte(out var trust) || !r.Byte(out var fault)) return false;
        var (clock, quality) = ((ClockTrust)(trust >> 4), (Quality)(trust & 15));
        if (clock > ClockTrust.Unsynced || !Enum.IsDefined(quality)) return false;
        if (fault != 0)
        {
            reading = Reading.Failed(quantity, new(at), new(order), (ReadFault)fault, clock);
            return Enum.IsDefined((ReadFault)fault);
        }
        if (!Numbers.Read(ref r, out var value)) return false;
        reading = Reading.Measured(quantity, new(at), new(order), value, clock, quality);
        return true;
    }
}
