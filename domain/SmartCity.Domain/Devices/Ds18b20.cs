using System.Globalization;
using SmartCity.Readings;

namespace SmartCity.Devices;

/// <summary>
/// The Maxim DS18B20 (data sheet 19-7487) as Linux tells of it: the text of <c>w1_slave</c> (kernel documentation, w1/slaves/w1_therm), two lines of
/// the nine bytes of its scratchpad in hex, the first with the kernel's verdict on their CRC, the second with the temperature in 1/1000 °C.
/// Never throws on any text.
/// </summary>
public static class Ds18b20
{
    /// <summary>The longest text that is looked at; the kernel's has 75 characters.</summary>
    public const int MostCharacters = 512;

    /// <summary>Bytes of the scratchpad, its CRC included (figure 9).</summary>
    public const int ScratchpadLength = 9;

    /// <summary>The temperature register after power on, 85 °C, which stands there until a conversion succeeded (table 1).</summary>
    public const short PowerOnTemperature = 0x0550;

    /// <summary>A conversion of 12 bits takes at most this (table 2); the kernel waits for it while the text is read.</summary>
    public static readonly TimeSpan LongestConversion = TimeSpan.FromMilliseconds(750);

    /// <summary>
    /// CRC-8 of Maxim's 1-Wire (data sheet, "CRC generation"; application note 27): x^8 + x^5 + x^4 + 1, least significant bit first, begun with 0.
    /// </summary>
    public static byte Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0x8C : crc >> 1;
        }
        return (byte)crc;
    }

    /// <summary>
    /// Temperature from the scratchpad (figure 9, table 1): 1/16 °C a step; bits that the resolution of its configuration leaves undefined count as zero (table 2).
    /// </summary>
    /// <exception cref="ArgumentException">Not nine bytes: the caller's error, never the chip's.</exception>
    public static (Celsius Temperature, ReadFault? Fault) Decode(ReadOnlySpan<byte> scratchpad)
    {
        if (scratchpad.Length != ScratchpadLength) throw new ArgumentException("9 bytes are needed.", nameof(scratchpad));
        if (!scratchpad.ContainsAnyExcept((byte)0)) return (default, ReadFault.NoAnswer); // a line that is held down; the CRC of zeros is zero
        if (Crc(scratchpad[..8]) != scratchpad[8]) return (default, ReadFault.BadChecksum);
        var raw = unchecked((short)(scratchpad[1] << 8 | scratchpad[0]));
        if (raw == PowerOnTemperature) return (default, ReadFault.NotReady);
        var undefined = 3 - (scratchpad[4] >> 5 & 0b11);
        var temperature = new Celsius((raw >> undefined << undefined) / 16.0);
        return temperature.Degrees is >= -55 and <= 125 ? (temperature, null) : (default, ReadFault.OutOfRange);
    }

    /// <summary>
    /// One sample from the kernel's text. Its CRC must be called good by the kernel and be good, and both lines must tell of the same
    /// temperature: else <see cref="ReadFault.BadChecksum"/>. 85 °C exactly is <see cref="ReadFault.NotReady"/>: what a chip says that lost its power
    /// before it had measured.
    /// </summary>
    public static Measure Decode(ReadOnlySpan<char> text, Quantity quantity)
    {
        Span<byte> scratchpad = stackalloc byte[ScratchpadLength];
        if (text.Length > MostCharacters || !TryBytes(text, scratchpad)) return Measure.Failed(quantity, ReadFault.BadChecksum);
        var (temperature, fault) = Decode(scratchpad);
        if (fault is { } named) return Measure.Failed(quantity, named);
        var thousandths = text.LastIndexOf("t=");
        var agree = thousandths >= 0
            && int.TryParse(text[(thousandths + 2)..].TrimEnd(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var told)
            && Math.Abs(told - temperature.Degrees * 1000) <= 500; // half a step of the coarsest resolution is the kernel's own affair
        return agree ? Measure.Of(quantity, temperature.Degrees) : Measure.Failed(quantity, ReadFault.BadChecksum);
    }

    private static bool TryBytes(ReadOnlySpan<char> text, Span<byte> scratchpad)
    {
        var end = text.IndexOf('\n');
        if (end < 3 * ScratchpadLength || !text[..end].TrimEnd().EndsWith("YES", StringComparison.Ordinal)) return false;
        for (var i = 0; i < ScratchpadLength; i++)
        {
            if (text[3 * i + 2] != ' ' || !byte.TryParse(text.Slice(3 * i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out scratchpad[i])) return false;
        }
        return true;
    }
}
