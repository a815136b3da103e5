using SmartCity.Readings;

namespace SmartCity.Devices;

/// <summary>
/// The temperature in the chip's own fine scale (1/5120 °C), which pressure and humidity are compensated with.
/// Only <see cref="Bme280.Temperature"/> makes one: the order of compensation is a type, not a habit.
/// </summary>
public readonly record struct FineTemperature
{
    internal FineTemperature(double value) => Value = value;

    /// <summary>The datasheet's t_fine; not rounded to a whole number, as in its worked example (rounding costs 0.01 Pa).</summary>
    public double Value { get; }
}

/// <summary>What the chip's three converters gave: 20, 20 and 16 bits.</summary>
public readonly record struct Bme280Raw(int Pressure, int Temperature, int Humidity)
{
    /// <summary>What pressure and temperature read when they were not measured (section 5.4.7).</summary>
    public const int Skipped20 = 0x80000;

    /// <summary>What humidity reads when it was not measured (section 5.4.9).</summary>
    public const int Skipped16 = 0x8000;

    /// <summary>Decodes registers 0xF7 to 0xFE (sections 5.4.7 to 5.4.9).</summary>
    /// <exception cref="ArgumentException">Fewer than 8 bytes: the caller's error, never the chip's.</exception>
    public static Bme280Raw Decode(ReadOnlySpan<byte> data)
    {
        if (data.Length < Bme280Settings.DataLength) throw new ArgumentException("8 bytes of data are needed.", nameof(data));
        return new(data[0] << 12 | data[1] << 4 | data[2] >> 4, data[3] << 12 | data[4] << 4 | data[5] >> 4, data[6] << 8 | data[7]);
    }

    /// <summary>Writes the values as the data registers hold them: what <see cref="Decode"/> reads.</summary>
    public void Encode(Span<byte> data)
    {
        data[0] = (byte)(Pressure >> 12);
        data[1] = (byte)(Pressure >> 4 & 0xFF);
        data[2] = (byte)((Pressure & 0xF) << 4);
        data[3] = (byte)(Temperature >> 12);
        data[4] = (byte)(Temperature >> 4 & 0xFF);
        data[5] = (byte)((Temperature & 0xF) << 4);
        data[6] = (byte)(Humidity >> 8);
        data[7] = (byte)(Humidity & 0xFF);
    }
}

/// <summary>
/// The Bosch BME280: compensation of raw values by the double formulae of its datasheet (BST-BME280-DS001, appendix A, section 8.1),
/// and what of the results can be true (section 1, tables 1 to 4). Never throws on what a chip says.
/// </summary>
public static class Bme280
{
    /// <summary>
    /// What it can tell apart (section 1, tables 2 to 4): 0.01 °C, 0.008 % and 0.18 Pa, the latter under a noise of 1.3 Pa without its filter,
    /// which we leave off. So two decimals of °C, % and hPa are all that a value says.
    /// </summary>
    public const int Decimals = 2;

    /// <summary>The quantities of one sample, in the order of <see cref="Decode"/>.</summary>
    public static IReadOnlyList<Quantity> Quantities { get; } = [Quantity.AirTemperature, Quantity.AirPressure, Quantity.RelativeHumidity];

    /// <summary>Whether the answer of register 0xD0 is a BME280's; a BMP280 (0x58) measures no humidity, a BME680 (0x61) by other registers.</summary>
    public static ReadFault? ChipFault(byte chipId) => chipId == Bme280Settings.ChipId ? null : ReadFault.WrongChip;

    /// <summary>Temperature from its 20 raw bits, and what the other two need of it.</summary>
    public static (Celsius Temperature, FineTemperature Fine) Temperature(int adc, Bme280Trim trim)
    {
        var first = (adc / 16384.0 - trim.T1 / 1024.0) * trim.T2;
        var second = adc / 131072.0 - trim.T1 / 8192.0;
        second = second * second * trim.T3;
        return (new((first + second) / 5120.0), new(first + second));
    }

