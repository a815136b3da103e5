using SensorNode.Devices;
using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Tests.Devices;

public class Bme280DriverTests
{
    private static readonly Bme280Plan Plan = new("climate", new("i2c", BusKind.I2c, 1), TimeSpan.FromSeconds(1), new(null, null, null, null), 0x76);
    private readonly PoleTime _time = new();

    [Fact]
    public void What_the_simulated_air_is_the_driver_measures()
    {
        var simulation = new DeviceSimulation(Scenario.Street, [new(TimeSpan.Zero, TimeSpan.FromHours(1), null, IncidentKind.Temperature, 45)]);
        var driver = Driver(simulation);
        _time.Advance(TimeSpan.FromSeconds(10));
        var (temperature, pressure, humidity) = Sample(driver);
        Assert.Equal(45, temperature, 0.4);
        Assert.Equal(1011, pressure, 2.5);
        Assert.InRange(humidity, 40, 80);
    }

    [Fact]
    public void Samples_in_a_row_are_never_the_same()
    {
        var driver = Driver(new(Scenario.Street, []));
        var samples = Enumerable.Range(0, 200).Select(_ => Sample(driver)).ToList();
        Assert.All(samples.Zip(samples.Skip(1)), pair =>
            Assert.NotEqual(pair.First.Temperature, pair.Second.Temperature)); // to what the driver tells of it; the others may agree
    }

    [Fact]
    public void A_measurement_that_is_collected_too_early_timed_out_and_the_next_is_fine()
    {
        var driver = Driver(new(Scenario.Street, []));
        Assert.Null(driver.Begin().Fault);
        Assert.All(Collect(driver), measure => Assert.Equal(ReadFault.TimedOut, measure.Fault));
        Sample(driver);
    }

    [Fact]
    public void The_waiting_time_is_the_longest_that_the_datasheet_allows_and_a_fifth()
    {
        Assert.Equal(93.96, Driver(new(Scenario.Street, [])).Begin().ReadyAfter.TotalMilliseconds, 0.01);
    }

    [Fact]
    public void Another_chip_at_the_address_is_named_and_not_believed()
    {
        var other = new OtherChip();
        var driver = new Bme280Driver(new SimulatedI2cBus(new Dictionary<byte, ISimulatedChip> { [0x76] = other }), Plan);
        Assert.Equal(ReadFault.WrongChip, driver.Begin().Fault);
        Assert.Equal(0, other.Writes);
    }

    [Fact]
    public void An_unplugged_chip_gives_no_answer_and_when_it_is_back_it_measures_again()
    {
        var driver = Driver(new(Scenario.Street, [new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5), null, IncidentKind.Unplugged, 1)]));
        Sample(driver);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(ReadFault.NoAnswer, driver.Begin().Fault);
        _time.Advance(TimeSpan.FromSeconds(5));
        Sample(driver);
    }

    [Fact]
    public void A_chip_that_loses_its_power_while_it_measures_is_not_ready()
    {
        var bus = Bus(new(Scenario.Street, []));
        var driver = new Bme280Driver(bus, Plan);
        driver.Begin();
        bus.Write(0x76, (byte)Bme280Register.Reset, Bme280Settings.ResetWord);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.All(Collect(driver), measure => Assert.Equal(ReadFault.NotReady, measure.Fault));
        Sample(driver);
    }

    private Bme280Driver Driver(DeviceSimulation simulation) => new(Bus(simulation), Plan);

    private SimulatedI2cBus Bus(DeviceSimulation simulation) =>
        new(new Dictionary<byte, ISimulatedChip> { [0x76] = new SimulatedBme280("pole", "climate", simulation, 5, null, _time) });

    private (double Temperature, double Pressure, double Humidity) Sample(Bme280Driver driver)
    {
        var begun = driver.Begin();
        Assert.Null(begun.Fault);
        _time.Advance(begun.ReadyAfter);
        var measures = Collect(driver);
        Assert.True(measures[0].TryGetValue(out var temperature));
        Assert.True(measures[1].TryGetValue(out var pressure));
        Assert.True(measures[2].TryGetValue(out var humidity));
        return (temperature, pressure, humidity);
    }

    private static List<Measure> Collect(Bme280Driver driver)
    {
        var measures = new List<Measure>();
        driver.Collect(measures);
        Assert.Equal(Bme280.Quantities, measures.Select(measure => measure.Quantity));
        return measures;
    }

    // A BMP280: the same family, and no humidity.
    private sealed class OtherChip : ISimulatedChip
    {
        public int Writes { get; private set; }

        public bool Read(byte register, Span<byte> into)
        {
            into.Fill(0x58);
            return true;
        }

        public bool Write(byte register, byte value)
        {
            Writes++;
            return true;
        }

        public void Dispose()
        {
        }
    }
}
