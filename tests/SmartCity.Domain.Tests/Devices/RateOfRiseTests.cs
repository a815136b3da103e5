using SmartCity.Devices;

namespace SmartCity.Tests.Devices;

public class RateOfRiseTests
{
    private const long Second = 1_000_000_000;

    private static RateOfRise Fed(TimeSpan window, int every, int seconds, Func<double, double> level)
    {
        var rise = RateOfRise.Over(window);
        for (var at = 0; at <= seconds; at += every) rise = rise.Observe(level(at / 3600.0), at * Second);
        return rise;
    }

    [Theory]
    [InlineData(10, 0.75)]
    [InlineData(1, -2)]
    [InlineData(60, 0)]
    public void A_steady_rise_is_told_whatever_the_interval(int every, double perHour) =>
        Assert.Equal(perHour, Fed(TimeSpan.FromMinutes(10), every, 3600, hour => 2 + perHour * hour).PerHour!.Value, 6);

    [Fact]
    public void It_says_nothing_until_half_of_its_window_is_seen()
    {
        Assert.Null(Fed(TimeSpan.FromMinutes(10), 10, 299, hour => hour).PerHour);
        Assert.NotNull(Fed(TimeSpan.FromMinutes(10), 10, 300, hour => hour).PerHour);
    }

    [Fact]
    public void What_is_older_than_its_window_is_forgotten()
    {
        var rise = Fed(TimeSpan.FromMinutes(10), 10, 7200, hour => hour < 1 ? hour * 5 : 5);
        Assert.Equal(0, rise.PerHour!.Value, 9);
    }

    [Fact]
    public void A_value_that_is_no_number_changes_nothing()
    {
        var rise = Fed(TimeSpan.FromMinutes(10), 10, 600, hour => hour);
        Assert.Equal(rise.PerHour, rise.Observe(double.NaN, 601 * Second).PerHour);
    }

    [Theory]
    [InlineData(59)]
    [InlineData(21_601)]
    public void Its_window_is_a_minute_to_six_hours(int seconds) => Assert.Throws<ArgumentOutOfRangeException>(() => RateOfRise.Over(TimeSpan.FromSeconds(seconds)));
}
