using SensorNode.Devices;
using SensorNode.Devices.Kernel;
using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SensorNode.Tests.Devices.Buses;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Tests.Devices;

public sealed class KernelI2cBusTests : IDisposable
{
    private readonly PoleTime _time = new();
    private readonly AnsweringLinux _linux = new();
    private readonly KernelI2cBus _bus;

    public KernelI2cBusTests()
    {
        _linux.Chips[0x76] = new SimulatedBme280("pole", "climate", new(Scenario.Street, []), 1, null, _time);
        _bus = new("/dev/i2c-1", _linux);
    }

    public void Dispose() => _bus.Dispose();

    [Theory]
    [InlineData("plain I2C: combined transfers", I2cUapi.FunctionI2c, I2cUapi.ReadWrite)]
    [InlineData("SMBus with I2C blocks", I2cUapi.FunctionSmbusReadI2cBlock | I2cUapi.FunctionSmbusReadByteData | I2cUapi.FunctionSmbusWriteByteData, I2cUapi.Smbus)]
    [InlineData("SMBus byte for byte", I2cUapi.FunctionSmbusReadByteData | I2cUapi.FunctionSmbusWriteByteData, I2cUapi.Smbus)]
    public void A_BME280_is_read_by_whatever_the_adapter_offers(string because, ulong functions, uint request)
    {
        _linux.Functions = functions;
        var driver = new Bme280Driver(_bus, new("climate", new("i2c", BusKind.I2c, 1), TimeSpan.FromSeconds(1), new(null, null, null, null), 0x76));
        var begun = driver.Begin();
        Assert.Null(begun.Fault);
        _time.Advance(begun.ReadyAfter);
        var measures = new List<Measure>();
        driver.Collect(measures);
        Assert.All(measures, measure => Assert.True(measure.Fault is null, because));
        Assert.Contains(request, _linux.Requests);
        Assert.True(measures[0].TryGetValue(out var temperature));
        Assert.InRange(temperature, 5, 25);
    }

    [Fact]
    public void An_address_where_no_chip_is_gives_no_answer()
    {
        Assert.Equal(ReadFault.NoAnswer, _bus.Read(0x77, 0xD0, new byte[1]));
        Assert.Equal(ReadFault.NoAnswer, _bus.Write(0x77, 0xF2, 1));
    }

