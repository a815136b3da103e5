using SmartCity.Readings;

namespace SmartCity.Devices;

/// <summary>Instructions of the BH1750FVI (ROHM technical note 11046EDT01, "Instruction Set Architecture"), a byte each.</summary>
public enum Bh1750Instruction : byte
{
    PowerDown = 0x00,
    PowerOn = 0x01,

    /// <summary>One measurement of 1 lx resolution, about 120 ms, then power down.</summary>
    OneTimeHighResolution = 0x20,

    /// <summary>With bits 7 to 5 of the measurement time in its lower three bits.</summary>
    ChangeTimeHigh = 0b0100_0000,

    /// <summary>With bits 4 to 0 of the measurement time in its lower five bits.</summary>
    ChangeTimeLow = 0b0110_0000,
}

/// <summary>The measurement time register MTreg of the BH1750FVI: how long it collects light, and so how much light a count is.</summary>
/// <param name="Value">31 to 254; 69 is the chip's own. 31 reaches 121,557 lx: full sun. 254 has steps of 0.23 lx.</param>
public readonly record struct Bh1750Time(byte Value)
{
    public const byte Least = 31;
    public const byte Usual = 69;
    public const byte Greatest = 254;

    /// <summary>The two instructions that set it ("Adjust measurement result for influence of optical window").</summary>
    public (byte High, byte Low) Instructions =>
        ((byte)((byte)Bh1750Instruction.ChangeTimeHigh | Value >> 5), (byte)((byte)Bh1750Instruction.ChangeTimeLow | Value & 0b1_1111));

    /// <summary>The longest that a measurement of high resolution takes: 180 ms at the usual time, and in proportion.</summary>
    public TimeSpan LongestMeasurement => TimeSpan.FromMilliseconds(180.0 * Value / Usual);

    /// <summary>What a measurement of high resolution takes typically: 120 ms at the usual time, and in proportion.</summary>
    public TimeSpan TypicalMeasurement => TimeSpan.FromMilliseconds(120.0 * Value / Usual);
}

/// <summary>The ROHM BH1750FVI: illuminance from its count of 16 bits (technical note 11046EDT01). It has no id and no check sum. Never throws on what a chip says.</summary>
public static class Bh1750
{
    /// <summary>The quantities of one sample.</summary>
    public static IReadOnlyList<Quantity> Quantities { get; } = [Quantity.Illuminance];

    /// <summary>Lux of a count in high-resolution mode: count / 1.2 at the usual measurement time, and inversely to it.</summary>
    public static double Lux(ushort count, Bh1750Time time) => count / 1.2 * Bh1750Time.Usual / time.Value;

    /// <summary>One sample from the two bytes of a measurement. The greatest count is a counter at its stop, and so <see cref="ReadFault.OutOfRange"/>.</summary>
    /// <exception cref="ArgumentException">Not two bytes: the caller's error, never the chip's.</exception>
    public static Measure Decode(ReadOnlySpan<byte> bytes, Bh1750Time time)
    {
        if (bytes.Length != 2) throw new ArgumentException("2 bytes are needed.", nameof(bytes));
        var count = (ushort)(bytes[0] << 8 | bytes[1]);
        return count == ushort.MaxValue
            ? Measure.Failed(Quantity.Illuminance, ReadFault.OutOfRange)
            : Measure.Of(Quantity.Illuminance, Lux(count, time), 2);
    }
}
