using CsCheck;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SmartCity.Domain.Tests.Devices;

public class Ina219Tests
{
    [Fact]
    public void The_datasheets_example_gives_its_voltage_and_current()
    {
        // Its worked example: bus register 0x5D98, shunt register 0x07D0 over 2 mΩ: 11.98 V, 20 mV, 10 A.
        Assert.Equal(11.98, Ina219.BusVolts(0x5D98), 9);
        Assert.Equal(0.020, Ina219.ShuntVolts(0x07D0), 9);
        var (voltage, current) = Ina219.Decode(0x07D0, 0x5D98 | Ina219.ConversionReady, 0.002);
        Assert.True(voltage.TryGetValue(out var volts) & current.TryGetValue(out var amperes));
        Assert.Equal((11.98, 10.0), (Math.Round(volts, 9), Math.Round(amperes, 9)));
    }

    [Theory]
    [InlineData("the datasheet's -320 mV", 0x8300, -0.320)]
    [InlineData("the datasheet's 320 mV", 0x7D00, 0.320)]
    [InlineData("one step", 0x0001, 0.000_01)]
    [InlineData("one step back", 0xFFFF, -0.000_01)]
    public void The_shunts_voltage_has_a_sign(string because, ushort register, double volts) => Assert.True(Math.Abs(Ina219.ShuntVolts(register) - volts) < 1e-12, because);

    [Fact]
    public void The_full_scale_of_the_bus_is_32_volts() => Assert.Equal(32, Ina219.BusVolts(0x1F40 << 3), 9);

    [Theory]
    [InlineData("not converted yet", 0x0000, 0x5D98, ReadFault.NotReady, ReadFault.NotReady)]
    [InlineData("not converted yet, and overflown", 0x0000, 0x5D99, ReadFault.NotReady, ReadFault.NotReady)]
    [InlineData("the chip's own overflow", 0x0000, 0x5D9B, ReadFault.OutOfRange, ReadFault.OutOfRange)]
    [InlineData("26 V", 0x0000, 6500 << 3 | 2, null, null)]
    [InlineData("4 mV over 26 V", 0x0000, 6501 << 3 | 2, ReadFault.OutOfRange, null)]
    [InlineData("the shunt one step before its stop", 0x7CFF, 0x5D9A, null, null)]
    [InlineData("the shunt at its stop", 0x7D00, 0x5D9A, null, ReadFault.OutOfRange)]
    [InlineData("the shunt one step before its lower stop", 0x8301, 0x5D9A, null, null)]
    [InlineData("the shunt at its lower stop", 0x8300, 0x5D9A, null, ReadFault.OutOfRange)]
    public void What_cannot_be_is_named(string because, ushort shunt, ushort bus, ReadFault? voltageFault, ReadFault? currentFault)
    {
        var (voltage, current) = Ina219.Decode(shunt, bus, 0.1);
        Assert.True((voltage.Fault, current.Fault) == (voltageFault, currentFault), because);
    }

    [Fact]
    public void No_registers_make_it_throw_and_every_value_is_what_the_chip_can_measure() =>
        Gen.Select(Gen.UShort, Gen.UShort, Gen.Double[0.0001, 10]).Sample((shunt, bus, ohms) =>
        {
            var (voltage, current) = Ina219.Decode(shunt, bus, ohms);
            return (!voltage.TryGetValue(out var volts) || volts is >= 0 and <= 26) && (!current.TryGetValue(out var amperes) || Math.Abs(amperes) < 0.320 / ohms)
                && (bus & Ina219.ConversionReady) == 0 == (voltage.Fault == ReadFault.NotReady);
        }, iter: 1_000_000);

    [Fact]
    public void Our_configuration_is_the_power_on_one_with_128_samples_and_a_trigger() =>
        Assert.Equal(Ina219.PowerOnConfiguration & 0b0011_1000_0000_0000 | 0b0000_0111_1111_1011, Ina219.TriggeredConfiguration);
}
