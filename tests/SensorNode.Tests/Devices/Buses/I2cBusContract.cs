using SensorNode.Devices;
using SensorNode.Devices.Kernel;
using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Tests.Devices.Buses;

/// <summary>What every I2C bus of the node promises, whatever it speaks through.</summary>
public abstract class I2cBusContract : IDisposable
{
    private readonly PoleTime _time = new();
    private readonly Dictionary<byte, ISimulatedChip> _chips = [];
    private readonly KeepsTransfers _keeps = new();
    private II2cBus? _bus;

    protected I2cBusContract()
    {
        _chips[0x76] = new SimulatedBme280("pole", "climate", new(Scenario.Street, []), 1, null, _time);
        _chips[0x40] = _keeps;
    }

    private II2cBus Bus => _bus ??= Open(_chips);

    public void Dispose()
    {
        _bus?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The bus under test, with these chips on it.</summary>
    private protected abstract II2cBus Open(IReadOnlyDictionary<byte, ISimulatedChip> chips);

    [Fact]
    public void A_BME280_is_read_through_it()
    {
        var driver = new Bme280Driver(Bus, new("climate", ChipBench.I2c, TimeSpan.FromSeconds(1), ChipBench.Nowhere, 0x76));
        var begun = driver.Begin();
        Assert.Null(begun.Fault);
        _time.Advance(begun.ReadyAfter);
        var measures = new List<Measure>();
        driver.Collect(measures);
        Assert.True(measures[0].TryGetValue(out var temperature));
        Assert.InRange(temperature, 5, 25);
    }

    [Fact]
    public void Transfers_arrive_byte_for_byte_in_the_order_of_the_wire()
    {
        var (word, one, register) = (new byte[2], new byte[1], new byte[3]);
        Assert.Null(Bus.Transfer(0x40, [1, 2, 3], []));
        Assert.Null(Bus.Transfer(0x40, [6], []));
        Assert.Null(Bus.Transfer(0x40, [7], word));
        Assert.Null(Bus.Transfer(0x40, [], one));
        Assert.Null(Bus.Write(0x40, 8, 9));
        Assert.Null(Bus.Read(0x40, 10, register));
        Assert.Equal(["010203 0", "06 0", "07 2", " 1", "0809 0", "0A 3"], _keeps.Transfers);
        Assert.Equal((0xA0, 0xA1, 0xA0, 0xA2), (word[0], word[1], one[0], register[2]));
    }

    [Fact]
    public void Thirty_two_bytes_go_each_way_at_once()
    {
        var into = new byte[32];
        Assert.Null(Bus.Transfer(0x40, Enumerable.Range(0, 32).Select(i => (byte)i).ToArray(), into));
        Assert.Equal(0xA0 + 31, into[31]);
    }

    [Fact]
    public void Where_no_chip_is_nobody_answers_and_the_next_transfer_is_none_the_worse()
    {
        Assert.Equal(ReadFault.NoAnswer, Bus.Read(0x77, 0xD0, new byte[1]));
        Assert.Equal(ReadFault.NoAnswer, Bus.Write(0x77, 0xF2, 1));
        Assert.Equal(ReadFault.NoAnswer, Bus.Transfer(0x77, [1, 2, 3], []));
        Assert.Equal(ReadFault.NoAnswer, Bus.Transfer(0x77, [], new byte[2]));
        Assert.Null(Bus.Read(0x76, 0xD0, new byte[1]));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(33, 0)]
    [InlineData(0, 33)]
    public void A_transfer_of_nothing_or_of_too_much_is_the_callers_error(int write, int read) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Bus.Transfer(0x76, new byte[write], new byte[read]));

    [Theory]
    [InlineData(0)]
    [InlineData(33)]
    public void More_than_one_block_at_once_is_the_callers_error(int length) => Assert.Throws<ArgumentOutOfRangeException>(() => Bus.Read(0x76, 0x88, new byte[length]));
}

/// <summary>The kernel's rim, with the kernel's answers to its calls made by simulated chips.</summary>
public sealed class KernelI2cContract : I2cBusContract
{
    public KernelI2cContract() => Console.WriteLine("city: buses (I2C, lines, outputs) passed their contract through the kernel's rim, on simulated calls");

    private protected override II2cBus Open(IReadOnlyDictionary<byte, ISimulatedChip> chips)
    {
        var linux = new AnsweringLinux();
        foreach (var (address, chip) in chips) linux.Chips[address] = chip;
        return new KernelI2cBus("/dev/i2c-1", linux);
    }
}
