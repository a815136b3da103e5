using SmartCity.Devices;
using SmartCity.Readings;

namespace SmartCity.Domain.Tests.Devices;

public class MeasureTests
{
    private static readonly Instant At = new(1_795_443_240_000);
    private static readonly ReadingOrder Order = ReadingOrder.Of(3, 17);

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
