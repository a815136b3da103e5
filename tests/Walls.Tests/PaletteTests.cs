using System.Globalization;
using SmartCity.Watch;
using Walls.Boards;
using Walls.Grafana;

namespace Walls.Tests;

/// <summary>Colours that mean different things stay apart for everyone. Simulated as in Viénot, Brettel and Mollon 1999, distance as CIE 1976 in L*a*b*.</summary>
public sealed class PaletteTests
{
    // Linear RGB as a dichromat sees it.
    private static readonly double[][] Normal = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
    private static readonly double[][] Protan = [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]];
    private static readonly double[][] Deutan = [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]];

    [Fact]
    public void Severities_and_calm_are_told_apart_by_the_colour_blind()
    {
        string[] colours = [Palette.Calm, .. Enum.GetValues<Severity>().Select(Palette.Of)];
        foreach (var eye in (double[][][])[Normal, Protan, Deutan])
        {
            for (var i = 0; i < colours.Length; i++)
            {
                for (var j = 0; j < i; j++)
                {
                    // A just noticeable difference is about 2.3; six of them are seen at a glance.
                    Assert.True(Distance(Lab(colours[i], eye), Lab(colours[j], eye)) > 15, $"{colours[i]} and {colours[j]}: {Distance(Lab(colours[i], eye), Lab(colours[j], eye))}");
                }
            }
        }
    }

    [Theory]
    [InlineData("PM2.5", 5, "good")]
    [InlineData("PM2.5", 5.1, "fair")]
    [InlineData("PM10", 120, "moderate")]
    [InlineData("PM10", 120.1, "poor")]
    [InlineData("NO2", 150.1, "extremely poor")]
    [InlineData("O3", 180, "very poor")]
    [InlineData("SO2", 0, "good")]
    public void The_air_index_names_its_bands_by_their_own_ends(string pollutant, double value, string band)
    {
        var quantity = pollutant switch
        {
            "PM2.5" => SmartCity.Readings.Quantity.Pm2_5,
            "PM10" => SmartCity.Readings.Quantity.Pm10,
            "NO2" => SmartCity.Readings.Quantity.NitrogenDioxide,
            "O3" => SmartCity.Readings.Quantity.Ozone,
            _ => SmartCity.Readings.Quantity.SulfurDioxide,
        };
        var first = AirIndex.Words(quantity).Select(w => w["options"]!).First(o => ((double?)o["from"] ?? double.MinValue) <= value && value <= ((double?)o["to"] ?? double.MaxValue));
        Assert.Equal(band, (string)first["result"]!["text"]!);
    }

    private static double Distance((double L, double A, double B) one, (double L, double A, double B) other) =>
        Math.Sqrt(Math.Pow(one.L - other.L, 2) + Math.Pow(one.A - other.A, 2) + Math.Pow(one.B - other.B, 2));

    private static (double, double, double) Lab(string hex, double[][] eye)
    {
        var rgb = Enumerable.Range(0, 3).Select(i => Linear(int.Parse(hex.AsSpan(1 + (2 * i), 2), NumberStyles.HexNumber) / 255.0)).ToArray();
        var seen = eye.Select(row => Math.Clamp((row[0] * rgb[0]) + (row[1] * rgb[1]) + (row[2] * rgb[2]), 0, 1)).ToArray();
        var x = F(((0.4124 * seen[0]) + (0.3576 * seen[1]) + (0.1805 * seen[2])) / 0.9505);
        var y = F((0.2126 * seen[0]) + (0.7152 * seen[1]) + (0.0722 * seen[2]));
        var z = F(((0.0193 * seen[0]) + (0.1192 * seen[1]) + (0.9505 * seen[2])) / 1.089);
        return ((116 * y) - 16, 500 * (x - y), 200 * (y - z));
    }

    private static double Linear(double c) => c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);

    private static double F(double t) => t > 0.008856 ? Math.Cbrt(t) : (7.787 * t) + (16.0 / 116);
}
