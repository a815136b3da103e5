using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;
using static SensorNode.Tests.Devices.ChipBench;

namespace SensorNode.Tests.Devices;

public class Ads1115DriverTests
{
    private static readonly AnalogueInput Sound = new(3, Quantity.SoundLevel, Ads1115Gain.Volts4_096, new LinearScale(0, 50));
    private static readonly AnalogueInput Gas = new(0, Quantity.CarbonMonoxide, Ads1115Gain.Volts6_144, new GasCurve(5, 10_000, 10_000, 100, -1.5));
    private static readonly AnalogueInput Raw = new(1, Quantity.AnalogueVoltage, Ads1115Gain.Volts2_048, new LinearScale(0, 1));

    [Fact]
    public void Each_input_is_measured_with_its_own_gain_and_scale_in_the_order_of_the_file()
    {
        using var bench = Bench([Sound, Gas, Raw], []);
        var values = bench.Values();
        Assert.Equal(2.4 * 50, values[0], 0.2);
        Assert.Equal(100 * Math.Pow((5 - 0.6) / 0.6, -1.5), values[1], 0.05);
        Assert.Equal(1.2, values[2], 0.003);
        Assert.Equal(3 * 1000.0 / 128 * 1.1 * 1.2, bench.Took.TotalMilliseconds, 0.01);
    }

    [Theory]
    [InlineData("within", 2.0, null)]
    [InlineData("over full scale", 3.0, ReadFault.OutOfRange)]
    [InlineData("under full scale", -3.0, ReadFault.OutOfRange)]
    public void A_voltage_beyond_full_scale_is_out_of_range_and_the_other_inputs_are_measured(string because, double volts, ReadFault? fault)
    {
        using var bench = Bench([Raw, Sound], [Incident(IncidentKind.Voltage, volts)]);
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        var faults = bench.Sample().Select(measure => measure.Fault).ToList();
        Assert.True(faults.SequenceEqual([fault, null]), because);
    }

    [Fact]
    public void A_gas_sensor_that_gives_no_voltage_is_out_of_range()
    {
        using var bench = Bench([Gas], [Incident(IncidentKind.Voltage, -0.1)]);
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(ReadFault.OutOfRange, bench.Sample()[0].Fault);
    }

    [Fact]
    public void A_chip_that_goes_and_comes_back_within_a_sample_is_a_fault_of_the_inputs_in_between()
    {
        using var bench = Bench([Sound, Gas, Raw], [new(TimeSpan.FromMilliseconds(12), TimeSpan.FromMilliseconds(100), null, IncidentKind.Unplugged, 1)]);
        Assert.Equal([null, ReadFault.NoAnswer, ReadFault.NoAnswer], bench.Sample().Select(measure => measure.Fault));
        Assert.All(bench.Sample(), measure => Assert.Equal(ReadFault.NoAnswer, measure.Fault));
        bench.Time.Advance(TimeSpan.FromMilliseconds(100));
        bench.Values();
    }

    [Fact]
    public void The_simulated_chip_is_done_after_exactly_its_time()
    {
        using var bench = Bench([Raw], []);
        var configuration = new byte[2];
        Assert.Null(bench.Bus.Transfer(0x48, [1, 0xC5, 0x83], []));
        bench.Time.Advance(Ads1115.TypicalConversion - TimeSpan.FromTicks(1));
        Assert.Null(bench.Bus.Transfer(0x48, [1], configuration));
        Assert.Equal(0x45, configuration[0]);
        bench.Time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(bench.Bus.Transfer(0x48, [], configuration));
        Assert.Equal(0xC5, configuration[0]);
    }

    [Fact]
    public void The_witness_has_each_conversion_with_its_configuration()
    {
        using var scratch = new Scratch();
        double[] values;
        var plan = new Ads1115Plan("analogue", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x48, [Raw, Sound]);
        using (var bench = new ChipBench(plan, seat => new SimulatedAds1115(seat), Scenario.Steady, [], scratch.Path)) values = [.. bench.Values()];
        var given = File.ReadAllLines(Path.Combine(scratch.Path, Witness.FileName("pole", "analogue"))).Select(line => Convert.FromHexString(line.Split(' ')[2])).ToList();
        Assert.Equal([Ads1115.SingleShot(1, Raw.Gain), Ads1115.SingleShot(3, Sound.Gain)], given.Select(bytes => (ushort)(bytes[0] << 8 | bytes[1])));
        Assert.Equal(values, given.Zip(plan.Inputs, (bytes, input) => Math.Round(input.Scale.Value(Ads1115.Volts((ushort)(bytes[2] << 8 | bytes[3]), input.Gain)), 4)));
    }

    private static ChipBench Bench(AnalogueInput[] inputs, IEnumerable<Incident> incidents) =>
        new(new Ads1115Plan("analogue", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x48, inputs), seat => new SimulatedAds1115(seat), Scenario.Steady, incidents);
}
