using SmartCity.Devices;
using SmartCity.Readings;

namespace SmartCity.Tests.Devices;

public class MinuteFiguresTests
{
    private const long Second = 1_000_000_000;

    private static double[] Values(MinuteFigure figure) => [.. new[] { figure.Min, figure.Mean, figure.Max }.Select(measure => measure.TryGetValue(out var value) ? value : double.NaN)];

    [Fact]
    public void A_minute_is_told_with_the_first_sample_of_the_next_and_stamped_with_its_end()
    {
        var figures = new MinuteFigures();
        for (var second = 30; second < 60; second += 10) Assert.False(figures.Observe([Measure.Of(Quantity.AirTemperature, second)], second * Second, out _, out _));
        Assert.True(figures.Observe([Measure.Of(Quantity.AirTemperature, 90)], 60 * Second, out var ended, out var told));
        Assert.Equal(60 * Second, ended);
        Assert.Equal([30, 40, 50], Values(Assert.Single(told)));
        Assert.True(figures.Observe([Measure.Of(Quantity.AirTemperature, 1)], 300 * Second, out ended, out told));
        Assert.Equal(120 * Second, ended);
        Assert.Equal([90, 90, 90], Values(Assert.Single(told)));
    }

    [Fact]
    public void Failed_measures_are_left_out_and_a_minute_of_nothing_else_says_why()
    {
        var figures = new MinuteFigures();
        figures.Observe([Measure.Of(Quantity.AirTemperature, 20), Measure.Failed(Quantity.AirPressure, ReadFault.NoAnswer)], 0, out _, out _);
        figures.Observe([Measure.Failed(Quantity.AirTemperature, ReadFault.BadChecksum), Measure.Failed(Quantity.AirPressure, ReadFault.TimedOut)], Second, out _, out _);
        Assert.True(figures.Observe([], 60 * Second, out _, out var told));
        Assert.Equal([20.0, 20, 20], Values(told[0]));
        Assert.Equal((Quantity.AirPressure, ReadFault.TimedOut), (told[1].Mean.Quantity, told[1].Mean.Fault));
    }

    [Fact]
    public void Contacts_have_no_minutes()
    {
        var figures = new MinuteFigures();
        figures.Observe([Measure.Of(Quantity.Smoke, 1)], 0, out _, out _);
        Assert.False(figures.Observe([Measure.Of(Quantity.Smoke, 1)], 60 * Second, out _, out _));
    }
}
