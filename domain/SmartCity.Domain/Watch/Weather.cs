namespace SmartCity.Watch;

/// <summary>Formulas of the weather services.</summary>
public static class Weather
{
    /// <summary>Dew point in °C over water, by the Magnus formula with the constants of WMO-No. 8, annex 4.B: e = 6.112 exp(17.62 t / (243.12 + t)).</summary>
    /// <param name="celsius">Air temperature in °C, −45 to 60.</param>
    /// <param name="humidity">Relative humidity in %, above 0.</param>
    /// <returns>Not a number when there is no humidity: dry air has no dew point.</returns>
    public static double DewPoint(double celsius, double humidity)
    {
        if (humidity <= 0) return double.NaN;
        var gamma = Math.Log(humidity / 100) + 17.62 * celsius / (243.12 + celsius);
        return 243.12 * gamma / (17.62 - gamma);
    }

    /// <summary>
    /// Heat index of the US National Weather Service in °C: the regression of L. P. Rothfusz (SR 90-23, 1990) with the adjustments of
    /// the Weather Prediction Center; below 80 °F the average of the simple formula (Steadman) and the air temperature.
    /// </summary>
    /// <param name="celsius">Air temperature in °C.</param>
    /// <param name="humidity">Relative humidity in %.</param>
    public static double HeatIndex(double celsius, double humidity)
    {
        var t = celsius * 9 / 5 + 32;
        var simple = 0.5 * (t + 61.0 + (t - 68.0) * 1.2 + humidity * 0.094);
        var index = (simple + t) / 2 < 80 ? (simple + t) / 2 : Rothfusz(t, humidity);
        return (index - 32) * 5 / 9;
    }

    /// <summary>Pressure at mean sea level in hPa, from the station's, by the barometric formula with 6.5 K/km:
    /// p (1 − 0.0065 h / (t + 0.0065 h + 273.15))^−5.257.</summary>
    /// <param name="hectopascals">Pressure at the station.</param>
    /// <param name="celsius">Air temperature at the station in °C.</param>
    /// <param name="metres">Height of the station above sea level, −500 to 5000.</param>
    /// <returns>Not a number for another height.</returns>
    public static double SeaLevelPressure(double hectopascals, double celsius, double metres) =>
        metres is >= -500 and <= 5000 ? hectopascals * Math.Pow(1 - 0.0065 * metres / (celsius + 0.0065 * metres + 273.15), -5.257) : double.NaN;

    // Degrees Fahrenheit.
    private static double Rothfusz(double t, double r)
    {
        var index = -42.379 + 2.04901523 * t + 10.14333127 * r - 0.22475541 * t * r - 0.00683783 * t * t - 0.05481717 * r * r
            + 0.00122874 * t * t * r + 0.00085282 * t * r * r - 0.00000199 * t * t * r * r;
        if (r < 13 && t is >= 80 and <= 112) index -= (13 - r) / 4 * Math.Sqrt((17 - Math.Abs(t - 95)) / 17);
        if (r > 85 && t is >= 80 and <= 87) index += (r - 85) / 10 * ((87 - t) / 5);
        return index;
    }
}
