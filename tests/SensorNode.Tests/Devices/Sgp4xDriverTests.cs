using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Readings;

namespace SensorNode.Tests.Devices;

public class Sgp4xDriverTests
{
    private static ChipBench Bench(bool hasNox, params Incident[] incidents) =>
        new(new Sgp4xPlan("gas", ChipBench.I2c, TimeSpan.FromSeconds(10), ChipBench.Nowhere, hasNox), seat => new SimulatedSgp4x(seat, hasNox), Scenario.Steady, incidents);

    [Fact]
    public void An_SGP40_gives_its_raw_signal()
    {
        using var bench = Bench(hasNox: false);
        Assert.InRange(Assert.Single(bench.Values()), 29_900, 30_100);
    }

    [Fact]
    public void An_SGP41_is_conditioned_once_for_less_than_10_s_before_its_first_sample()
    {
        using var bench = Bench(hasNox: true);
        var first = bench.Values();
        Assert.InRange(bench.Took.TotalSeconds, 9, 9.9);
        Assert.InRange(first[1], 15_900, 16_100);
        bench.Values();
        Assert.Equal((1, true), (((SimulatedSgp4x)bench.Chip).Conditioned, bench.Took < TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public void A_chip_that_was_without_power_is_conditioned_anew()
    {
        using var bench = Bench(hasNox: true, ChipBench.Incident(IncidentKind.Unplugged, at: 20, length: 10));
        bench.Values();
        bench.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.All(bench.Sample(), measure => Assert.Equal(ReadFault.NoAnswer, measure.Fault));
        bench.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.InRange(bench.Values()[1], 15_900, 16_100);
        Assert.Equal(1, ((SimulatedSgp4x)bench.Chip).Conditioned); // since power on
    }

    [Fact]
    public void What_is_disturbed_on_its_way_is_a_fault_and_never_a_number()
    {
        using var bench = Bench(hasNox: true, ChipBench.Incident(IncidentKind.Disturbed, at: 20, length: 10));
        bench.Values();
        bench.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.All(bench.Sample(), measure => Assert.Equal(ReadFault.BadChecksum, measure.Fault));
    }

    [Fact]
    public void The_other_chip_of_the_pair_is_not_taken_for_it()
    {
        using var bench = new ChipBench(new Sgp4xPlan("gas", ChipBench.I2c, TimeSpan.FromSeconds(10), ChipBench.Nowhere, true), seat => new SimulatedSgp4x(seat, false), Scenario.Steady, []);
        Assert.All(bench.Sample(), measure => Assert.NotNull(measure.Fault));
    }
}
