using CsCheck;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SmartCity.Domain.Tests.Devices;

public class Scd41Tests
{
    [Fact]
    public void The_datasheets_example_gives_its_carbon_dioxide_temperature_and_humidity()
    {
        var sample = Scd41.Decode([0x01, 0xF4, 0x33, 0x66, 0x67, 0xA2, 0x5E, 0xB9, 0x3C]);
        Assert.Equal(500, Value(sample.CarbonDioxide));
        Assert.Equal(25, Value(sample.Temperature), 2);
        Assert.Equal(37, Value(sample.Humidity), 2);
    }

    [Theory]
    [InlineData("the datasheet's example", 0x8000, false)]
    [InlineData("only bits above the eleventh", 0xF800, false)]
    [InlineData("the eleventh bit", 0x0400, true)]
    [InlineData("the first bit", 0x8001, true)]
    public void A_measurement_waits_when_one_of_the_lower_eleven_bits_is_set(string because, ushort status, bool ready) => Assert.True(Scd41.IsReady(status) == ready, because);

    [Theory]
    [InlineData("sea level, which a library sent as 0", 101_325, 1013)]
    [InlineData("the datasheet's example", 98_700, 987)]
    [InlineData("the least", 70_000, 700)]
    [InlineData("the greatest", 120_000, 1200)]
    public void The_pressure_word_is_whole_hectopascals(string because, double pascals, ushort word) =>
        Assert.True(Scd41.AmbientPressureWord(Hectopascals.FromPascals(pascals)) == word, because);

    [Theory]
    [InlineData(699.9)]
    [InlineData(1200.1)]
    [InlineData(101_325)]
    [InlineData(double.NaN)]
    public void A_pressure_that_the_chip_does_not_take_is_the_callers_error(double hectopascals) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Scd41.AmbientPressureWord(new(hectopascals)));

    [Theory]
    [InlineData("none: it was not measured", 0, ReadFault.NotReady)]
    [InlineData("the least", 1, null)]
    [InlineData("the greatest", 40_000, null)]
    [InlineData("one more", 40_001, ReadFault.OutOfRange)]
    public void Carbon_dioxide_is_named_when_it_cannot_be(string because, ushort ppm, ReadFault? fault) =>
        Assert.True(Scd41.Decode(Bytes(ppm, 0x6667, 0x5EB9)).CarbonDioxide.Fault == fault, because);

    [Theory]
    [InlineData(-10, 1)]
    [InlineData(60, -1)]
    public void Where_the_chip_does_not_work_nothing_is_measured(int limit, int inwards)
    {
        var words = Enumerable.Range(0, 65_536).Select(word => (ushort)word);
        var inside = inwards > 0 ? words.First(word => Scd41.Temperature(word).Degrees >= limit) : words.Last(word => Scd41.Temperature(word).Degrees <= limit);
        Assert.Null(Scd41.Decode(Bytes(500, inside, 0)).Temperature.Fault);
        var outside = Scd41.Decode(Bytes(500, (ushort)(inside - inwards), 0));
        Assert.Equal((ReadFault.OutOfRange, ReadFault.OutOfRange, ReadFault.OutOfRange), (outside.CarbonDioxide.Fault!.Value, outside.Temperature.Fault!.Value, outside.Humidity.Fault!.Value));
    }

    [Fact]
    public void No_bytes_make_it_throw_and_none_with_a_wrong_check_give_a_value() =>
        Gen.OneOf(Gen.Byte.Array[9], Gen.Select(Gen.UShort, Gen.UShort, Gen.UShort, Gen.Int[0, 71], (c, t, h, bit) =>
        {
            var bytes = Bytes(c, t, h);
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            return bytes;
        }), Gen.Select(Gen.UShort, Gen.UShort, Gen.UShort, Bytes)).Sample(bytes =>
        {
            var (carbonDioxide, temperature, humidity) = Scd41.Decode(bytes);
            Measure[] all = [carbonDioxide, temperature, humidity];
            var whole = Enumerable.Range(0, 3).All(i => SensirionWords.Crc(bytes.AsSpan(i * 3, 2)) == bytes[i * 3 + 2]);
            return whole ? all.All(measure => measure.Fault != ReadFault.BadChecksum) && Within(carbonDioxide, 1, 40_000) && Within(temperature, -10, 60) && Within(humidity, 0, 100)
                : all.All(measure => measure.Fault == ReadFault.BadChecksum);
        }, iter: 1_000_000);

    [Fact]
    public void A_measurement_of_another_length_is_the_callers_error() => Assert.Throws<ArgumentException>(() => Scd41.Decode(new byte[8]));

    private static byte[] Bytes(ushort carbonDioxide, ushort temperature, ushort humidity)
    {
        var bytes = new byte[9];
        SensirionWords.Write(carbonDioxide, bytes);
        SensirionWords.Write(temperature, bytes.AsSpan(3));
        SensirionWords.Write(humidity, bytes.AsSpan(6));
        return bytes;
    }

    private static double Value(Measure measure)
    {
        Assert.True(measure.TryGetValue(out var value), $"{measure.Fault}");
        return value;
    }

    private static bool Within(Measure measure, double min, double max) => !measure.TryGetValue(out var value) || value >= min && value <= max;
}
