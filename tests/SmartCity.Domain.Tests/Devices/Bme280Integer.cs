using SmartCity.Devices;

namespace SmartCity.Domain.Tests.Devices;

/// <summary>The integer formulae of BST-BME280-DS001, section 4.2.3: a second opinion on the double ones. Wrap is meant, as in C.</summary>
internal static class Bme280Integer
{
    public static int Fine(int adc, Bme280Trim trim)
    {
        unchecked
        {
            var first = ((adc >> 3) - (trim.T1 << 1)) * trim.T2 >> 11;
            var off = (adc >> 4) - trim.T1;
            return first + ((off * off >> 12) * trim.T3 >> 14);
        }
    }

    /// <summary>Hundredths of a degree.</summary>
    public static int Centidegrees(int fine) => fine * 5 + 128 >> 8;

    /// <summary>Pascals times 256.</summary>
    public static long Pressure256(int adc, Bme280Trim trim, int fine)
    {
        unchecked
        {
            var warm = (long)fine - 128000;
            var offset = warm * warm * trim.P6 + (warm * trim.P5 << 17) + ((long)trim.P4 << 35);
            var scale = (warm * warm * trim.P3 >> 8) + (warm * trim.P2 << 12);
            scale = ((1L << 47) + scale) * trim.P1 >> 33;
            if (scale == 0) return 0;
            var pressure = ((1048576L - adc << 31) - offset) * 3125 / scale;
            var square = trim.P9 * (pressure >> 13) * (pressure >> 13) >> 25;
            var linear = trim.P8 * pressure >> 19;
            return (pressure + square + linear >> 8) + ((long)trim.P7 << 4);
        }
    }

    /// <summary>Percent times 1024.</summary>
    public static int Humidity1024(int adc, Bme280Trim trim, int fine)
    {
        unchecked
        {
            var warm = fine - 76800;
            var zero = (adc << 14) - (trim.H4 << 20) - trim.H5 * warm + 16384 >> 15;
            var gain = ((warm * trim.H6 >> 10) * ((warm * trim.H3 >> 11) + 32768) >> 10) + 2097152;
            var humidity = zero * (gain * trim.H2 + 8192 >> 14);
            humidity -= ((humidity >> 15) * (humidity >> 15) >> 7) * trim.H1 >> 4;
            return Math.Clamp(humidity, 0, 419430400) >> 12;
        }
    }
}
