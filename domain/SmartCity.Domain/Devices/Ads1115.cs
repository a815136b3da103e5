using SmartCity.Readings;

namespace SmartCity.Devices;

/// <summary>Registers of the ADS1115 (TI SBAS444, "Register Map"): 16 bits each, most significant byte first.</summary>
public enum Ads1115Register : byte
{
    Conversion = 0,
    Configuration = 1,
}

/// <summary>Gain of the ADS1115's amplifier by the full scale that it makes (SBAS444, "Config Register", PGA[2:0]); the number is the register's code.</summary>
public enum Ads1115Gain : byte
{
    Volts6_144 = 0,
    Volts4_096 = 1,
    Volts2_048 = 2,
    Volts1_024 = 3,
    Volts0_512 = 4,
    Volts0_256 = 5,
}

/// <summary>
/// The TI ADS1115: an analogue-to-digital converter of 16 bits with four inputs (SBAS444). It has no id and no check sum.
/// Never throws on what a chip says.
/// </summary>
public static class Ads1115
{
    /// <summary>Inputs that are measured against ground: AIN0 to AIN3.</summary>
    public const int Inputs = 4;

    /// <summary>Configuration after power on (SBAS444, "Config Register").</summary>
    public const ushort PowerOnConfiguration = 0x8583;

    /// <summary>Bit 15, written: begin one conversion. Read: none is running.</summary>
    public const ushort Idle = 0x8000;

    /// <summary>One conversion at 128 a second takes 7.8 ms, and a tenth more at most: the chip's oscillator is that good.</summary>
    public static readonly TimeSpan LongestConversion = TimeSpan.FromMilliseconds(1000.0 / 128 * 1.1);

    /// <summary>What one conversion at 128 a second takes typically.</summary>
    public static readonly TimeSpan TypicalConversion = TimeSpan.FromMilliseconds(1000.0 / 128);

    /// <summary>The configuration that begins one conversion of an input against ground, at 128 a second, with the comparator off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such input.</exception>
    public static ushort SingleShot(int input, Ads1115Gain gain)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(input);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(input, Inputs);
        return (ushort)(Idle | 0b100 + input << 12 | (int)gain << 9 | 1 << 8 | 0b100 << 5 | 0b00011);
    }

    /// <summary>The voltage that is full scale: the gain table of "Config Register". Codes above 5 mean the last of them.</summary>
    public static double FullScaleVolts(Ads1115Gain gain) => (int)gain switch { 0 => 6.144, 1 => 4.096, 2 => 2.048, 3 => 1.024, 4 => 0.512, _ => 0.256 };

    /// <summary>Volts of the conversion register: two's complement, full scale over 2^15 a step ("Data Format").</summary>
    public static double Volts(ushort register, Ads1115Gain gain) => unchecked((short)register) * FullScaleVolts(gain) / 32_768;

    /// <summary>
    /// The voltage of a conversion, or why there is none: it still runs or another one was made (<see cref="ReadFault.NotReady"/>), or
    /// the converter stands at one of its stops (<see cref="ReadFault.OutOfRange"/>), where any greater voltage would look the same.
    /// </summary>
    /// <param name="configuration">The configuration register, read after the conversion.</param>
    /// <param name="conversion">The conversion register.</param>
    /// <param name="asked">What was written to begin the conversion.</param>
    /// <param name="gain">The gain that was asked for.</param>
    public static (double Volts, ReadFault? Fault) Decode(ushort configuration, ushort conversion, ushort asked, Ads1115Gain gain)
    {
        if (configuration != (asked | Idle)) return (0, ReadFault.NotReady);
        return conversion is 0x7FFF or 0x8000 ? (0, ReadFault.OutOfRange) : (Volts(conversion, gain), null);
    }
}
