using SmartCity.Readings;

namespace SmartCity.Devices;

/// <summary>Commands of the SCD4x (datasheet version 1.3, section 3.4, table 9), 16 bits each, named as there.</summary>
public enum Scd41Command : ushort
{
    /// <summary>Only while idle: a measurement each 5 s from here on.</summary>
    StartPeriodicMeasurement = 0x21B1,

    /// <summary>Three words, and the buffer is empty; not acknowledged when it was empty already.</summary>
    ReadMeasurement = 0xEC05,

    /// <summary>Back to idle, which takes 500 ms.</summary>
    StopPeriodicMeasurement = 0x3F86,

    /// <summary>Takes one word: whole hectopascals.</summary>
    SetAmbientPressure = 0xE000,

    /// <summary>One word, whose lower 11 bits are zero while there is no new measurement.</summary>
    GetDataReadyStatus = 0xE4B8,

    /// <summary>Only while idle: three words.</summary>
    GetSerialNumber = 0x3682,
}

/// <summary>
/// The Sensirion SCD41: carbon dioxide, temperature and humidity of its periodic measurement (SCD4x datasheet version 1.3, section 3.5.2).
/// Never throws on what a chip says.
/// </summary>
public static class Scd41
{
    /// <summary>Its only I2C address (section 3.1).</summary>
    public const byte Address = 0x62;

    /// <summary>Length of a measurement on the wire: three words with their CRC.</summary>
    public const int MeasurementLength = 3 * SensirionWords.WordLength;

    /// <summary>A measurement comes this often (section 3.5.1).</summary>
    public static readonly TimeSpan MeasuringInterval = TimeSpan.FromSeconds(5);

    /// <summary>How long a stop takes (table 9).</summary>
    public static readonly TimeSpan StopTime = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a command takes whose answer can be read then (table 9).</summary>
    public static readonly TimeSpan CommandTime = TimeSpan.FromMilliseconds(1);

    /// <summary>The least ambient pressure that the chip accepts (section 3.6.5).</summary>
    public static readonly Hectopascals LeastPressure = new(700);

    /// <summary>The greatest ambient pressure that the chip accepts (section 3.6.5).</summary>
    public static readonly Hectopascals GreatestPressure = new(1200);

    /// <summary>The quantities of one sample, in the order of <see cref="Decode"/>.</summary>
    public static IReadOnlyList<Quantity> Quantities { get; } = [Quantity.CarbonDioxide, Quantity.AirTemperature, Quantity.RelativeHumidity];

    /// <summary>Temperature from its word (section 3.5.2).</summary>
    public static Celsius Temperature(ushort word) => new(-45 + 175.0 * word / 65535);

    /// <summary>Relative humidity from its word (section 3.5.2).</summary>
    public static PercentHumidity Humidity(ushort word) => new(100.0 * word / 65535);

    /// <summary>Whether the word of get_data_ready_status says that a measurement waits (section 3.8.2): its lower 11 bits are not all zero.</summary>
    public static bool IsReady(ushort status) => (status & 0x07FF) != 0;

    /// <summary>Word for set_ambient_pressure (section 3.6.5): whole hPa, so that 101,325 Pa is 1013.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 700 to 1200 hPa, which the chip accepts.</exception>
    public static ushort AmbientPressureWord(Hectopascals pressure)
    {
        if (!(pressure.Value >= LeastPressure.Value && pressure.Value <= GreatestPressure.Value)) throw new ArgumentOutOfRangeException(nameof(pressure), pressure.Value, "The SCD41 takes 700 to 1200 hPa.");
        return (ushort)Math.Round(pressure.Value);
    }

    /// <summary>
    /// One sample from the nine bytes of read_measurement. A word that fails its check makes all three <see cref="ReadFault.BadChecksum"/>.
    /// No carbon dioxide at all means that it was not measured: <see cref="ReadFault.NotReady"/>. Beyond 40,000 ppm, or where the chip does
    /// not work (-10 to 60 °C, section 1.2), is <see cref="ReadFault.OutOfRange"/>.
    /// </summary>
    /// <exception cref="ArgumentException">Not nine bytes: the caller's error, never the chip's.</exception>
    public static (Measure CarbonDioxide, Measure Temperature, Measure Humidity) Decode(ReadOnlySpan<byte> bytes)
    {
        Span<ushort> words = stackalloc ushort[3];
        if (SensirionWords.Read(bytes, words) is { } fault) return AllFailed(fault);
        var temperature = Temperature(words[1]).Degrees;
        if (temperature is < -10 or > 60) return AllFailed(ReadFault.OutOfRange);
        var carbonDioxide = words[0] switch
        {
            0 => Measure.Failed(Quantity.CarbonDioxide, ReadFault.NotReady),
            > 40_000 => Measure.Failed(Quantity.CarbonDioxide, ReadFault.OutOfRange),
            var ppm => Measure.Of(Quantity.CarbonDioxide, ppm),
        };
        return (carbonDioxide, Measure.Of(Quantity.AirTemperature, temperature, 2), Measure.Of(Quantity.RelativeHumidity, Humidity(words[2]).Value, 2));
    }

    /// <summary>The sample of a chip that gave nothing.</summary>
    public static (Measure CarbonDioxide, Measure Temperature, Measure Humidity) AllFailed(ReadFault fault) =>
        (Measure.Failed(Quantity.CarbonDioxide, fault), Measure.Failed(Quantity.AirTemperature, fault), Measure.Failed(Quantity.RelativeHumidity, fault));
}
