using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;
using static SensorNode.Tests.Devices.ChipBench;

namespace SensorNode.Tests.Devices;

public class Bh1750DriverTests
{
    [Theory]
    [InlineData("full sun", 100_000, 31)]
    [InlineData("a street lamp, in fine steps", 12, 254)]
    public void What_the_simulated_light_is_the_driver_measures(string because, double lux, byte time)
    {
        using var bench = Bench(time, [Incident(IncidentKind.Illuminance, lux)]);
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(Math.Abs(bench.Values()[0] - lux) <= 0.02 * lux + 2, because);
        Assert.Equal(180.0 * time / 69 * 1.2, bench.Took.TotalMilliseconds, 0.01);
    }

    [Fact]
    public void More_light_than_it_can_count_is_out_of_range()
    {
        using var bench = Bench(254, [Incident(IncidentKind.Illuminance, 30_000)]);
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(ReadFault.OutOfRange, bench.Sample()[0].Fault);
    }

    [Fact]
    public void A_chip_that_was_unplugged_is_told_its_measurement_time_again()
    {
        using var bench = Bench(31, [Incident(IncidentKind.Illuminance, 100_000), Incident(IncidentKind.Unplugged, at: 20, length: 5)]);
        bench.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(ReadFault.NoAnswer, bench.Sample()[0].Fault);
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(100_000, bench.Values()[0], 10.0);
    }

    [Fact]
    public void The_simulated_chip_needs_power_for_a_measurement_and_is_done_after_exactly_its_time()
    {
        using var bench = Bench(69, [Incident(IncidentKind.Illuminance, 1000)]);
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        var count = new byte[2];
        Assert.Null(bench.Bus.Transfer(0x23, [0x20], []));
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(bench.Bus.Transfer(0x23, [], count));
        Assert.Equal([0, 0], count);
        Assert.Null(bench.Bus.Transfer(0x23, [0x01], []));
        Assert.Null(bench.Bus.Transfer(0x23, [0x20], []));
        bench.Time.Advance(TimeSpan.FromMilliseconds(120) - TimeSpan.FromTicks(1));
        Assert.Null(bench.Bus.Transfer(0x23, [], count));
        Assert.Equal([0, 0], count);
        bench.Time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(bench.Bus.Transfer(0x23, [], count));
        Assert.Equal(1200, count[0] << 8 | count[1]);
    }

    [Fact]
    public void The_witness_has_each_count_that_was_given_out()
    {
        using var scratch = new Scratch();
        double lux;
        var plan = new Bh1750Plan("light", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x23, new(31));
        using (var bench = new ChipBench(plan, seat => new SimulatedBh1750(seat), Scenario.Daylight, [], scratch.Path)) lux = bench.Values()[0];
        var line = Assert.Single(File.ReadAllLines(Path.Combine(scratch.Path, Witness.FileName("pole", "light")))).Split(' ');
        Assert.True(Bh1750.Decode(Convert.FromHexString(line[2]), plan.Time).TryGetValue(out var given));
        Assert.Equal(lux, given);
    }

    private static ChipBench Bench(byte time, IEnumerable<Incident> incidents) =>
        new(new Bh1750Plan("light", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x23, new(time)), seat => new SimulatedBh1750(seat), Scenario.Daylight, incidents);
}
