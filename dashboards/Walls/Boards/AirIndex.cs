using System.Text.Json.Nodes;
using SmartCity.Readings;
using SmartCity.Watch;
using Walls.Grafana;

namespace Walls.Boards;

/// <summary>
/// The European Air Quality Index of the European Environment Agency: six bands with the agency's own names and colours, per pollutant in µg/m³ of
/// the hour, as revised after the World Health Organization's guidelines of 2021 (airindex.eea.europa.eu; names, colours and bands compared with a second reader of it). The index of a place is the worst band of its pollutants.
/// </summary>
internal static class AirIndex
{
    /// <summary>The agency's names and colours, best first. The colours are its own and not made for the colour-blind: the names always stand beside them.</summary>
    public static IReadOnlyList<(string Name, string Colour)> Bands { get; } =
    [
        ("good", "#50F0E6"), ("fair", "#50CCAA"), ("moderate", "#F0E641"), ("poor", "#FF5050"), ("very poor", "#960032"), ("extremely poor", "#7D2181"),
    ];

    /// <summary>Where each band but the last one ends, that value included.</summary>
    public static IReadOnlyDictionary<Quantity, double[]> Ends { get; } = new Dictionary<Quantity, double[]>
    {
        [Quantity.Pm2_5] = [5, 15, 50, 90, 140],
        [Quantity.Pm10] = [15, 45, 120, 195, 270],
        [Quantity.NitrogenDioxide] = [10, 25, 60, 100, 150],
        [Quantity.Ozone] = [60, 100, 120, 160, 180],
        [Quantity.SulfurDioxide] = [20, 40, 125, 190, 275],
    };

    /// <summary>A word and a colour for each value of a pollutant.</summary>
    public static IReadOnlyList<JsonObject> Words(Quantity pollutant)
    {
        var ends = Ends[pollutant];
        // Grafana takes the first range that fits: at a common end, the better band, which includes its end.
        return [.. Bands.Select((band, i) => Meaning.Range(i == 0 ? null : ends[i - 1], i < ends.Length ? ends[i] : null, band.Name, band.Colour))];
    }

    public static IReadOnlyList<(double?, string)> Steps(Quantity pollutant) =>
        [.. Bands.Select((band, i) => (i == 0 ? (double?)null : Ends[pollutant][i - 1], band.Colour))];

    /// <summary>The bands of the index of the US Environmental Protection Agency, with its names and colours (EPA-454/B-24-002 of May 2024, tables 1 and 2).</summary>
    public static IReadOnlyList<(string Name, string Colour)> Us { get; } =
    [
        ("good", "#00E400"), ("moderate", "#FFFF00"), ("unhealthy for sensitive groups", "#FF7E00"), ("unhealthy", "#FF0000"), ("very unhealthy", "#8F3F97"), ("hazardous", "#7E0023"),
    ];

    /// <summary>The bands of China's index, with its colours (HJ 633-2012, annex A; the bands, table 2; the six colours as dev.qweather.com shows them for cn-mee) and its names in English.</summary>
    public static IReadOnlyList<(string Name, string Colour)> Cn { get; } =
    [
        ("excellent", "#00E400"), ("good", "#FFFF00"), ("lightly polluted", "#FF7E00"), ("moderately polluted", "#FF0000"), ("heavily polluted", "#99004C"), ("severely polluted", "#7E0023"),
    ];

    /// <summary>A word for each value of an index of 0 to 500: the colours, which are the authorities' and not made for the colour-blind, never stand alone.</summary>
    public static IReadOnlyList<JsonObject> IndexWords(IReadOnlyList<(string Name, string Colour)> bands, bool ranges = true)
    {
        var ends = AirQualityIndex.BandEnds;
        return [.. bands.Select((band, i) => Meaning.Range(i == 0 ? null : ends[i - 1] + 1, i < ends.Count ? ends[i] : null, ranges ? $"{band.Name} ({(i == 0 ? 0 : ends[i - 1] + 1)} to {(i < ends.Count ? ends[i] : 500)})" : band.Name, band.Colour))];
    }

    public static IReadOnlyList<(double?, string)> IndexSteps(IReadOnlyList<(string Name, string Colour)> bands) =>
        [.. bands.Select((band, i) => (i == 0 ? (double?)null : AirQualityIndex.BandEnds[i - 1] + 1, band.Colour))];
}
