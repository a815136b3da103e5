using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;
using static SensorNode.Tests.Devices.ChipBench;

namespace SensorNode.Tests.Devices;

public class Scd41DriverTests
{
    private static readonly Scd41Plan Plan = new("air", I2c, TimeSpan.FromSeconds(5), Nowhere, Hectopascals.FromPascals(101_325));

    [Fact]
    public void What_the_simulated_air_is_the_driver_measures()
    {
        using var bench = Bench([Incident(IncidentKind.CarbonDioxide, 1500), Incident(IncidentKind.Temperature, 30)]);
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        var values = bench.Values();
        Assert.Equal(1500, values[0], 20.0);
        Assert.Equal(30, values[1], 0.4);
        Assert.InRange(values[2], 30, 90);
    }

    [Fact]
    public void The_first_sample_waits_for_the_chips_first_measurement_and_the_next_are_there_at_once()
    {
        using var bench = Bench([]);
        bench.Values();
        Assert.InRange(bench.Took, TimeSpan.FromSeconds(5.5), TimeSpan.FromSeconds(6.7));
        bench.Time.Advance(TimeSpan.FromSeconds(5));
        bench.Values();
        Assert.InRange(bench.Took, TimeSpan.Zero, TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public void The_chip_is_told_the_pressure_in_whole_hectopascals()
    {
        using var bench = Bench([]);
        bench.Values();
        Assert.Equal(1013, ((SimulatedScd41)bench.Chip).AmbientPressure);
    }

    [Fact]
    public void Disturbed_bytes_are_a_bad_checksum_and_the_chip_measures_on()
    {
        using var bench = Bench([Incident(IncidentKind.Disturbed, at: 20, length: 10)]);
        bench.Values();
        bench.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.All(bench.Sample(), measure => Assert.Equal(ReadFault.BadChecksum, measure.Fault));
        bench.Time.Advance(TimeSpan.FromSeconds(15));
        bench.Values();
        Assert.True(bench.Took < TimeSpan.FromSeconds(1), "it was started anew");
    }

    [Fact]
    public void An_unplugged_chip_gives_no_answer_and_when_it_is_back_it_is_started_anew()
    {
        using var bench = Bench([Incident(IncidentKind.Unplugged, at: 20, length: 10)]);
        bench.Values();
        bench.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.All(bench.Sample(), measure => Assert.Equal(ReadFault.NoAnswer, measure.Fault));
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        bench.Values();
        Assert.Equal(1013, ((SimulatedScd41)bench.Chip).AmbientPressure);
    }

    [Fact]
    public void A_chip_that_was_left_running_by_an_earlier_node_is_taken_over()
    {
        using var bench = Bench([]);
        Assert.Null(bench.Bus.Transfer(Scd41.Address, [0x21, 0xB1], []));
        bench.Time.Advance(TimeSpan.FromSeconds(7));
        bench.Values();
    }

    [Fact]
    public void A_chip_that_never_has_a_measurement_is_not_ready_after_a_limited_wait()
    {
        using var bench = new ChipBench(Plan, _ => new NeverReady(), Scenario.Street, []);
        Assert.All(bench.Sample(), measure => Assert.Equal(ReadFault.NotReady, measure.Fault));
        Assert.InRange(bench.Took, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(8));
    }

    [Fact]
    public void The_simulated_chip_keeps_its_times_and_gives_each_measurement_once()
    {
        using var bench = Bench([]);
        byte[] read = [0xEC, 0x05], start = [0x21, 0xB1], stop = [0x3F, 0x86];
        var answer = new byte[9];
        Assert.Null(bench.Bus.Transfer(Scd41.Address, start, []));
        Assert.Equal(ReadFault.NoAnswer, bench.Bus.Transfer(Scd41.Address, start, []));
        bench.Time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.Equal(ReadFault.NoAnswer, bench.Bus.Transfer(Scd41.Address, read, []));
        bench.Time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(bench.Bus.Transfer(Scd41.Address, read, []));
        Assert.Equal(ReadFault.NoAnswer, bench.Bus.Transfer(Scd41.Address, [], answer));
        bench.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(bench.Bus.Transfer(Scd41.Address, [], answer));
        Assert.Equal(ReadFault.NoAnswer, bench.Bus.Transfer(Scd41.Address, read, []));
        Assert.Null(bench.Bus.Transfer(Scd41.Address, stop, []));
        Assert.Equal(ReadFault.NoAnswer, bench.Bus.Transfer(Scd41.Address, start, []));
        bench.Time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(ReadFault.NoAnswer, bench.Bus.Transfer(Scd41.Address, [0xE0, 0x00, 0x03, 0xDB, 0x43], []));
        Assert.Null(bench.Bus.Transfer(Scd41.Address, [0xE0, 0x00, 0x03, 0xDB, 0x42], []));
        Assert.Equal(987, ((SimulatedScd41)bench.Chip).AmbientPressure);
    }

    [Fact]
    public void The_witness_has_what_was_given_out()
    {
        using var scratch = new Scratch();
        double[] values;
        using (var bench = new ChipBench(Plan, seat => new SimulatedScd41(seat), Scenario.Street, [], scratch.Path)) values = [.. bench.Values()];
        var line = Assert.Single(File.ReadAllLines(Path.Combine(scratch.Path, Witness.FileName("pole", "air")))).Split(' ');
        var (carbonDioxide, temperature, humidity) = Scd41.Decode(Convert.FromHexString(line[2]));
        Assert.True(carbonDioxide.TryGetValue(out var c) & temperature.TryGetValue(out var t) & humidity.TryGetValue(out var h));
        Assert.Equal((values[0], values[1], values[2]), (c, t, h));
    }

    private static ChipBench Bench(IEnumerable<Incident> incidents) => new(Plan, seat => new SimulatedScd41(seat), Scenario.Street, incidents);

    private sealed class NeverReady : ISimulatedChip
    {
        private int _words;

        public bool Read(byte register, Span<byte> into) => false;

        public bool Write(byte register, byte value) => false;

        public bool Transfer(ReadOnlySpan<byte> write, Span<byte> read)
        {
            if (write.Length > 0) _words = write[0] == 0x36 ? 3 : 1;
            for (var i = 0; i < read.Length / 3 && i < _words; i++) SensirionWords.Write(0x8000, read[(3 * i)..]);
            return true;
        }

        public void Dispose()
        {
        }
    }
}
