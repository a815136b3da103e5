using CsCheck;
using SmartCity.Devices;

namespace SmartCity.Domain.Tests.Devices;

public class GasCurveTests
{
    // 5 V, a load of 10 kΩ, a sensor of 10 kΩ where its curve says 1; a curve as steep as MQ-7's for carbon monoxide.
    private static readonly GasCurve Curve = new(5, 10_000, 10_000, 100, -1.5);

    [Theory]
    [InlineData("half the supply: as much as the load", 2.5, 10_000)]
    [InlineData("a fifth of the supply: four times the load", 1, 40_000)]
    [InlineData("four fifths of the supply: a quarter of the load", 4, 2500)]
    public void The_sensors_resistance_is_what_the_divider_says(string because, double volts, double ohms) => Assert.True(Math.Abs(Curve.SensorOhms(volts) - ohms) < 1e-9, because);

    [Theory]
    [InlineData("the curve's own point", 2.5, 100)]
    [InlineData("a quarter of the resistance: 4 to the 1.5th more", 4, 800)]
    [InlineData("four times the resistance: 4 to the 1.5th less", 1, 12.5)]
    public void The_concentration_follows_the_power_law(string because, double volts, double ppm) => Assert.True(Math.Abs(Curve.Value(volts) - ppm) < 1e-9, because);

    [Theory]
    [InlineData("no sensor", 0)]
    [InlineData("below ground", -0.01)]
    [InlineData("the supply itself: a short", 5)]
    [InlineData("more than the supply", 5.5)]
    [InlineData("no number", double.NaN)]
    public void A_voltage_that_the_divider_cannot_give_is_no_number(string because, double volts) => Assert.True(double.IsNaN(Curve.Value(volts)), because);

    [Fact]
    public void A_curve_through_two_points_has_both_of_them() =>
        Gen.Select(Gen.Double[0.05, 5], Gen.Double[1.1, 20], Gen.Double[1, 1000], Gen.Double[1.1, 100]).Sample((ratio, times, ppm, more) =>
        {
            var (a, b) = GasCurve.Through((ratio, ppm * more), (ratio * times, ppm));
            var curve = Curve with { A = a, B = b };
            Assert.Equal(1, curve.Concentration(ratio) / (ppm * more), 1e-9);
            Assert.Equal(1, curve.Concentration(ratio * times) / ppm, 1e-9);
        });

    [Theory]
    [InlineData("the same point twice", 1, 100, 1, 100)]
    [InlineData("a rising curve", 1, 100, 2, 200)]
    [InlineData("no concentration", 1, 0, 2, 100)]
    public void Points_that_make_no_falling_curve_are_the_callers_error(string because, double ratio, double ppm, double otherRatio, double otherPpm) =>
        Assert.True(Record.Exception(() => GasCurve.Through((ratio, ppm), (otherRatio, otherPpm))) is ArgumentException, because);

    [Fact]
    public void More_voltage_is_always_more_gas() =>
        Gen.Select(Gen.Double[0.01, 4.98], Gen.Double[0.0001, 0.01]).Sample((volts, step) => Curve.Value(volts + step) > Curve.Value(volts));
}