    [Fact]
    public void An_adapter_that_offers_nothing_of_use_is_not_available()
    {
        _linux.Functions = 0;
        Assert.Equal(ReadFault.BusUnavailable, _bus.Read(0x76, 0xD0, new byte[1]));
        Assert.Equal(ReadFault.BusUnavailable, _bus.Write(0x76, 0xF2, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(33)]
    public void More_than_one_block_at_once_is_the_callers_error(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _bus.Read(0x76, 0x88, new byte[length]));

    [Theory]
    [InlineData("plain I2C", I2cUapi.FunctionI2c, I2cUapi.ReadWrite)]
    [InlineData("SMBus", I2cUapi.FunctionSmbusReadByte | I2cUapi.FunctionSmbusWriteByte | I2cUapi.FunctionSmbusReadWordData | I2cUapi.FunctionSmbusWriteWordData
        | I2cUapi.FunctionSmbusReadByteData | I2cUapi.FunctionSmbusWriteByteData, I2cUapi.Smbus)]
    public void Transfers_arrive_byte_for_byte_in_the_order_of_the_wire(string because, ulong functions, uint request)
    {
        _linux.Functions = functions;
        var chip = new KeepsTransfers();
        _linux.Chips[0x40] = chip;
        var word = new byte[2];
        var one = new byte[1];
        Assert.Null(_bus.Transfer(0x40, [1, 2, 3], []));
        Assert.Null(_bus.Transfer(0x40, [4, 5], []));
        Assert.Null(_bus.Transfer(0x40, [6], []));
        Assert.Null(_bus.Transfer(0x40, [7], word));
        Assert.Null(_bus.Transfer(0x40, [], one));
        Assert.True(chip.Transfers.SequenceEqual(["010203 0", "0405 0", "06 0", "07 2", " 1"]), because + ": " + string.Join(", ", chip.Transfers));
        Assert.Equal((0xA0, 0xA1, 0xA0), (word[0], word[1], one[0]));
        Assert.Contains(request, _linux.Requests);
    }

    [Fact]
    public void A_transfer_that_SMBus_has_no_name_for_is_not_available_on_it()
    {
        _linux.Functions = ulong.MaxValue & ~I2cUapi.FunctionI2c;
        Assert.Equal(ReadFault.BusUnavailable, _bus.Transfer(0x76, [], new byte[9]));
        Assert.Equal(ReadFault.BusUnavailable, _bus.Transfer(0x76, [1, 2, 3, 4], []));
        _linux.Functions = I2cUapi.FunctionSmbusReadByteData;
        using var poor = new KernelI2cBus("/dev/i2c-2", _linux);
        Assert.Equal(ReadFault.BusUnavailable, poor.Transfer(0x76, [1], new byte[2]));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(33, 0)]
    [InlineData(0, 33)]
    public void A_transfer_of_nothing_or_of_too_much_is_the_callers_error(int write, int read) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _bus.Transfer(0x76, new byte[write], new byte[read]));

    [Fact]
    public void A_bus_that_the_kernel_took_away_is_opened_again_when_it_is_back()
    {
        Assert.Null(_bus.Read(0x76, 0xD0, new byte[1]));
        _linux.Failing[I2cUapi.ReadWrite] = Errno.NoDevice;
        Assert.Equal(ReadFault.BusUnavailable, _bus.Read(0x76, 0xD0, new byte[1]));
        _linux.OpenFails = Errno.NoEntry;
        Assert.Equal(ReadFault.BusUnavailable, _bus.Read(0x76, 0xD0, new byte[1]));
        _linux.Failing.Clear();
        _linux.OpenFails = 0;
        Assert.Null(_bus.Read(0x76, 0xD0, new byte[1]));
        Assert.Equal(2, _linux.Opened);
    }

    [Fact]
    public void The_real_kernel_refuses_a_device_that_is_not_there_and_one_that_is_no_I2C_bus()
    {
        using var missing = new KernelI2cBus("/dev/i2c-none", new LinuxCalls());
        Assert.Equal(ReadFault.BusUnavailable, missing.Read(0x76, 0xD0, new byte[1]));
        using var other = new KernelI2cBus("/dev/null", new LinuxCalls());
        Assert.Equal(ReadFault.BusUnavailable, other.Read(0x76, 0xD0, new byte[1]));
    }

    [Theory]
    [InlineData("ENXIO: nobody acknowledged", 6, ReadFault.NoAnswer)]
    [InlineData("EREMOTEIO: nobody acknowledged", 121, ReadFault.NoAnswer)]
    [InlineData("EIO: nobody acknowledged, by an adapter of few words", 5, ReadFault.NoAnswer)]
    [InlineData("ETIMEDOUT: the clock was held down", 110, ReadFault.TimedOut)]
    [InlineData("EAGAIN: another master kept the bus", 11, ReadFault.TimedOut)]
    [InlineData("EBADMSG: a wrong check byte", 74, ReadFault.BadChecksum)]
    [InlineData("ENOENT: no such device", 2, ReadFault.BusUnavailable)]
    [InlineData("EACCES: not ours", 13, ReadFault.BusUnavailable)]
    [InlineData("EBUSY: a driver has it", 16, ReadFault.BusUnavailable)]
    [InlineData("ENOTTY: no device of this kind", 25, ReadFault.BusUnavailable)]
    [InlineData("ENOMEM: no word of ours", 12, ReadFault.Unspecified)]
    public void Each_refusal_of_the_kernel_is_a_fault_by_name(string because, int errno, ReadFault fault)
    {
        Assert.True(fault == Errno.Fault(errno), because);
        _linux.Failing[I2cUapi.ReadWrite] = errno;
        Assert.Equal(fault, _bus.Read(0x76, 0xD0, new byte[1]));
    }
}
