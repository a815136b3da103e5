using CsCheck;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SmartCity.Domain.Tests.Devices;

public class Ads1115Tests
{
    [Theory]
    [InlineData("±6.144 V", Ads1115Gain.Volts6_144, 187.5)]
    [InlineData("±4.096 V", Ads1115Gain.Volts4_096, 125)]
    [InlineData("±2.048 V", Ads1115Gain.Volts2_048, 62.5)]
    [InlineData("±1.024 V", Ads1115Gain.Volts1_024, 31.25)]
    [InlineData("±0.512 V", Ads1115Gain.Volts0_512, 15.625)]
    [InlineData("±0.256 V", Ads1115Gain.Volts0_256, 7.8125)]
    [InlineData("a code that means ±0.256 V too", (Ads1115Gain)7, 7.8125)]
    public void A_step_is_as_large_as_the_datasheets_table_says(string because, Ads1115Gain gain, double microvolts) =>
        Assert.True(Math.Abs(Ads1115.Volts(1, gain) * 1e6 - microvolts) < 1e-9, because);

    [Theory]
    [InlineData("one below full scale", 0x7FFF, 4.096 * 32_767 / 32_768)]
    [InlineData("one step", 0x0001, 4.096 / 32_768)]
    [InlineData("nothing", 0x0000, 0)]
    [InlineData("one step down", 0xFFFF, -4.096 / 32_768)]
    [InlineData("full scale down", 0x8000, -4.096)]
    public void Codes_are_the_datasheets_ideal_codes(string because, ushort code, double volts) => Assert.True(Ads1115.Volts(code, Ads1115Gain.Volts4_096) == volts, because);

    [Theory]
    [InlineData(0, Ads1115Gain.Volts2_048, 0xC583)] // the power-on value's gain, rate and comparator; AIN0 against ground
    [InlineData(3, Ads1115Gain.Volts4_096, 0xF383)]
    [InlineData(1, Ads1115Gain.Volts6_144, 0xD183)]
    public void The_configuration_begins_one_conversion_against_ground(int input, Ads1115Gain gain, ushort configuration) => Assert.Equal(configuration, Ads1115.SingleShot(input, gain));

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void An_input_that_it_does_not_have_is_the_callers_error(int input) => Assert.Throws<ArgumentOutOfRangeException>(() => Ads1115.SingleShot(input, Ads1115Gain.Volts2_048));

    [Theory]
    [InlineData("done", 0xC583, 0x4000, null)]
    [InlineData("still converting", 0x4583, 0x4000, ReadFault.NotReady)]
    [InlineData("after power on", 0x8583, 0x0000, ReadFault.NotReady)]
    [InlineData("another input's", 0xD583, 0x4000, ReadFault.NotReady)]
    [InlineData("a bus that nobody drives", 0xFFFF, 0xFFFF, ReadFault.NotReady)]
    [InlineData("one below the upper stop", 0xC583, 0x7FFE, null)]
    [InlineData("the upper stop", 0xC583, 0x7FFF, ReadFault.OutOfRange)]
    [InlineData("one above the lower stop", 0xC583, 0x8001, null)]
    [InlineData("the lower stop", 0xC583, 0x8000, ReadFault.OutOfRange)]
    public void What_cannot_be_is_named(string because, ushort configuration, ushort conversion, ReadFault? fault) =>
        Assert.True(Ads1115.Decode(configuration, conversion, 0xC583, Ads1115Gain.Volts2_048).Fault == fault, because);

    [Fact]
    public void No_registers_make_it_throw_and_every_value_is_within_full_scale() =>
        Gen.Select(Gen.UShort, Gen.UShort, Gen.Int[0, 3], Gen.Enum<Ads1115Gain>(), Gen.Bool).Sample((configuration, conversion, input, gain, right) =>
        {
            var asked = Ads1115.SingleShot(input, gain);
            var (volts, fault) = Ads1115.Decode(right ? asked : configuration, conversion, asked, gain);
            return fault is not null || (right || configuration == asked) && Math.Abs(volts) < Ads1115.FullScaleVolts(gain);
        }, iter: 1_000_000);

    [Fact]
    public void A_straight_line_has_its_offset_at_no_volts() => Assert.Equal((-10, 15), (new LinearScale(-10, 50).Value(0), new LinearScale(-10, 50).Value(0.5)));
}
