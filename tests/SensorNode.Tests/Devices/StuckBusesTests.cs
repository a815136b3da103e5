using SensorNode.Devices;
using SensorNode.Devices.Kernel;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Tests.Devices;

public class StuckBusesTests
{
    private static string Pole(string power) => $$"""
        node: pole
        group: city
        broker: { host: 127.0.0.1 }
        outbox: { directory: outbox }
        buses: { i2c-1: { i2c: 1 }, lines: { gpio: 0 } }
        devices:
          - { name: supply, chip: ina219, bus: i2c-1, interval: 1s }
          - { name: light, chip: bh1750, bus: i2c-1, interval: 1s{{power}} }
          - { name: door, chip: contact, bus: lines, line: 4, quantity: door-open, interval: 10s }
        simulate: { devices: { light: { incidents: [ { at: 10s, for: 10m, holds-bus: true } ] } } }
        """;

    private static int GoodOf(SimulatedPole pole, string device, int from) =>
        pole.Samples.Of(device).Count(taken => taken.Sample[0].Fault is null && (taken.Sample[0].At - Instant.From(PoleTime.Noon)).TotalSeconds >= from);

    [Fact]
    public void A_chip_that_holds_the_data_line_down_is_power_cycled_and_all_of_the_bus_reads_again()
    {
        using var pole = new SimulatedPole(Pole(", power: { bus: lines, line: 26 }"));
        pole.Live(TimeSpan.FromSeconds(60), 10);
        Assert.Contains(pole.Samples.Of("supply"), taken => taken.Sample[0].Fault == ReadFault.TimedOut);
        Assert.InRange(GoodOf(pole, "supply", 20), 38, 41);
        Assert.InRange(GoodOf(pole, "light", 20), 35, 41);
        Assert.Equal(7, pole.Samples.Of("door").Count); // it was never stopped
    }

    [Fact]
    public void Without_a_line_to_switch_it_by_the_bus_stays_stuck_and_says_so()
    {
        using var pole = new SimulatedPole(Pole(""));
        pole.Live(TimeSpan.FromSeconds(60), 10);
        Assert.Equal(0, GoodOf(pole, "supply", 11));
        Assert.Equal(7, pole.Samples.Of("door").Count);
    }

    [Theory]
    [InlineData(Polarity.ActiveHigh, true)]
    [InlineData(Polarity.ActiveLow, false)]
    public void The_kernel_is_asked_for_a_line_that_gives_power_from_its_first_moment_and_keeps_it_at_the_end(Polarity on, bool high)
    {
        var linux = new AnsweringLinux();
        var power = new LinePower(new(new BusPlan("lines", BusKind.Gpio, 0), 26, on), new KernelOutputs("/dev/gpiochip0", linux));
        var levels = new List<bool>();
        linux.OnSet = (_, level) => levels.Add(level);
        Assert.Null(power.Set(true));
        Assert.Equal(high ? 1ul : 0, linux.LastRequest.FirstAttribute.Values);
        Assert.Null(power.Set(false));
        power.Dispose();
        Assert.Equal([high, !high, high], levels);
    }

    [Theory]
    [InlineData("bus: i2c-1, line: 26", "power.bus: \"i2c-1\" is no GPIO chip")]
    [InlineData("bus: lines, line: 26, on: high", "power.on: is no key here")]
    [InlineData("bus: lines, line: 27", "power: another device is wired to that line")]
    [InlineData("bus: lines, line: 26", null)]
    public void A_line_that_cannot_feed_it_is_refused(string power, string? expected)
    {
        var text = Pole($", power: {{ {power} }}").Replace("interval: 1s }\n", "interval: 1s, power: { bus: lines, line: 27 } }\n", StringComparison.Ordinal);
        var (_, problems) = NodeFileReader.Parse("pole.yaml", text, new());
        if (expected is null) Assert.Empty(problems);
        else Assert.Contains(expected, Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }
}
