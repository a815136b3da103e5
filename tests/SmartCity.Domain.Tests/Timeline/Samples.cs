using CsCheck;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace SmartCity.Domain.Tests.Timeline;

internal static class Samples
{
    public static readonly Gen<double> Value = Gen.OneOf(
        Gen.Int[-100_000, 100_000].Select(n => n / 100.0),
        Gen.Int[-1000, 1000].Select(n => (double)n),
        Gen.Int[0, 1 << 20].Select(n => n / 1024.0),
        Gen.Double[-1e6, 1e6],
        Gen.OneOf(0.0, -0.0, double.Epsilon, -double.Epsilon, double.MaxValue, double.MinValue, 0.1 + 0.2, 9_007_199_254_740_993.0));

    public static readonly Gen<ReadingFlags> Flags = Gen.Frequency(
        (8, Gen.Const(new ReadingFlags(Quality.Good, ClockTrust.Synced, 0))),
        (1, Gen.Select(Gen.OneOf(Quality.Suspect, Quality.Fail, Quality.NotEvaluated), Gen.OneOf(Enum.GetValues<ClockTrust>()), (q, c) => new ReadingFlags(q, c, 0))),
        (1, Gen.Select(Gen.OneOf(Enum.GetValues<ReadFault>()), Gen.OneOf(Enum.GetValues<ClockTrust>()), (f, c) => new ReadingFlags(Quality.Missing, c, f))));

    public static readonly Gen<PackedReading> Any = Gen.Select(Gen.Long, Gen.ULong, Value, Flags,
        (at, order, value, flags) => new PackedReading(new(at), new(order), flags.Measured ? value : 0, flags));

    /// <summary>As a node makes them: a second apart with a few ms of jitter and now and then a gap, orders by the sample.</summary>
    public static readonly Gen<PackedReading[]> Run = Gen.Select(Gen.Int[0, 6], Gen.Long[0, 4_000_000_000_000], Value, Gen.Int[1, 12], Flags)
        .SelectMany((jitter, start, value, step, flags) => Gen.Select(Gen.Int[0, jitter], Gen.Int[-30, 30], Gen.Int[0, 200]).Array[0, 400]
            .Select(steps =>
            {
                var at = start;
                var order = ReadingOrder.Of(7, 0).Packed;
                return Array.ConvertAll(steps, s =>
                {
                    at += s.Item3 == 0 ? 86_400_000 : 1000 + s.Item1;
                    order += (ulong)step;
                    return new PackedReading(new(at), new(order), flags.Measured ? Math.Round(value + s.Item2 / 100.0, 2) : 0, flags);
                });
            }));

    /// <summary>Equal in every bit: 0.0 is not -0.0.</summary>
    public static void AssertSame(IReadOnlyList<PackedReading> expected, IReadOnlyList<PackedReading> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected[i], actual[i]);
            Assert.Equal(BitConverter.DoubleToInt64Bits(expected[i].Value), BitConverter.DoubleToInt64Bits(actual[i].Value));
        }
    }
}
