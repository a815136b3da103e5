using SensorNode.Devices;
using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Readings;

namespace SensorNode.Tests.Devices;

public class BusScanTests
{
    private const string Pole = """
        node: pole
        group: city
        broker: { host: 127.0.0.1 }
        outbox: { directory: outbox }
        buses: { i2c: { i2c: 1 }, lines: { gpio: 0 } }
        devices:
          - { name: climate, chip: bme280, bus: i2c, address: 0x77 }
          - { name: air, chip: scd41, bus: i2c }
          - { name: light, chip: bh1750, bus: i2c, address: 0x5c }
          - { name: supply, chip: ina219, bus: i2c, address: 0x41 }
          - { name: noise, chip: ads1115, bus: i2c, address: 0x49, inputs: [ { input: 0 } ] }
          - { name: mast, chip: adxl345, bus: i2c }
          - { name: gas, chip: sgp41, bus: i2c }
          - { name: door, chip: contact, bus: lines, line: 1, quantity: door-open }
        simulate: { seed: 1 }
        """;

    [Fact]
    public void Every_chip_is_found_at_its_address_and_told_by_its_registers()
    {
        var (file, _) = NodeFileReader.Parse("pole.yaml", Pole, new());
        var time = new PoleTime();
        using var bus = new TimedBus(new SimulatedBoard(file!, file!.Simulation!, time).OpenI2c(file.Buses[0]), time);
        Assert.Equal(
        [
            (0x41, "ina219, fresh from its power on"), (0x49, "ads1115, fresh from its power on"), (0x53, "adxl345"), (0x59, "sgp40 or sgp41: its serial number does not say which"), (0x5C, "perhaps bh1750: it has no id"),
            (0x62, "scd41, or another SCD4x"), (0x77, "bme280"),
        ], BusScan.I2c(bus).Select(found => ((int)found.Address, found.What)));
    }

    [Theory]
    [InlineData(0x58, "BMP280")]
    [InlineData(0x61, "BME680")]
    [InlineData(0x11, "something with the id 0x11")]
    public void A_chip_that_is_not_the_one_it_was_sold_as_is_named(byte id, string what)
    {
        using var bus = new OneRegister(0x76, 0xD0, id);
        Assert.Contains(what, BusScan.I2c(bus).Single().What, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_ever_written_but_the_number_of_a_register_or_a_question()
    {
        using var bus = new OneRegister(0x76, 0xD0, 0x60);
        _ = BusScan.I2c(bus).ToList();
        Assert.Equal(0, bus.Writes);
        Assert.All(bus.Written, bytes => Assert.True(bytes.Length <= 1 || bytes is [0xE4, 0xB8] or [0x36, 0x82])); // get_data_ready_status, get_serial_number
    }

    [Fact]
    public void A_bus_that_cannot_be_opened_says_so_and_the_others_are_scanned()
    {
        var (file, _) = NodeFileReader.Parse("pole.yaml", Pole.Replace("simulate: { seed: 1 }", "", StringComparison.Ordinal).Replace("i2c: 1 }", "i2c: 250 }", StringComparison.Ordinal), new());
        var text = new StringWriter();
        Assert.False(BusScan.Print(file!.Buses, new SensorNode.Devices.Kernel.KernelBoard(new SensorNode.Devices.Kernel.LinuxCalls(), TimeProvider.System), text));
        Assert.Contains("/dev/i2c-250     cannot be opened", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("/dev/gpiochip0", text.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A bus on which each transfer takes its time, as on a real one.</summary>
    private sealed class TimedBus(II2cBus bus, PoleTime time) : II2cBus
    {
        public ReadFault? Read(byte address, byte register, Span<byte> into)
        {
            time.Advance(TimeSpan.FromMicroseconds(300));
            return bus.Read(address, register, into);
        }

        public ReadFault? Write(byte address, byte register, byte value) => throw new InvalidOperationException("a scan writes no register");

        public ReadFault? Transfer(byte address, ReadOnlySpan<byte> write, Span<byte> read)
        {
            time.Advance(TimeSpan.FromMicroseconds(300));
            return bus.Transfer(address, write, read);
        }

        public void Dispose() => bus.Dispose();
    }

    private sealed class OneRegister(byte at, byte register, byte value) : II2cBus
    {
        public int Writes { get; private set; }
        public List<byte[]> Written { get; } = [];

        public ReadFault? Read(byte address, byte asked, Span<byte> into)
        {
            Written.Add([asked]);
            if (address != at) return ReadFault.NoAnswer;
            into[0] = asked == register ? value : (byte)0;
            return null;
        }

        public ReadFault? Write(byte address, byte asked, byte written)
        {
            Writes++;
            return null;
        }

        public ReadFault? Transfer(byte address, ReadOnlySpan<byte> write, Span<byte> read)
        {
            Written.Add(write.ToArray());
            return ReadFault.NoAnswer;
        }

        public void Dispose()
        {
        }
    }
}
