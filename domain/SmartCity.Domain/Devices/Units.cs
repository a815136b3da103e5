namespace SmartCity.Devices;

/// <summary>A temperature in degrees Celsius.</summary>
public readonly record struct Celsius(double Degrees);

/// <summary>A pressure in hectopascals (1 hPa = 100 Pa = 1 mbar).</summary>
public readonly record struct Hectopascals(double Value)
{
    public static Hectopascals FromPascals(double pascals) => new(pascals / 100);

    public double Pascals => Value * 100;
}

/// <summary>A relative humidity in percent, 0 to 100.</summary>
public readonly record struct PercentHumidity(double Value);
