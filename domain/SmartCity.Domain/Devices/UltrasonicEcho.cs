using SmartCity.Readings;

namespace SmartCity.Devices;

/// <summary>The distance that an ultrasonic ranger measures (ELEC Freaks HC-SR04 data sheet): its echo line is high for as long as the sound was on its way.</summary>
public static class UltrasonicEcho
{
    /// <summary>The least distance that it can measure, metres.</summary>
    public const double LeastMetres = 0.02;

    /// <summary>The greatest distance that it can measure, metres.</summary>
    public const double GreatestMetres = 4;

    /// <summary>How long its echo line stays high when nothing came back.</summary>
    public static readonly TimeSpan NoEcho = TimeSpan.FromMilliseconds(38);

    /// <summary>Speed of sound in dry air, m/s: 331.3 m/s at 0 °C, and by the root of the absolute temperature (ideal gas). Moisture adds 0.4 % at most.</summary>
    public static double SoundSpeed(Celsius air) => 331.3 * Math.Sqrt(1 + air.Degrees / 273.15);

    /// <summary>
    /// The distance in metres of an echo, or why there is none: longer than the chip waits is <see cref="ReadFault.NoAnswer"/> (nothing there),
    /// what it cannot measure is <see cref="ReadFault.OutOfRange"/>, and so is a temperature beyond -60 to 85 °C.
    /// </summary>
    /// <param name="echo">How long the echo line was high.</param>
    /// <param name="air">The temperature of the air on the way; 10 °C wrong are 1.8 % of the distance.</param>
    public static (double Metres, ReadFault? Fault) Distance(TimeSpan echo, Celsius air)
    {
        if (echo >= NoEcho) return (0, ReadFault.NoAnswer);
        if (!(air.Degrees is >= -60 and <= 85)) return (0, ReadFault.OutOfRange);
        var metres = echo.TotalSeconds * SoundSpeed(air) / 2;
        return metres is >= LeastMetres and <= GreatestMetres ? (metres, null) : (0, ReadFault.OutOfRange);
    }
}
