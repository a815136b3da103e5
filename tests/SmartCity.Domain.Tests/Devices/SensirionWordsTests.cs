using CsCheck;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SmartCity.Domain.Tests.Devices;

public class SensirionWordsTests
{
    [Fact]
    public void The_datasheets_example_0xBEEF_has_the_check_0x92() => Assert.Equal(0x92, SensirionWords.Crc([0xBE, 0xEF]));

    [Theory]
    [InlineData("500 ppm", 0x01F4, 0x33)]
    [InlineData("25 °C", 0x6667, 0xA2)]
    [InlineData("37 %", 0x5EB9, 0x3C)]
    [InlineData("987 hPa", 0x03DB, 0x42)]
    [InlineData("not ready", 0x8000, 0xA2)]
    [InlineData("serial number, first word", 0xF896, 0x31)]
    [InlineData("serial number, second word", 0x9F07, 0xC2)]
    [InlineData("serial number, third word", 0x3BBE, 0x89)]
    public void Every_word_that_the_SCD4x_datasheet_shows_has_the_check_that_it_shows(string because, ushort word, byte check)
    {
        var bytes = new byte[3];
        SensirionWords.Write(word, bytes);
        Assert.True(bytes[2] == check, because);
        var words = new ushort[1];
        Assert.Null(SensirionWords.Read(bytes, words));
        Assert.Equal(word, words[0]);
    }

    [Theory]
    [InlineData("a bus that is held low", 0x00)]
    [InlineData("a bus that nobody drives", 0xFF)]
    public void A_dead_bus_gives_no_word(string because, byte level) => Assert.True(SensirionWords.Read([level, level, level], new ushort[1]) == ReadFault.BadChecksum, because);

    [Fact]
    public void No_word_with_a_wrong_check_is_read_and_none_beside_it() =>
        Gen.Select(Gen.UShort.Array[1, 6], Gen.Int[0, 17], Gen.Byte[1, 255]).Sample((given, at, flipped) =>
        {
            var bytes = new byte[given.Length * 3];
            for (var i = 0; i < given.Length; i++) SensirionWords.Write(given[i], bytes.AsSpan(i * 3));
            var words = new ushort[given.Length];
            if (SensirionWords.Read(bytes, words) is not null || !words.SequenceEqual(given)) return false;
            bytes[at % given.Length * 3 + 2] ^= flipped;
            return SensirionWords.Read(bytes, words) == ReadFault.BadChecksum && words.All(word => word == 0);
        }, iter: 100_000);

    [Fact]
    public void One_flipped_bit_is_always_found() =>
        Gen.Select(Gen.UShort, Gen.Int[0, 23]).Sample((word, bit) =>
        {
            var bytes = new byte[3];
            SensirionWords.Write(word, bytes);
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            return SensirionWords.Read(bytes, new ushort[1]) == ReadFault.BadChecksum;
        }, iter: 100_000);

    [Fact]
    public void Bytes_that_are_not_three_for_each_word_are_the_callers_error() =>
        Assert.Throws<ArgumentException>(() => SensirionWords.Read(new byte[5], new ushort[2]));
}
