using SmartCity.Telemetry;

namespace SmartCity.Watch;

/// <summary>
/// Doubles in few bytes and without loss: a tag, then a whole number of units, tenths, hundredths or thousandths when that gives back exactly
/// the same double, else its eight bytes. Sensors speak in decimals, so most values take three or four bytes.
/// </summary>
internal static class Numbers
{
    private const byte Raw = 4;

    private static readonly double[] Scales = [1, 10, 100, 1000];

    public static void Write(VarintWriter w, double value)
    {
        for (byte tag = 0; tag < Scales.Length && Math.Abs(value) < 1e12; tag++)
        {
            var whole = (long)Math.Round(value * Scales[tag]);
            if (BitConverter.DoubleToInt64Bits(whole / Scales[tag]) != BitConverter.DoubleToInt64Bits(value)) continue; // bits: -0 is not 0
            w.Byte(tag);
            w.Signed(whole);
            return;
        }
        w.Byte(Raw);
        w.UInt64(BitConverter.DoubleToUInt64Bits(value));
    }

    public static bool Read(ref VarintReader r, out double value)
    {
        value = 0;
        if (!r.Byte(out var tag) || tag > Raw) return false;
        if (tag == Raw)
        {
            if (!r.UInt64(out var bits)) return false;
            value = BitConverter.UInt64BitsToDouble(bits);
            return true;
        }
        if (!r.Signed(out var whole)) return false;
        value = whole / Scales[tag];
        return true;
    }
}
