using SensorNode.Devices.Kernel;

namespace SensorNode.Tests.Devices;

public sealed class KernelThermometerTests
{
    private static double? Celsius(params (string Zone, string Temp)[] zones)
    {
        using var scratch = new Scratch();
        foreach (var (zone, temp) in zones)
        {
            Directory.CreateDirectory(Path.Combine(scratch.Path, zone));
            scratch.Write(Path.Combine(zone, "temp"), temp);
        }
        return new KernelThermometer(scratch.Path).Celsius();
    }

    [Fact]
    public void The_kernel_says_thousandths_of_a_degree() => Assert.Equal(48.312, Celsius(("thermal_zone0", "48312\n")));

    [Fact]
    public void The_warmest_zone_counts() => Assert.Equal(51, Celsius(("thermal_zone0", "48312\n"), ("thermal_zone1", "51000\n"), ("thermal_zone2", "-4000\n")));

    [Fact]
    public void A_frosty_board_is_below_zero() => Assert.Equal(-7.5, Celsius(("thermal_zone0", "-7500\n")));

    [Theory]
    [InlineData("")]
    [InlineData("warm\n")]
    [InlineData("-274000\n")]
    [InlineData("999999999999\n")]
    public void A_zone_that_says_nonsense_is_passed_over(string nonsense)
    {
        Assert.Null(Celsius(("thermal_zone0", nonsense)));
        Assert.Equal(40, Celsius(("thermal_zone0", nonsense), ("thermal_zone1", "40000\n")));
    }

    [Fact]
    public void A_board_without_zones_or_without_the_folder_has_no_temperature()
    {
        Assert.Null(Celsius());
        Assert.Null(Celsius(("cooling_device0", "48312\n")));
        Assert.Null(new KernelThermometer("/sys/class/thermal-of-no-machine").Celsius());
    }

    [Fact]
    public void A_zone_that_cannot_be_read_is_passed_over()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(Path.Combine(scratch.Path, "thermal_zone0", "temp")); // reading a folder fails as a switched-off zone does: with an IOException
        Assert.Null(new KernelThermometer(scratch.Path).Celsius());
    }
}
