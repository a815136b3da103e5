using System.Buffers.Binary;
using SmartCity.Readings;

namespace SmartCity.Devices;

/// <summary>Commands of the SGP40 (datasheet version 1.2, table 8) and the SGP41 (version 1.0, table 9), 16 bits each, named as there.</summary>
public enum Sgp4xCommand : ushort
{
    /// <summary>SGP40: takes humidity and temperature, gives one word 30 ms later.</summary>
    MeasureRawSignal = 0x260F,

    /// <summary>SGP41, for at most 10 s after power on: as below, with one word.</summary>
    ExecuteConditioning = 0x2612,

    /// <summary>SGP41: takes humidity and temperature, gives two words 50 ms later.</summary>
    MeasureRawSignals = 0x2619,

    /// <summary>Three words.</summary>
    GetSerialNumber = 0x3682,
}

/// <summary>
/// The Sensirion SGP40 and SGP41: their raw signals, ticks that fall with the logarithm of what is in the air. They say that something changed,
/// not how much there is of what: the index that their maker makes of them has no description but its code, and is not computed here. Never throws on what a chip says.
/// </summary>
public static class Sgp4x
{
    /// <summary>Their only I2C address.</summary>
    public const byte Address = 0x59;

    /// <summary>How long a measurement takes: SGP40, SGP41.</summary>
    public static readonly TimeSpan Sgp40Time = TimeSpan.FromMilliseconds(30), Sgp41Time = TimeSpan.FromMilliseconds(50);

    /// <summary>How long an SGP41 is conditioned after power on; 10 s would harm it.</summary>
    public static readonly TimeSpan Conditioning = TimeSpan.FromSeconds(9);

    /// <summary>Length of a command that measures: its word, humidity and temperature with their check sums.</summary>
    public const int RequestLength = 2 + 2 * SensirionWords.WordLength;

    /// <summary>Writes a command that measures, without compensation: 50 % and 25 °C, as the datasheets say for a chip that has no hygrometer beside it.</summary>
    public static void Request(Sgp4xCommand command, Span<byte> into)
    {
        BinaryPrimitives.WriteUInt16BigEndian(into, (ushort)command);
        SensirionWords.Write(0x8000, into[2..]);
        SensirionWords.Write(0x6666, into[(2 + SensirionWords.WordLength)..]);
    }

    /// <summary>The signals of an answer, each a measure of its quantity, or why there are none.</summary>
    public static Measure[] Decode(ReadOnlySpan<byte> answer, IReadOnlyList<Quantity> quantities)
    {
        Span<ushort> words = stackalloc ushort[quantities.Count];
        var fault = SensirionWords.Read(answer, words);
        var measures = new Measure[quantities.Count];
        for (var i = 0; i < measures.Length; i++) measures[i] = fault is { } why ? Measure.Failed(quantities[i], why) : Measure.Of(quantities[i], words[i]);
        return measures;
    }
}
