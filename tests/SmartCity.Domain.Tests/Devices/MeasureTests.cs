using SmartCity.Devices;
using SmartCity.Readings;

namespace SmartCity.Domain.Tests.Devices;

public class MeasureTests
{
    private static readonly Instant At = new(1_795_443_240_000);
    private static readonly ReadingOrder Order = ReadingOrder.Of(3, 17);

    [Theory]
    [InlineData("down", 21.374, 2, 21.37)]
    [InlineData("up", 21.376, 2, 21.38)]
    [InlineData("a half goes to the even one", 0.125, 2, 0.12)]
    [InlineData("below zero", -3.996, 2, -4.0)]
    [InlineData("whole numbers", 415.5, 0, 416.0)]
    [InlineData("to a millionth", 0.0001234567, 6, 0.000123)]
    public void A_value_is_rounded_to_what_its_chip_can_tell_apart(string because, double value, int decimals, double expected)
    {
        Assert.True(Measure.Of(Quantity.AirTemperature, value, decimals).TryGetValue(out var rounded));
        Assert.True(rounded == expected, because);
    }

    [Fact]
    public void What_rounds_to_zero_is_not_minus_zero_which_would_cost_eight_bytes()
    {
        Measure.Of(Quantity.AirTemperature, -0.004, 2).TryGetValue(out var rounded);
        Assert.Equal(0, BitConverter.DoubleToInt64Bits(rounded));
    }

    [Fact]
    public void A_measure_becomes_a_reading_with_stamp_order_and_clock()
    {
        var reading = Measure.Of(Quantity.AirTemperature, 21.5).At(At, Order, ClockTrust.Holdover);
        Assert.True(reading.TryGetValue(out var value));
        Assert.Equal((21.5, At, Order, ClockTrust.Holdover, Quality.Good), (value, reading.At, reading.Order, reading.Clock, reading.Quality));
    }

    [Fact]
    public void A_fault_becomes_a_failed_reading_like_any_other()
    {
        var reading = Measure.Failed(Quantity.Smoke, ReadFault.NoAnswer).At(At, Order, ClockTrust.Synced);
        Assert.Equal((ReadFault.NoAnswer, Quality.Missing, Order), (reading.Fault!.Value, reading.Quality, reading.Order));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_no_number_is_a_fault(double value) => Assert.Equal(ReadFault.OutOfRange, Measure.Of(Quantity.AirPressure, value).Fault);
}
