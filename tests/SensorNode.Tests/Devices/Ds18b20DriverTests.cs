using SensorNode.Devices;
using SensorNode.Devices.Kernel;
using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Tests.Devices;

public sealed class Ds18b20DriverTests : IDisposable
{
    private const string Rom = "28-0316a2794d2b";
    private const string Text = "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n";
    private static readonly Ds18b20Plan Plan = new("road", new("w1", BusKind.W1, 1), TimeSpan.FromSeconds(1), ChipBench.Nowhere, Rom, Quantity.SurfaceTemperature);

    private readonly PoleTime _time = new();
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_the_simulated_road_is_the_driver_measures_and_the_witness_saw()
    {
        using (var bus = Bus([ChipBench.Incident(IncidentKind.Temperature, 45)], _scratch.Path))
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            Assert.True(Sample(bus).TryGetValue(out var degrees));
            Assert.Equal(45, degrees, 0.4);
        }
        var line = Assert.Single(File.ReadAllLines(Path.Combine(_scratch.Path, Witness.FileName("pole", "road")))).Split(' ');
        Assert.Equal(45, Ds18b20.Decode(Convert.FromHexString(line[2])).Temperature.Degrees, 0.4);
    }

    [Fact]
    public void A_chip_that_is_back_says_once_that_it_has_no_measurement()
    {
        using var bus = Bus([ChipBench.Incident(IncidentKind.Unplugged, at: 5, length: 5)]);
        Assert.Null(Sample(bus).Fault);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(ReadFault.NoAnswer, Sample(bus).Fault);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(ReadFault.NotReady, Sample(bus).Fault);
        Assert.Null(Sample(bus).Fault);
    }

    [Fact]
    public void Disturbed_bytes_are_a_bad_checksum()
    {
        using var bus = Bus([ChipBench.Incident(IncidentKind.Disturbed)]);
        Assert.Equal(ReadFault.BadChecksum, Sample(bus).Fault);
    }

    [Fact]
    public void The_kernels_file_of_a_chip_is_read_anew_for_each_sample()
    {
        using var bus = new KernelW1Bus(_scratch.Path);
        Directory.CreateDirectory(Path.Combine(_scratch.Path, Rom));
        var file = _scratch.Write(Path.Combine(Rom, "w1_slave"), Text);
        Assert.True(Sample(bus).TryGetValue(out var degrees));
        Assert.Equal(23.125, degrees);
        File.WriteAllText(file, Text.Replace("YES", "NO", StringComparison.Ordinal));
        Assert.Equal(ReadFault.BadChecksum, Sample(bus).Fault);
        File.WriteAllText(file, "");
        Assert.Equal(ReadFault.NoAnswer, Sample(bus).Fault);
        File.WriteAllText(file, new string('7', 100_000));
        Assert.Equal(ReadFault.BadChecksum, Sample(bus).Fault);
    }

    [Fact]
    public void A_chip_that_is_not_on_the_bus_gives_no_answer_and_a_bus_that_is_not_there_is_not_available()
    {
        using var bus = new KernelW1Bus(_scratch.Path);
        Assert.Equal(ReadFault.NoAnswer, Sample(bus).Fault);
        using var none = new KernelW1Bus(Path.Combine(_scratch.Path, "none"));
        Assert.Equal(ReadFault.BusUnavailable, Sample(none).Fault);
    }

    private SimulatedW1Bus Bus(IEnumerable<Incident> incidents, string? witness = null) =>
        new(new Dictionary<string, SimulatedDs18b20> { [Rom] = new(new("pole", "road", new(Scenario.Street, [.. incidents]), 5, witness, _time)) });

    private static Measure Sample(IW1Bus bus)
    {
        var driver = new Ds18b20Driver(bus, Plan);
        Assert.Equal(new ChipBegun(null, TimeSpan.Zero), driver.Begin());
        var measures = new List<Measure>();
        Assert.Null(driver.Collect(measures));
        Assert.Equal(Quantity.SurfaceTemperature, Assert.Single(measures).Quantity);
        return measures[0];
    }
}
