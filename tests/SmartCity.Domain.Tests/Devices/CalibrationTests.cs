using CsCheck;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SmartCity.Domain.Tests.Devices;

public class CalibrationTests
{
    [Theory]
    [InlineData("nothing", 0, 1, 21.37)]
    [InlineData("an offset", -0.4, 1, 20.97)]
    [InlineData("a gain, then an offset", 1, 2, 43.74)]
    public void A_value_is_calibrated_by_a_straight_line(string because, double offset, double gain, double expected)
    {
        var calibrated = new Calibration(offset, gain).Apply(Measure.Of(Quantity.AirTemperature, 21.37), null);
        Assert.True(calibrated.TryGetValue(out var value) && value == expected && calibrated.Quality == Quality.Good, because);
    }

    [Fact]
    public void A_fault_stays_what_it_is() =>
        Assert.Equal(ReadFault.NoAnswer, new Calibration(5, 2, 0.4).Apply(Measure.Failed(Quantity.Pm2_5, ReadFault.NoAnswer), new PercentHumidity(50)).Fault);

    // Equation of the paper with kappa 0.4, worked out by hand: 1 + (0.4 / 1.65) / (1 / 0.85 - 1) = 2.3737.
    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(50, 1.242424)]
    [InlineData(85, 2.373737)]
    [InlineData(95, 5.606061)]
    [InlineData(100, 5.606061)] // not beyond 95 %
    public void Moisture_makes_an_optical_counter_overstate_by_the_kappa_Koehler_relation(double humidity, double factor) =>
        Assert.Equal(factor, ParticleGrowth.Factor(new(humidity), ParticleGrowth.UrbanKappa), 6);

    [Theory]
    [InlineData("known", 85.0, 23.7374, 10.0, Quality.Good)]
    [InlineData("at the greatest that can be corrected", 95.0, 56.0606, 10.0, Quality.Good)]
    [InlineData("beyond it", 95.1, 56.0606, 10.0, Quality.Suspect)]
    [InlineData("not known: told as it came", null, 10.0, 10.0, Quality.Suspect)]
    public void A_counters_value_is_divided_by_it_and_suspect_where_it_cannot_be(string because, double? humidity, double raw, double expected, Quality quality)
    {
        var calibrated = new Calibration(Kappa: ParticleGrowth.UrbanKappa).Apply(Measure.Of(Quantity.Pm2_5, raw), humidity is { } air ? new PercentHumidity(air) : null);
        Assert.True(calibrated.TryGetValue(out var value));
        Assert.True(Math.Abs(value - expected) < 0.0002 && calibrated.Quality == quality, because);
        Assert.Equal(quality, calibrated.At(new(0), new(0), ClockTrust.Synced).Quality);
    }

    [Fact]
    public void Moisture_never_makes_more_dust_of_less_and_never_divides_by_nothing() =>
        Gen.Select(Gen.Double[-10, 200], Gen.Double[0, 1.5]).Sample((humidity, kappa) => ParticleGrowth.Factor(new(humidity), kappa) is >= 1 and < 20);
}
