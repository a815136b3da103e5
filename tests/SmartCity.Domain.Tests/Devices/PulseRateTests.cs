using SmartCity.Devices;

namespace SmartCity.Domain.Tests.Devices;

public class PulseRateTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void The_data_sheets_formula_holds()
    {
        // V = P(2.25/T): 20 pulses in 5 s are 9 mph.
        var (_, perSecond) = new PulseRate(100, 0).Look(120, 5 * Second);
        Assert.Equal(9 * 0.44704, perSecond * PulseRate.Davis6410MetresPerPulse, 4);
    }

    [Fact]
    public void Each_look_counts_from_the_one_before()
    {
        var (rate, first) = new PulseRate(0, 0).Look(10, 10 * Second);
        var (_, second) = rate.Look(10, 20 * Second);
        Assert.Equal((1, 0), (first, second)); // calm is a measurement
    }

    [Theory]
    [InlineData("no time has passed", 5, 0)]
    [InlineData("the count began anew", -1, 1)]
    public void What_cannot_be_told_is_no_number(string because, long more, long seconds) =>
        Assert.True(double.IsNaN(new PulseRate(100, Second).Look(100 + more, Second + seconds * Second).PerSecond), because);
}
