namespace SmartCity.Timeline;

/// <summary>
/// Values as whole numbers of a step, where that loses no bit: instruments and people give 21.37, not 53 bits of it.
/// A value fits a step when dividing the whole number by the divisor gives back exactly the same double.
/// </summary>
public static class ValueScale
{
    /// <summary>Divisors by number; numbers stand on disk, new ones go to the end. Decimals, then the steps of fixed-point chips.</summary>
    private static ReadOnlySpan<double> Divisors => [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 2, 4, 8, 16, 256, 1024, 25_600];

    public static int Count => Divisors.Length;

    /// <summary>The whole number, when the value fits the step.</summary>
    public static bool TryScale(double value, int scale, out long whole)
    {
        whole = 0;
        var scaled = value * Divisors[scale];
        if (!(Math.Abs(scaled) < 1L << 53)) return false;
        whole = (long)Math.Round(scaled);
        return BitConverter.DoubleToInt64Bits(whole / Divisors[scale]) == BitConverter.DoubleToInt64Bits(value); // tells -0.0 from 0.0
    }

    public static double Unscale(long whole, int scale) => whole / Divisors[scale];

    /// <summary>A step that the value fits, or -1. Looks at <paramref name="likely"/> first.</summary>
    public static int Find(double value, int likely, out long whole)
    {
        if (likely >= 0 && TryScale(value, likely, out whole)) return likely;
        for (var scale = 0; scale < Divisors.Length; scale++)
        {
            if (TryScale(value, scale, out whole)) return scale;
        }
        whole = 0;
        return -1;
    }

    /// <summary>The coarsest step that all values fit, or -1. The whole numbers are left in <paramref name="wholes"/>.</summary>
    public static int FindCommon(ReadOnlySpan<double> values, Span<long> wholes)
    {
        for (var scale = 0; scale < Divisors.Length; scale++)
        {
            var i = 0;
            while (i < values.Length && TryScale(values[i], scale, out wholes[i])) i++;
            if (i == values.Length) return scale;
        }
        return -1;
    }
}
