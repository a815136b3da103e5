using CsCheck;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SmartCity.Domain.Tests.Devices;

public class Bh1750Tests
{
    private static readonly Gen<Bh1750Time> AnyTime = Gen.Byte[Bh1750Time.Least, Bh1750Time.Greatest].Select(value => new Bh1750Time(value));

    [Fact]
    public void The_datasheets_example_gives_its_illuminance()
    {
        // "High byte 1000 0011, low byte 1001 0000: 33,680 / 1.2 = 28,067 lx".
        Assert.True(Bh1750.Decode([0b1000_0011, 0b1001_0000], new(Bh1750Time.Usual)).TryGetValue(out var lux));
        Assert.Equal(28_067, lux, 0.5);
    }

    [Theory]
    [InlineData("the usual time", 69, 54_612.5)]
    [InlineData("twice the time: twice the counts", 138, 27_306.25)]
    [InlineData("the least time: full sun", 31, 121_556.9)]
    public void The_measurement_time_sets_what_a_count_is(string because, byte time, double greatest) =>
        Assert.True(Math.Abs(Bh1750.Lux(ushort.MaxValue, new(time)) - greatest) < 0.1, because);

    [Theory]
    [InlineData("the usual time", 69, 0b0100_0010, 0b0110_0101)]
    [InlineData("the datasheet's double: 138", 138, 0b0100_0100, 0b0110_1010)]
    [InlineData("the least", 31, 0b0100_0000, 0b0111_1111)]
    [InlineData("the greatest", 254, 0b0100_0111, 0b0111_1110)]
    public void The_measurement_time_is_set_by_two_instructions(string because, byte time, byte high, byte low) =>
        Assert.True(new Bh1750Time(time).Instructions == (high, low), because);

    [Fact]
    public void A_measurement_takes_as_long_as_its_time_says()
    {
        Assert.Equal((180, 120), (new Bh1750Time(69).LongestMeasurement.TotalMilliseconds, new Bh1750Time(69).TypicalMeasurement.TotalMilliseconds));
        Assert.Equal((360, 240), (new Bh1750Time(138).LongestMeasurement.TotalMilliseconds, new Bh1750Time(138).TypicalMeasurement.TotalMilliseconds));
    }

    [Fact]
    public void The_greatest_count_is_a_counter_at_its_stop_and_one_less_is_not()
    {
        Assert.Equal(ReadFault.OutOfRange, Bh1750.Decode([0xFF, 0xFF], new(69)).Fault);
        Assert.Null(Bh1750.Decode([0xFF, 0xFE], new(69)).Fault);
    }

    [Fact]
    public void No_bytes_make_it_throw_and_every_value_is_plausible() =>
        Gen.Select(Gen.Byte.Array[2], AnyTime).Sample((bytes, time) =>
            Bh1750.Decode(bytes, time) is var measure && (measure.TryGetValue(out var lux) ? QuantityCatalogue.Of(Quantity.Illuminance).IsPlausible(lux) : measure.Fault == ReadFault.OutOfRange), iter: 1_000_000);

    [Fact]
    public void A_measurement_of_another_length_is_the_callers_error() => Assert.Throws<ArgumentException>(() => Bh1750.Decode(new byte[3], new(69)));
}
