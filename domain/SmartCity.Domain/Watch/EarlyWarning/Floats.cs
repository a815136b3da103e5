using SmartCity.Telemetry;

namespace SmartCity.Watch.EarlyWarning;

/// <summary>What early warning has learnt, in a checkpoint: floats by their four bytes, refused where they are no finite number.</summary>
internal static class Floats
{
    public static void Write(VarintWriter w, float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        for (var shift = 24; shift >= 0; shift -= 8) w.Byte(unchecked((byte)(bits >> shift)));
    }

    public static void Write(VarintWriter w, ReadOnlySpan<float> values)
    {
        foreach (var value in values) Write(w, value);
    }

    public static bool Read(ref VarintReader r, out float value)
    {
        value = 0;
        if (!r.Bytes(4, out var bytes)) return false;
        value = System.Buffers.Binary.BinaryPrimitives.ReadSingleBigEndian(bytes);
        return float.IsFinite(value);
    }

    public static bool Read(ref VarintReader r, scoped Span<float> values)
    {
        foreach (ref var value in values)
        {
            if (!Read(ref r, out value)) return false;
        }
        return true;
    }

    public static void Write(VarintWriter w, double value) => w.UInt64(BitConverter.DoubleToUInt64Bits(value));

    public static bool Read(ref VarintReader r, out double value)
    {
        var read = r.UInt64(out var bits);
        value = BitConverter.UInt64BitsToDouble(bits);
        return read && double.IsFinite(value);
    }
}
