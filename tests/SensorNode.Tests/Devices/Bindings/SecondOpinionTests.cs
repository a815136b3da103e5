using Iot.Device.Adc;
using Iot.Device.Ads1115;
using Iot.Device.Bh1750fvi;
using Iot.Device.Bmxx80.PowerMode;
using Iot.Device.Scd4x;
using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Devices;
using UnitsNet;
using static SensorNode.Tests.Devices.ChipBench;

namespace SensorNode.Tests.Devices.Bindings;

/// <summary>
/// The drivers of Iot.Device.Bindings, which know nothing of us, on our simulated chips: what they read is what was simulated, so both sides read the datasheet alike.
/// Where the library is known to be wrong, the test says so: there ours serves. It has no driver for an ADXL345 on I2C.
/// </summary>
public sealed class SecondOpinionTests
{
    private readonly PoleTime _time = new();

    public SecondOpinionTests() => Console.WriteLine($"city: the simulated BME280, BH1750, INA219, ADS1115 and SCD41 were read by the drivers of Iot.Device.Bindings {typeof(Scd4x).Assembly.GetName().Version?.ToString(3)}, too");

    [Theory]
    [InlineData("its trim H5 is positive", true)]
    [InlineData("its trim H5 is negative, which the library reads unsigned: there ours serves", false)]
    public void A_BME280_tells_the_librarys_driver_what_it_tells_ours(string because, bool positive)
    {
        Assert.NotEmpty(because);
        var chip = Enumerable.Range(1, 100).Select(seed => new SimulatedBme280("pole", "climate", new(Scenario.Steady, [Incident(IncidentKind.Temperature, 31)]), seed, null, _time))
            .First(one => Trim(one).H5 > 0 == positive);
        using var driver = new Iot.Device.Bmxx80.Bme280(On(0x76, chip));
        driver.SetPowerMode(Bmx280PowerMode.Forced);
        Assert.True(driver.TryReadTemperature(out var temperature));
        Assert.True(driver.TryReadPressure(out var pressure));
        Assert.True(driver.TryReadHumidity(out var humidity));

        var data = new byte[Bme280Settings.DataLength];
        Assert.True(chip.Read((byte)Bme280Register.Data, data));
        var ours = SmartCity.Devices.Bme280.Decode(Bme280Raw.Decode(data), Trim(chip));
        Assert.True(ours.Temperature.TryGetValue(out var degrees));
        Assert.True(ours.Pressure.TryGetValue(out var hectopascals));
        Assert.True(ours.Humidity.TryGetValue(out var percent));
        Assert.Equal(31, degrees, 0.5);
        Assert.Equal(degrees, temperature.DegreesCelsius, 0.01);
        Assert.Equal(hectopascals, pressure.Hectopascals, 0.05);
        if (positive) Assert.Equal(percent, humidity.Percent, 0.1);
        else Assert.True(Math.Abs(percent - humidity.Percent) > 10, $"ours {percent} %, the library's {humidity.Percent} %: it is mended, and may serve");
    }

    [Fact]
    public void A_BH1750_tells_the_librarys_driver_the_simulated_light()
    {
        using var driver = new Bh1750fvi(On(0x23, new SimulatedBh1750(Seat(Scenario.Daylight, Incident(IncidentKind.Illuminance, 1000)))), MeasuringMode.OneTimeHighResolutionMode);
        Assert.Equal(1000, driver.Illuminance.Lux, 20.0);
    }

    [Fact]
    public void An_INA219_tells_the_librarys_driver_the_simulated_supply()
    {
        using var driver = new Iot.Device.Adc.Ina219(On(0x40, new SimulatedIna219(Seat(Scenario.Steady, Incident(IncidentKind.Voltage, 11.4), Incident(IncidentKind.Current, 0.8)), 0.1)));
        driver.OperatingMode = Ina219OperatingMode.ShuntAndBusContinuous;
        Assert.Equal(11.4, driver.ReadBusVoltage().Volts, 0.05);
        Assert.Equal(0.08, driver.ReadShuntVoltage().Volts, 0.002);
    }

    [Theory]
    [InlineData("a current that flows back is a great one forth: its shunt is read unsigned", 11.4, -0.8)]
    [InlineData("a supply over 16.38 V is below zero: its bus is read as signed", 24, 0.8)]
    public void An_INA219_is_misread_by_the_librarys_driver_and_so_ours_serves_for_that_chip(string because, double volts, double amperes)
    {
        using var driver = new Iot.Device.Adc.Ina219(On(0x40, new SimulatedIna219(Seat(Scenario.Steady, Incident(IncidentKind.Voltage, volts), Incident(IncidentKind.Current, amperes)), 0.1)));
        driver.OperatingMode = Ina219OperatingMode.ShuntAndBusContinuous;
        var right = Math.Abs(driver.ReadBusVoltage().Volts - volts) < 0.1 && Math.Abs(driver.ReadShuntVoltage().Volts - amperes * 0.1) < 0.01;
        Assert.False(right, because + ": it is mended, and may serve");
    }

    [Fact]
    public void An_ADS1115_tells_the_librarys_driver_the_simulated_voltage()
    {
        using var driver = new Iot.Device.Ads1115.Ads1115(On(0x48, new SimulatedAds1115(Seat(Scenario.Steady, Incident(IncidentKind.Voltage, 1.5)))), InputMultiplexer.AIN0, MeasuringRange.FS4096);
        Assert.Equal(1.5, driver.ReadVoltage().Volts, 0.02);
    }

    [Fact]
    public void An_SCD41_is_told_a_pressure_of_zero_by_the_librarys_driver_and_so_ours_serves_for_that_chip()
    {
        var chip = new Scd41AsTheLibraryTakesIt(new SimulatedScd41(Seat(Scenario.Steady)));
        using var driver = new Scd4x(On(0x62, chip));
        driver.SetPressureCalibration(Pressure.FromHectopascals(1013));
        Assert.Equal(0, Assert.Single(chip.Pressures)); // 1013 once the library is mended
    }

    private static Bme280Trim Trim(SimulatedBme280 chip)
    {
        var (low, high) = (new byte[Bme280Settings.TrimLowLength], new byte[Bme280Settings.TrimHighLength]);
        Assert.True(chip.Read((byte)Bme280Register.TrimLow, low) && chip.Read((byte)Bme280Register.TrimHigh, high));
        return Bme280Trim.Decode(low, high);
    }

    /// <summary>The library begins with a command that ours never gives and its simulation does not know: reinit (0x3646). Notes the pressures that are set (0xE000).</summary>
    private sealed class Scd41AsTheLibraryTakesIt(SimulatedScd41 chip) : ISimulatedChip
    {
        public List<int> Pressures { get; } = [];

        public bool Read(byte register, Span<byte> into) => chip.Read(register, into);

        public bool Write(byte register, byte value) => chip.Write(register, value);

        public bool Transfer(ReadOnlySpan<byte> write, Span<byte> read)
        {
            if (write is [0xE0, 0x00, var high, var low, _]) Pressures.Add(high << 8 | low);
            return write is [0x36, 0x46] || chip.Transfer(write, read);
        }

        public void Dispose() => chip.Dispose();
    }

    private ChipSeat Seat(Scenario scenario, params Incident[] incidents) => new("pole", "chip", new(scenario, [.. incidents]), 5, null, _time);

    private BusI2cDevice On(byte address, ISimulatedChip chip)
    {
        _time.Advance(TimeSpan.FromSeconds(10)); // what is pulled has arrived
        return new(new SimulatedI2cBus(new Dictionary<byte, ISimulatedChip> { [address] = chip }), address, _time);
    }
}
