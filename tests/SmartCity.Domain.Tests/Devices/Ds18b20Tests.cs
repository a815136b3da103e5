using CsCheck;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SmartCity.Domain.Tests.Devices;

public class Ds18b20Tests
{
    private const string Usual = "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n"; // as a kernel wrote it

    [Fact]
    public void The_CRC_is_the_one_of_application_note_27() => Assert.Equal(0xA2, Ds18b20.Crc([0x02, 0x1C, 0xB8, 0x01, 0x00, 0x00, 0x00]));

    [Theory]
    [InlineData(0x07D0, 125)]
    [InlineData(0x0191, 25.0625)]
    [InlineData(0x00A2, 10.125)]
    [InlineData(0x0008, 0.5)]
    [InlineData(0x0000, 0)]
    [InlineData(0xFFF8, -0.5)]
    [InlineData(0xFF5E, -10.125)]
    [InlineData(0xFE6F, -25.0625)]
    [InlineData(0xFC90, -55)]
    public void The_datasheets_table_of_temperatures_holds(int raw, double degrees)
    {
        var (temperature, fault) = Ds18b20.Decode(Scratchpad((ushort)raw));
        Assert.Null(fault);
        Assert.Equal(degrees, temperature.Degrees);
    }

    [Theory]
    [InlineData("85 °C, its power-on value", 0x0550, ReadFault.NotReady)]
    [InlineData("one step above it", 0x0551, null)]
    [InlineData("one step below it", 0x054F, null)]
    [InlineData("one step over 125 °C", 0x07D1, ReadFault.OutOfRange)]
    [InlineData("one step under -55 °C", 0xFC8F, ReadFault.OutOfRange)]
    public void What_cannot_be_is_named(string because, int raw, ReadFault? fault) => Assert.True(Ds18b20.Decode(Scratchpad((ushort)raw)).Fault == fault, because);

    [Theory]
    [InlineData("12 bits", 0x7F, 25.0625 + 0.125)]
    [InlineData("11 bits", 0x5F, 25.125)]
    [InlineData("10 bits", 0x3F, 25.0)]
    [InlineData("9 bits", 0x1F, 25.0)]
    public void Bits_that_the_resolution_leaves_undefined_count_as_zero(string because, byte configuration, double degrees) =>
        Assert.True(Ds18b20.Decode(Scratchpad(0x0193, configuration)).Temperature.Degrees == degrees, because);

    [Theory]
    [InlineData("as the kernel writes it", Usual, null)]
    [InlineData("the kernel says that the CRC is bad", "72 01 4b 46 7f ff 0e 10 57 : crc=57 NO\n72 01 4b 46 7f ff 0e 10 57 t=23125\n", ReadFault.BadChecksum)]
    [InlineData("the kernel says that it is good, and it is not", "73 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n", ReadFault.BadChecksum)]
    [InlineData("the two lines do not agree", "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=33125\n", ReadFault.BadChecksum)]
    [InlineData("no temperature", "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57\n", ReadFault.BadChecksum)]
    [InlineData("half a text", "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES", ReadFault.BadChecksum)]
    [InlineData("no text", "", ReadFault.BadChecksum)]
    [InlineData("power on", "50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\n50 05 4b 46 7f ff 0c 10 1c t=85000\n", ReadFault.NotReady)]
    [InlineData("a line that is held down, whose CRC is good", "00 00 00 00 00 00 00 00 00 : crc=00 YES\n00 00 00 00 00 00 00 00 00 t=0\n", ReadFault.NoAnswer)]
    [InlineData("a line that nobody drives", "ff ff ff ff ff ff ff ff ff : crc=c9 NO\n72 01 4b 46 7f ff 0e 10 57 t=23125\n", ReadFault.BadChecksum)]
    public void The_kernels_text_is_believed_when_all_of_it_agrees(string because, string text, ReadFault? fault) =>
        Assert.True(Ds18b20.Decode(text, Quantity.AirTemperature).Fault == fault, because);

    [Fact]
    public void The_kernels_text_gives_its_temperature()
    {
        Assert.True(Ds18b20.Decode(Usual, Quantity.WaterTemperature).TryGetValue(out var degrees));
        Assert.Equal(23.125, degrees);
    }

    /// <summary>One change in 256 fools a CRC of eight bits: what it then passes off cannot be further from what the second line tells.</summary>
    [Fact]
    public void No_text_makes_it_throw_and_none_that_was_changed_gives_a_temperature_more_than_half_a_degree_off() =>
        Gen.Select(Gen.Int[0, Usual.Length - 1], Gen.Int[0, 4], Gen.String[Gen.Char["0123456789abcdef :=tYESNO\n\u00e4"], 0, 6]).Sample((at, cut, noise) =>
        {
            var measure = Ds18b20.Decode(Usual[..at] + noise + Usual[Math.Min(Usual.Length, at + cut)..], Quantity.AirTemperature);
            return !measure.TryGetValue(out var degrees) || Math.Abs(degrees - 23.125) <= 0.5;
        }, iter: 1_000_000);

    [Fact]
    public void No_scratchpad_makes_it_throw_and_none_with_a_wrong_CRC_gives_a_value() =>
        Gen.Select(Gen.Byte.Array[9], Gen.Bool).Sample((scratchpad, right) =>
        {
            if (right) scratchpad[8] = Ds18b20.Crc(scratchpad.AsSpan(0, 8));
            var (temperature, fault) = Ds18b20.Decode(scratchpad);
            return fault is not null || Ds18b20.Crc(scratchpad.AsSpan(0, 8)) == scratchpad[8] && temperature.Degrees is >= -55 and <= 125;
        }, iter: 1_000_000);

    [Fact]
    public void A_scratchpad_of_another_length_is_the_callers_error() => Assert.Throws<ArgumentException>(() => Ds18b20.Decode(new byte[8]));

    private static byte[] Scratchpad(ushort raw, byte configuration = 0x7F)
    {
        byte[] scratchpad = [(byte)(raw & 0xFF), (byte)(raw >> 8), 0x4B, 0x46, configuration, 0xFF, 0x0C, 0x10, 0];
        scratchpad[8] = Ds18b20.Crc(scratchpad.AsSpan(0, 8));
        return scratchpad;
    }
}
