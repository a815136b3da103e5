using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;
using static SensorNode.Tests.Devices.ChipBench;

namespace SensorNode.Tests.Devices;

/// <summary>What the node file says of chips on buses, besides the BME280.</summary>
public class ChipFileTests
{
    [Fact]
    public void An_SCD41_may_be_told_its_pressure()
    {
        Assert.Equal(new Scd41Plan("x", I2c, TimeSpan.FromSeconds(10), Nowhere, null), Device("chip: scd41, bus: i2c"));
        Assert.Equal(new Scd41Plan("x", I2c, TimeSpan.FromSeconds(5), Nowhere, new Hectopascals(962)), Device("chip: scd41, bus: i2c, interval: 5s, pressure: 962"));
    }

    [Fact]
    public void A_BH1750_may_collect_light_for_longer()
    {
        Assert.Equal(new Bh1750Plan("x", I2c, TimeSpan.FromSeconds(10), Nowhere, 0x23, new(31)), Device("chip: bh1750, bus: i2c"));
        Assert.Equal(new Bh1750Plan("x", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x5C, new(254)), Device("chip: bh1750, bus: i2c, interval: 1s, address: 0x5c, measurement-time: 254"));
    }

    [Fact]
    public void An_INA219_is_told_its_shunt()
    {
        Assert.Equal(new Ina219Plan("x", I2c, TimeSpan.FromSeconds(10), Nowhere, 0x40, 0.1), Device("chip: ina219, bus: i2c"));
        Assert.Equal(new Ina219Plan("x", I2c, TimeSpan.FromMilliseconds(500), Nowhere, 0x4F, 0.002), Device("chip: ina219, bus: i2c, interval: 500ms, address: 0x4f, shunt-milliohms: 2"));
    }

    [Fact]
    public void An_ADS1115_is_told_what_hangs_on_its_inputs()
    {
        var plan = Assert.IsType<Ads1115Plan>(Device("""
            chip: ads1115, bus: i2c, address: 0x49, inputs: [ { input: 0 }, { input: 1, quantity: sound-level, full-scale: 2.048, offset: -5, gain: 50 },
                { input: 3, quantity: carbon-monoxide, full-scale: 6.144, gas-curve: { load-ohms: 10000, r0-ohms: 8200, a: 99.04, b: -1.518 } } ]
            """));
        Assert.Equal((0x49, TimeSpan.FromSeconds(10)), (plan.Address, plan.Interval));
        Assert.Equal([Quantity.AnalogueVoltage, Quantity.SoundLevel, Quantity.CarbonMonoxide], plan.Quantities);
        Assert.Equal(
        [
            new(0, Quantity.AnalogueVoltage, Ads1115Gain.Volts4_096, new LinearScale(0, 1)),
            new(1, Quantity.SoundLevel, Ads1115Gain.Volts2_048, new LinearScale(-5, 50)),
            new(3, Quantity.CarbonMonoxide, Ads1115Gain.Volts6_144, new GasCurve(5, 10_000, 8200, 99.04, -1.518)),
        ], plan.Inputs);
    }

    [Fact]
    public void An_ADXL345_is_told_which_of_its_axes_points_up()
    {
        Assert.Equal(new Adxl345Plan("x", I2c, TimeSpan.FromSeconds(10), Nowhere, 0x53, UpAxis.Z), Device("chip: adxl345, bus: i2c"));
        Assert.Equal(new Adxl345Plan("x", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x1D, UpAxis.MinusX), Device("chip: adxl345, bus: i2c, interval: 1s, address: 0x1d, up: -x"));
    }

    [Fact]
    public void A_DS18B20_is_found_by_its_number()
    {
        var plan = Assert.IsType<Ds18b20Plan>(Device("chip: ds18b20, bus: w1, rom: 28-0316a2794d2b, interval: 1m, quantity: water-temperature"));
        Assert.Equal(("28-0316a2794d2b", Quantity.WaterTemperature, TimeSpan.FromMinutes(1)), (plan.Rom, plan.Quantity, plan.Interval));
        Assert.Equal("/sys/bus/w1/devices/w1_bus_master1", plan.Bus.Path);
    }

    [Fact]
    public void A_PMS5003_has_its_serial_line_for_itself()
    {
        var plan = Assert.IsType<Pms5003Plan>(Device("chip: pms5003, bus: serial, interval: 3s"));
        Assert.Equal(("/dev/serial0", TimeSpan.FromSeconds(3)), (plan.Bus.Path, plan.Interval));
    }

