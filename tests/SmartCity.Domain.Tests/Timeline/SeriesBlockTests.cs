using CsCheck;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Timeline;

namespace SmartCity.Domain.Tests.Timeline;

public class SeriesBlockTests
{
    [Fact]
    public void What_is_written_is_read_back_to_the_bit() =>
        Gen.OneOf(Samples.Run, Samples.Any.Array[0, 300]).Sample(readings => Samples.AssertSame(readings, Read(Write(readings))!));

    [Fact]
    public void A_block_with_any_one_bit_turned_is_refused_and_leaves_the_list_alone() =>
        Gen.Select(Samples.Run, Gen.Int[0, 1_000_000]).Sample((readings, place) =>
        {
            var block = Write(readings);
            var bit = place % (block.Length * 8);
            block[bit / 8] ^= (byte)(1 << bit % 8);
            var list = new List<PackedReading> { default };
            Assert.False(SeriesBlock.TryRead(block, list));
            Assert.Single(list);
        });

    [Fact]
    public void A_block_cut_short_is_refused() =>
        Samples.Run.Sample(readings =>
        {
            var block = Write(readings);
            for (var length = 0; length < block.Length; length += 1 + block.Length / 40) Assert.Null(Read(block[..length]));
        });

    [Fact]
    public void Nonsense_under_a_right_check_sum_is_refused_or_read_but_never_thrown_at() =>
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            var w = new VarintWriter();
            w.Byte(1); // the known version, to get past the door
            w.Bytes(bytes);
            Crc32C.Seal(w);
            Read(w.ToArray());
        }, iter: 20_000);

    [Fact]
    public void A_block_of_a_version_not_known_here_is_refused()
    {
        var w = new VarintWriter();
        w.Byte(2);
        w.Varint(0);
        Crc32C.Seal(w);
        Assert.Null(Read(w.ToArray()));
    }

    [Fact]
    public void A_block_takes_as_many_readings_as_it_says_and_not_one_more()
    {
        var most = new PackedReading[SeriesBlock.MaxReadings];
        Assert.Equal(most.Length, Read(Write(most))!.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => Write(new PackedReading[SeriesBlock.MaxReadings + 1]));
    }

    [Fact]
    public void An_hour_at_one_hertz_in_hundredths_takes_less_than_one_and_a_quarter_bytes_a_reading()
    {
        var random = new Random(1);
        var hour = Enumerable.Range(0, 3600).Select(s => PackedReading.Of(Reading.Measured(Quantity.AirTemperature,
            new(1_795_392_000_000 + s * 1000L + random.Next(4)), ReadingOrder.Of(3, (ulong)s * 10),
            Math.Round(12 + 3 * Math.Sin(s / 3600.0) + (random.NextDouble() - 0.5) * 0.04, 2)))).ToArray();
        Assert.InRange(Write(hour).Length, 1, 3600 * 5 / 4);
    }

    [Theory]
    [InlineData("a whole number", 17.0, 0)]
    [InlineData("one decimal", 1013.2, 1)]
    [InlineData("two decimals", 21.37, 2)]
    [InlineData("a 1/1024 step of a humidity chip", 47445 / 1024.0, 12)]
    [InlineData("minus zero is not zero", -0.0, -1)]
    [InlineData("all 53 bits", 1.0 / 3, -1)]
    public void A_value_takes_the_coarsest_step_that_loses_no_bit(string because, double value, int scale)
    {
        Assert.True(ValueScale.Find(value, -1, out var whole) == scale, because);
        if (scale >= 0) Assert.Equal(value, ValueScale.Unscale(whole, scale));
    }

    [Fact]
    public void The_check_sum_is_that_of_RFC_3720()
    {
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
    }

    private static byte[] Write(ReadOnlySpan<PackedReading> readings)
    {
        var w = new VarintWriter();
        SeriesBlock.Write(w, readings);
        return w.ToArray();
    }

    private static List<PackedReading>? Read(byte[] block)
    {
        var list = new List<PackedReading>();
        return SeriesBlock.TryRead(block, list) ? list : null;
    }
}
