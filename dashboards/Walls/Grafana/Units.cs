using SmartCity.Readings;

namespace Walls.Grafana;

/// <summary>The catalogue's units (UCUM) in Grafana's words and as people write them.</summary>
internal static class Units
{
    /// <summary>As it is written beside a number; empty for contacts.</summary>
    public static string Of(QuantityRow row) => Known(row.Unit).Written;

    /// <summary>Grafana's id.</summary>
    public static string GrafanaId(Quantity quantity) => Known(QuantityCatalogue.Of(quantity).Unit).Id;

    private static (string Id, string Written) Known(string ucum) => ucum switch
    {
        "Cel" => ("celsius", "°C"),
        "%" => ("percent", "%"),
        "hPa" => ("pressurehpa", "hPa"),
        "{vehicles}" => ("short", "vehicles"),
        "mm" => ("lengthmm", "mm"),
        "1" => ("none", ""),
        "ug/m3" => ("conμgm3", "µg/m³"),
        "m/s" => ("velocityms", "m/s"),
        "deg" => ("degree", "°"),
        "W/m2" => ("Wm2", "W/m²"),
        "m" => ("lengthm", "m"),
        "V" => ("volt", "V"),
        "A" => ("amp", "A"),
        "[ppm]" => ("ppm", "ppm"),
        "lx" => ("lux", "lx"),
        "dB[SPL]" => ("dB", "dB"),
        "km/h" => ("velocitykmh", "km/h"),
        "m/h" => ("short", "m/h"),
        "{ticks}" => ("short", "ticks"),
        "m/s2" => ("accMS2", "m/s²"),
        _ => throw new InvalidOperationException($"the catalogue has a unit that no board knows: {ucum}"),
    };
}