    [Theory]
    [InlineData("oftener than a frame comes", "chip: pms5003, bus: serial, interval: 2s", "interval: 2s is outside 3s to 1h")]
    [InlineData("on I2C too", "chip: pms5003, bus: i2c", "bus: \"i2c\" is no serial line")]
    [InlineData("no number", "chip: ds18b20, bus: w1", "rom: is missing")]
    [InlineData("another family", "chip: ds18b20, bus: w1, rom: 10-0316a2794d2b", "rom: \"10-0316a2794d2b\" is not 28- and 12 hex digits")]
    [InlineData("a path", "chip: ds18b20, bus: w1, rom: 28-../../../etc", "rom: \"28-../../../etc\" is not 28-")]
    [InlineData("no temperature", "chip: ds18b20, bus: w1, rom: 28-0316a2794d2b, quantity: ozone", "quantity: \"ozone\" is none of: air-temperature, water-temperature, surface-temperature")]
    [InlineData("on I2C", "chip: ds18b20, bus: i2c, rom: 28-0316a2794d2b", "bus: \"i2c\" is no 1-Wire bus")]
    [InlineData("an axis that it has not", "chip: adxl345, bus: i2c, up: w", "up: \"w\" is none of: x, y, z, -x, -y, -z")]
    [InlineData("an address that it has not", "chip: adxl345, bus: i2c, address: 0x52", "address: 0x52 is not 0x53 or 0x1d")]
    [InlineData("no inputs", "chip: ads1115, bus: i2c", "inputs: is missing")]
    [InlineData("not one input", "chip: ads1115, bus: i2c, inputs: []", "inputs: must have at least one entry")]
    [InlineData("five inputs", "chip: ads1115, bus: i2c, inputs: [ { input: 0 }, { input: 1, quantity: pm1 }, { input: 2, quantity: pm10 }, { input: 3, quantity: ozone }, { input: 3 } ]", "inputs: has 5 entries; at most 4")]
    [InlineData("a fifth input", "chip: ads1115, bus: i2c, inputs: [ { input: 4 } ]", "inputs[0].input: \"4\" is not a whole number from 0 to 3")]
    [InlineData("an input twice", "chip: ads1115, bus: i2c, inputs: [ { input: 1 }, { input: 1, quantity: ozone } ]", "inputs[1].input: is in use already")]
    [InlineData("a quantity twice", "chip: ads1115, bus: i2c, inputs: [ { input: 1 }, { input: 2 } ]", "inputs[1].quantity: another input of this chip has it")]
    [InlineData("a count", "chip: ads1115, bus: i2c, inputs: [ { input: 1, quantity: vehicle-count } ]", "inputs[0].quantity: \"vehicle-count\" is none of")]
    [InlineData("a gain that it has not", "chip: ads1115, bus: i2c, inputs: [ { input: 1, full-scale: 5 } ]", "inputs[0].full-scale: \"5\" is none of: 6.144, 4.096")]
    [InlineData("a line and a curve", "chip: ads1115, bus: i2c, inputs: [ { input: 1, gain: 2, gas-curve: { load-ohms: 1000, r0-ohms: 1000, a: 1, b: -1 } } ]", "inputs[0].gain: is no key here")]
    [InlineData("a rising curve", "chip: ads1115, bus: i2c, inputs: [ { input: 1, gas-curve: { load-ohms: 1000, r0-ohms: 1000, a: 1, b: 1 } } ]", "inputs[0].gas-curve.b: \"1\" is not a number from -20 to -0.01")]
    [InlineData("oftener than it measures", "chip: scd41, bus: i2c, interval: 4999ms", "interval: 4999ms is outside 5s to 1h")]
    [InlineData("pascals for hectopascals", "chip: scd41, bus: i2c, pressure: 101325", "pressure: \"101325\" is not a number from 700 to 1200")]
    [InlineData("an address that it cannot have", "chip: scd41, bus: i2c, address: 0x63", "address: is no key here")]
    [InlineData("an address between its two", "chip: bh1750, bus: i2c, address: 0x24", "address: 0x24 is not 0x23 or 0x5c")]
    [InlineData("no time at all", "chip: bh1750, bus: i2c, measurement-time: 30", "measurement-time: \"30\" is not a whole number from 31 to 254")]
    [InlineData("no resistance", "chip: ina219, bus: i2c, shunt-milliohms: 0", "shunt-milliohms: \"0\" is not a number from 0.1 to 10000")]
    [InlineData("an address beyond", "chip: ina219, bus: i2c, address: 0x50", "address: \"0x50\" is not 0x40 to 0x4f")]
    [InlineData("on lines", "chip: scd41, bus: lines", "bus: \"lines\" is no I2C bus")]
    public void What_a_chip_cannot_be_is_refused(string because, string keys, string problem)
    {
        var problems = Parse(keys).Problems.Select(found => found.ToString()).ToList();
        Assert.True(problems.Count == 1 && problems[0].StartsWith($"pole.yaml:7: devices[0].{problem}", StringComparison.Ordinal), $"{because}: {string.Join('\n', problems)}");
    }

