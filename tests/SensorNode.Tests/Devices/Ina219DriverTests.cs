using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;
using static SensorNode.Tests.Devices.ChipBench;

namespace SensorNode.Tests.Devices;

public class Ina219DriverTests
{
    private static readonly Ina219Plan Plan = new("supply", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x40, 0.1);

    [Theory]
    [InlineData("a battery that gives", 11.4, 1.5)]
    [InlineData("a battery that is charged", 13.8, -2.5)]
    [InlineData("a power cut", 0, 0)]
    public void What_the_simulated_supply_is_the_driver_measures(string because, double volts, double amperes)
    {
        using var bench = Bench([Incident(IncidentKind.Voltage, volts), Incident(IncidentKind.Current, amperes)]);
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        var values = bench.Values();
        Assert.True(Math.Abs(values[0] - volts) < 0.05 && Math.Abs(values[1] - amperes) < 0.02, $"{because}: {string.Join(", ", values)}");
    }

    [Fact]
    public void A_current_beyond_the_shunts_stop_is_out_of_range_and_the_voltage_is_measured()
    {
        using var bench = Bench([Incident(IncidentKind.Current, 3.3)]);
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([null, ReadFault.OutOfRange], bench.Sample().Select(measure => measure.Fault));
    }

    [Fact]
    public void A_chip_that_loses_its_power_while_it_measures_is_not_ready()
    {
        using var bench = Bench([Incident(IncidentKind.Unplugged, at: 10, length: 1)]);
        var driver = new SensorNode.Devices.Ina219Driver(bench.Bus, Plan);
        bench.Time.Advance(TimeSpan.FromSeconds(9.95));
        Assert.Null(driver.Begin().Fault);
        bench.Time.Advance(TimeSpan.FromSeconds(0.1));
        var measures = new List<Measure>();
        driver.Collect(measures);
        Assert.All(measures, measure => Assert.Equal(ReadFault.NoAnswer, measure.Fault));
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        measures.Clear();
        driver.Collect(measures);
        Assert.All(measures, measure => Assert.Equal(ReadFault.NotReady, measure.Fault));
        bench.Values();
    }

    [Fact]
    public void A_measurement_that_is_collected_too_early_is_not_ready()
    {
        using var bench = Bench([]);
        bench.Values();
        var driver = new SensorNode.Devices.Ina219Driver(bench.Bus, Plan);
        var ready = driver.Begin().ReadyAfter;
        Assert.Equal(2 * 68.10 * 586 / 532 * 1.2, ready.TotalMilliseconds, 0.01);
        bench.Time.Advance(Ina219.TypicalMeasurement - TimeSpan.FromTicks(1));
        var measures = new List<Measure>();
        driver.Collect(measures);
        Assert.All(measures, measure => Assert.Equal(ReadFault.NotReady, measure.Fault));
        bench.Time.Advance(TimeSpan.FromTicks(1));
        measures.Clear();
        driver.Collect(measures);
        Assert.All(measures, measure => Assert.Null(measure.Fault));
    }

    [Fact]
    public void Another_chip_at_the_address_is_named_and_not_believed()
    {
        using var bench = new ChipBench(Plan, _ => new OtherChip(), Scenario.Mains, []);
        Assert.All(bench.Sample(), measure => Assert.Equal(ReadFault.WrongChip, measure.Fault));
    }

    [Fact]
    public void Reading_the_power_register_clears_conversion_ready_and_a_reset_everything()
    {
        using var bench = Bench([]);
        bench.Values();
        Assert.Equal(2, Register(bench, Ina219Register.BusVoltage) & 0b11);
        Register(bench, Ina219Register.Power);
        Assert.Equal(0, Register(bench, Ina219Register.BusVoltage) & 0b11);
        Assert.Null(bench.Bus.Transfer(0x40, [0, 0x80, 0x00], []));
        Assert.Equal(Ina219.PowerOnConfiguration, Register(bench, Ina219Register.Configuration));
    }

    [Fact]
    public void The_witness_has_bus_and_shunt_as_they_were_given_out()
    {
        using var scratch = new Scratch();
        double[] values;
        using (var bench = new ChipBench(Plan, seat => new SimulatedIna219(seat, 0.1), Scenario.Mains, [], scratch.Path)) values = [.. bench.Values()];
        var line = Assert.Single(File.ReadAllLines(Path.Combine(scratch.Path, Witness.FileName("pole", "supply")))).Split(' ');
        var given = Convert.FromHexString(line[2]);
        var (voltage, current) = Ina219.Decode((ushort)(given[2] << 8 | given[3]), (ushort)(given[0] << 8 | given[1]), 0.1);
        Assert.True(voltage.TryGetValue(out var volts) & current.TryGetValue(out var amperes));
        Assert.Equal((values[0], values[1]), (volts, amperes));
    }

    private static ushort Register(ChipBench bench, Ina219Register register)
    {
        var bytes = new byte[2];
        Assert.Null(bench.Bus.Transfer(0x40, [(byte)register], bytes));
        return (ushort)(bytes[0] << 8 | bytes[1]);
    }

    private static ChipBench Bench(IEnumerable<Incident> incidents) => new(Plan, seat => new SimulatedIna219(seat, 0.1), Scenario.Mains, incidents);

    // An INA226: the same pins, and another configuration register.
    private sealed class OtherChip : ISimulatedChip
    {
        public bool Read(byte register, Span<byte> into) => Transfer([register], into);

        public bool Write(byte register, byte value) => true;

        public bool Transfer(ReadOnlySpan<byte> write, Span<byte> read)
        {
            for (var i = 0; i < read.Length; i++) read[i] = (byte)(i == 0 ? 0x41 : 0x27);
            return true;
        }

        public void Dispose()
        {
        }
    }
}
