using System.Buffers.Binary;
using SmartCity.Readings;

namespace SmartCity.Devices;

/// <summary>
/// Words as Sensirion's chips send and take them (SCD4x datasheet, sections 3.3 and 3.11; the same in those of SHT3x, SGP4x and SPS30):
/// 16 bits, most significant byte first, each followed by its CRC-8.
/// </summary>
public static class SensirionWords
{
    /// <summary>Bytes of a word on the wire.</summary>
    public const int WordLength = 3;

    /// <summary>CRC-8 with polynomial 0x31, begun with 0xFF, neither reflected nor inverted at the end (SCD4x datasheet, section 3.11): 0xBEEF gives 0x92.</summary>
    public static byte Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFF;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 0x80) != 0 ? (crc << 1 ^ 0x31) & 0xFF : crc << 1;
        }
        return (byte)crc;
    }

    /// <summary>Reads words, each checked.</summary>
    /// <returns><see cref="ReadFault.BadChecksum"/> when a word fails its check, and then no word is to be used; null when all are whole.</returns>
    /// <exception cref="ArgumentException">The bytes are not three for each word: the caller's error, never the chip's.</exception>
    public static ReadFault? Read(ReadOnlySpan<byte> bytes, Span<ushort> words)
    {
        if (bytes.Length != words.Length * WordLength) throw new ArgumentException("3 bytes are needed for each word.", nameof(bytes));
        words.Clear();
        for (var i = 0; i < words.Length; i++)
        {
            var word = bytes.Slice(i * WordLength, 2);
            if (Crc(word) == bytes[i * WordLength + 2]) continue;
            return ReadFault.BadChecksum;
        }
        for (var i = 0; i < words.Length; i++) words[i] = BinaryPrimitives.ReadUInt16BigEndian(bytes[(i * WordLength)..]);
        return null;
    }

    /// <summary>Writes a word and its CRC.</summary>
    public static void Write(ushort word, Span<byte> into)
    {
        BinaryPrimitives.WriteUInt16BigEndian(into, word);
        into[2] = Crc(into[..2]);
    }
}