    [Theory]
    [InlineData("chip: scd41, bus: i2c", "co2: 1500", IncidentKind.CarbonDioxide, 1500)]
    [InlineData("chip: scd41, bus: i2c", "disturbed: true", IncidentKind.Disturbed, 1)]
    [InlineData("chip: bh1750, bus: i2c", "illuminance: 0", IncidentKind.Illuminance, 0)]
    [InlineData("chip: ina219, bus: i2c", "voltage: 9.5", IncidentKind.Voltage, 9.5)]
    [InlineData("chip: ads1115, bus: i2c, inputs: [ { input: 0 } ]", "voltage: 3.3", IncidentKind.Voltage, 3.3)]
    [InlineData("chip: adxl345, bus: i2c", "tilt: 30", IncidentKind.Tilt, 30)]
    [InlineData("chip: adxl345, bus: i2c", "vibration: 5", IncidentKind.Vibration, 5)]
    [InlineData("chip: ds18b20, bus: w1, rom: 28-0316a2794d2b", "temperature: 70", IncidentKind.Temperature, 70)]
    [InlineData("chip: pms5003, bus: serial", "pm2.5: 300", IncidentKind.Particles, 300)]
    [InlineData("chip: ina219, bus: i2c", "current: -2", IncidentKind.Current, -2)]
    [InlineData("chip: ina219, bus: i2c", "unplugged: true", IncidentKind.Unplugged, 1)]
    public void A_simulated_chip_lives_through_its_own_incidents(string keys, string incident, IncidentKind kind, double value)
    {
        var (file, problems) = Parse(keys, "simulate: { devices: { x: { incidents: [ { at: 0s, for: 1s, " + incident + " } ] } } }");
        Assert.True(file is not null, string.Join('\n', problems));
        Assert.Equal((kind, value), (Assert.Single(file.Simulation!.Devices["x"].Incidents).Kind, file.Simulation.Devices["x"].Incidents[0].Value));
    }

    [Theory]
    [InlineData("chip: scd41, bus: i2c, interval: 5s", 3)]
    [InlineData("chip: bh1750, bus: i2c, interval: 5s", 1)]
    [InlineData("chip: ina219, bus: i2c, interval: 5s", 2)]
    [InlineData("chip: pms5003, bus: serial, interval: 5s", 3)]
    [InlineData("chip: ds18b20, bus: w1, rom: 28-0316a2794d2b, interval: 5s", 1)]
    [InlineData("chip: adxl345, bus: i2c, interval: 5s", 2)]
    [InlineData("chip: ads1115, bus: i2c, interval: 5s, inputs: [ { input: 0 }, { input: 1, quantity: sound-level, gain: 50 } ]", 2)]
    public void A_node_samples_it_simulated_at_its_interval(string keys, int quantities)
    {
        using var pole = new SimulatedPole(File(keys, "simulate: { seed: 1 }"));
        pole.Live(TimeSpan.FromSeconds(30), 10);
        var samples = pole.Samples.Of("x");
        Assert.True(samples.Count >= 5, $"{samples.Count}");
        Assert.All(samples, taken => Assert.True(taken.Sample.Length == quantities && taken.Sample.All(reading => reading.IsGood), string.Join(", ", taken.Sample)));
    }

    private static DevicePlan Device(string keys)
    {
        var (file, problems) = Parse(keys);
        Assert.True(file is not null, string.Join('\n', problems));
        return file.Devices[0];
    }

    private static (NodeFile? File, IReadOnlyList<NodeFileProblem> Problems) Parse(string keys, string more = "") => NodeFileReader.Parse("pole.yaml", File(keys, more), new());

    private static string File(string keys, string more) => $$"""
        node: pole
        group: city
        broker: { host: 127.0.0.1 }
        outbox: { directory: outbox }
        buses: { i2c: { i2c: 1 }, lines: { gpio: 0 }, w1: { w1: 1 }, serial: { uart: 0 } }
        devices:
          - { name: x, {{keys}} }
        {{more}}
        """;
}