    /// <summary>Pressure from its 20 raw bits; zero when the trims would divide by zero, as the datasheet has it.</summary>
    public static Hectopascals Pressure(int adc, Bme280Trim trim, FineTemperature fine)
    {
        var half = fine.Value / 2.0 - 64000.0;
        var offset = half * half * trim.P6 / 32768.0;
        offset += half * trim.P5 * 2.0;
        offset = offset / 4.0 + trim.P4 * 65536.0;
        var scale = (trim.P3 * half * half / 524288.0 + trim.P2 * half) / 524288.0;
        scale = (1.0 + scale / 32768.0) * trim.P1;
        if (scale == 0) return new(0);
        var pascals = (1048576.0 - adc - offset / 4096.0) * 6250.0 / scale;
        var square = trim.P9 * pascals * pascals / 2147483648.0;
        var linear = pascals * trim.P8 / 32768.0;
        return Hectopascals.FromPascals(pascals + (square + linear + trim.P7) / 16.0);
    }

    /// <summary>Relative humidity from its 16 raw bits, limited to 0 and 100 % as the datasheet has it.</summary>
    public static PercentHumidity Humidity(int adc, Bme280Trim trim, FineTemperature fine)
    {
        var warm = fine.Value - 76800.0;
        var zero = trim.H4 * 64.0 + trim.H5 / 16384.0 * warm;
        var gain = trim.H2 / 65536.0 * (1.0 + trim.H6 / 67108864.0 * warm * (1.0 + trim.H3 / 67108864.0 * warm));
        var humidity = (adc - zero) * gain;
        humidity *= 1.0 - trim.H1 * humidity / 524288.0;
        return new(Math.Clamp(humidity, 0.0, 100.0));
    }

    /// <summary>
    /// One sample: temperature, pressure, humidity. What was skipped is <see cref="ReadFault.NotReady"/>; what the chip is not made
    /// to measure (-40 to 85 °C, 300 to 1100 hPa) is <see cref="ReadFault.OutOfRange"/>, and then what hangs on it is too.
    /// </summary>
    public static (Measure Temperature, Measure Pressure, Measure Humidity) Decode(Bme280Raw raw, Bme280Trim trim)
    {
        if (raw.Temperature == Bme280Raw.Skipped20) return AllFailed(ReadFault.NotReady);
        var (temperature, fine) = Temperature(raw.Temperature, trim);
        if (!(temperature.Degrees is >= -40 and <= 85)) return AllFailed(ReadFault.OutOfRange);
        return (Measure.Of(Quantity.AirTemperature, temperature.Degrees, Decimals), DecodePressure(raw.Pressure, trim, fine), DecodeHumidity(raw.Humidity, trim, fine));
    }

    /// <summary>The sample of a chip that gave nothing.</summary>
    public static (Measure Temperature, Measure Pressure, Measure Humidity) AllFailed(ReadFault fault) =>
        (Measure.Failed(Quantity.AirTemperature, fault), Measure.Failed(Quantity.AirPressure, fault), Measure.Failed(Quantity.RelativeHumidity, fault));

    private static Measure DecodePressure(int adc, Bme280Trim trim, FineTemperature fine)
    {
        if (adc == Bme280Raw.Skipped20) return Measure.Failed(Quantity.AirPressure, ReadFault.NotReady);
        var pressure = Pressure(adc, trim, fine);
        return pressure.Value is >= 300 and <= 1100
            ? Measure.Of(Quantity.AirPressure, pressure.Value, Decimals)
            : Measure.Failed(Quantity.AirPressure, ReadFault.OutOfRange);
    }

    private static Measure DecodeHumidity(int adc, Bme280Trim trim, FineTemperature fine) =>
        adc == Bme280Raw.Skipped16
            ? Measure.Failed(Quantity.RelativeHumidity, ReadFault.NotReady)
            : Measure.Of(Quantity.RelativeHumidity, Humidity(adc, trim, fine).Value, Decimals);
}
