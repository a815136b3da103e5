using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;
using static SensorNode.Tests.Devices.ChipBench;

namespace SensorNode.Tests.Devices;

public class Adxl345DriverTests
{
    [Theory]
    [InlineData(UpAxis.Z, 0, 0)]
    [InlineData(UpAxis.X, 12, 3)]
    [InlineData(UpAxis.MinusY, 90, 1)]
    public void What_the_simulated_pole_does_the_driver_measures(UpAxis up, double tilt, double vibration)
    {
        using var bench = Bench(up, [Incident(IncidentKind.Tilt, tilt), Incident(IncidentKind.Vibration, vibration)]);
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        var values = bench.Values();
        Assert.Equal(tilt, values[0], 0.4);
        Assert.Equal(vibration, values[1], 0.15);
        Assert.Equal(384, bench.Took.TotalMilliseconds);
    }

    [Fact]
    public void A_blow_beyond_16_g_is_out_of_range()
    {
        using var bench = Bench(UpAxis.Z, [Incident(IncidentKind.Vibration, 200)]);
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.All(bench.Sample(), measure => Assert.Equal(ReadFault.OutOfRange, measure.Fault));
    }

    [Fact]
    public void An_unplugged_chip_gives_no_answer_and_when_it_is_back_it_is_set_anew()
    {
        using var bench = Bench(UpAxis.Z, [Incident(IncidentKind.Unplugged, at: 5, length: 5)]);
        bench.Values();
        bench.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.All(bench.Sample(), measure => Assert.Equal(ReadFault.NoAnswer, measure.Fault));
        bench.Time.Advance(TimeSpan.FromSeconds(5));
        bench.Values();
    }

    [Fact]
    public void A_chip_that_lost_its_power_between_two_samples_is_not_ready_once()
    {
        using var bench = Bench(UpAxis.Z, [Incident(IncidentKind.Unplugged, at: 5, length: 1)]);
        bench.Values();
        bench.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(ReadFault.NoAnswer, bench.Bus.Read(0x53, 0, new byte[1])); // somebody else met it without power
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.All(bench.Sample(), measure => Assert.Equal(ReadFault.NotReady, measure.Fault));
        bench.Values();
    }

    [Fact]
    public void Another_chip_at_the_address_is_named_and_not_believed()
    {
        using var bench = new ChipBench(Plan(UpAxis.Z), _ => new OtherChip(), Scenario.Steady, []);
        Assert.All(bench.Sample(), measure => Assert.Equal(ReadFault.WrongChip, measure.Fault));
    }

    [Fact]
    public void The_witness_has_the_window_that_was_given_out()
    {
        using var scratch = new Scratch();
        double[] values;
        using (var bench = new ChipBench(Plan(UpAxis.Z), seat => new SimulatedAdxl345(seat, UpAxis.Z), Scenario.Steady, [], scratch.Path)) values = [.. bench.Values()];
        var line = Assert.Single(File.ReadAllLines(Path.Combine(scratch.Path, Witness.FileName("pole", "mast")))).Split(' ');
        Acceleration[] window = [.. Convert.FromHexString(line[2]).Chunk(Acceleration.Length).Select(bytes => Acceleration.Decode(bytes))];
        var (tilt, vibration) = Adxl345.Measured(window, UpAxis.Z);
        Assert.True(tilt.TryGetValue(out var degrees) & vibration.TryGetValue(out var rms));
        Assert.Equal((values[0], values[1]), (degrees, rms));
    }

    private static Adxl345Plan Plan(UpAxis up) => new("mast", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x53, up);

    private static ChipBench Bench(UpAxis up, IEnumerable<Incident> incidents) => new(Plan(up), seat => new SimulatedAdxl345(seat, up), Scenario.Steady, incidents);

    private sealed class OtherChip : ISimulatedChip
    {
        public bool Read(byte register, Span<byte> into)
        {
            into.Fill(0x32);
            return true;
        }

        public bool Write(byte register, byte value) => throw new InvalidOperationException("it was written to");

        public void Dispose()
        {
        }
    }
}
