using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>One pollutant's part of an index: averaged over so many hours, in the index's unit, between which breakpoints.</summary>
/// <param name="Quantity">What is measured.</param>
/// <param name="Hours">Hours in the mean; three quarters of them must hold a value.</param>
/// <param name="PerUnit">The index's unit for one of the catalogue's.</param>
/// <param name="Decimals">Decimals that are kept of a mean; what is past them is cut off, not rounded. Negative: all are kept.</param>
/// <param name="Breakpoints">Rising: from concentration, to concentration, from index, to index.</param>
public sealed record IndexPart(Quantity Quantity, int Hours, double PerUnit, int Decimals, IReadOnlyList<(double Low, double High, double IndexLow, double IndexHigh)> Breakpoints)
{
    private const double End = 500;

    /// <summary>The part's index for a mean in the catalogue's unit; null where another part takes over. Below zero counts as zero, and past the end of the scale
    /// as its end: the worst air must not be silent.</summary>
    public double? IndexOf(double mean)
    {
        var concentration = Math.Max(0, mean) * PerUnit;
        if (Decimals >= 0)
        {
            var scale = Math.Pow(10, Decimals);
            concentration = Math.Floor(concentration * scale + 1e-6) / scale; // 0.07 * 1000 is 70.00000000000001, and 1.15 * 100 is 114.99999999999999
        }
        foreach (var (low, high, indexLow, indexHigh) in Breakpoints)
        {
            if (concentration < low || concentration > high) continue;
            return (indexHigh - indexLow) / (high - low) * (concentration - low) + indexLow;
        }
        return concentration > Breakpoints[^1].High && Breakpoints[^1].IndexHigh == End ? End : null;
    }
}

/// <summary>Air quality indices by their official tables: each part's mean, its index between the breakpoints, and the worst part is the index.</summary>
public static class AirQualityIndex
{
    /// <summary>Most hours in any part's mean.</summary>
    public const int MostHours = 24;

    // At 25 °C and 1013.25 hPa a mole of gas takes 24.45 litres: ppb = µg/m³ × 24.45 / molar mass, mg/m³ = ppm × molar mass / 24.45.
    private const double MolarLitres = 24.45;
    private const double Ozone = 48.00, NitrogenDioxide = 46.01, SulfurDioxide = 64.07, CarbonMonoxide = 28.01;

    /// <summary>
    /// The US index: EPA, Technical Assistance Document for the Reporting of Daily Air Quality, EPA-454/B-24-002 (May 2024), with the breakpoints for
    /// PM2.5 of the rule of 6 May 2024 (89 FR 16202). Means over rolling hours; concentrations are truncated as the document says.
    /// </summary>
    public static IReadOnlyList<IndexPart> Us { get; } =
    [
        new(Quantity.Pm2_5, 24, 1, 1, UsSteps([0, 9.0, 9.1, 35.4, 35.5, 55.4, 55.5, 125.4, 125.5, 225.4, 225.5, 325.4])),
        new(Quantity.Pm10, 24, 1, 0, UsSteps([0, 54, 55, 154, 155, 254, 255, 354, 355, 424, 425, 604])),
        new(Quantity.Ozone, 8, MolarLitres / Ozone / 1000, 3, UsSteps([0, 0.054, 0.055, 0.070, 0.071, 0.085, 0.086, 0.105, 0.106, 0.200])),
        new(Quantity.Ozone, 1, MolarLitres / Ozone / 1000, 3, UsSteps([0.125, 0.164, 0.165, 0.204, 0.205, 0.404, 0.405, 0.604], first: 2)),
        new(Quantity.CarbonMonoxide, 8, 1, 1, UsSteps([0, 4.4, 4.5, 9.4, 9.5, 12.4, 12.5, 15.4, 15.5, 30.4, 30.5, 50.4])),
        new(Quantity.SulfurDioxide, 1, MolarLitres / SulfurDioxide, 0, UsSteps([0, 35, 36, 75, 76, 185])),
        new(Quantity.SulfurDioxide, 24, MolarLitres / SulfurDioxide, 0, UsSteps([186, 304, 305, 604, 605, 1004], first: 3)),
        new(Quantity.NitrogenDioxide, 1, MolarLitres / NitrogenDioxide, 0, UsSteps([0, 53, 54, 100, 101, 360, 361, 649, 650, 1249, 1250, 2049])),
    ];

    /// <summary>China's index as it is reported in real time: HJ 633-2012, tables 1 and 2. Gases by their hour (ozone by 8 hours too), particles by 24 hours.</summary>
    public static IReadOnlyList<IndexPart> Cn { get; } =
    [
        new(Quantity.Pm2_5, 24, 1, -1, CnSteps(0, 35, 75, 115, 150, 250, 350, 500)),
        new(Quantity.Pm10, 24, 1, -1, CnSteps(0, 50, 150, 250, 350, 420, 500, 600)),
        new(Quantity.SulfurDioxide, 1, 1, -1, CnSteps(0, 150, 500, 650, 800)),
        new(Quantity.NitrogenDioxide, 1, 1, -1, CnSteps(0, 100, 200, 700, 1200, 2340, 3090, 3840)),
        new(Quantity.CarbonMonoxide, 1, CarbonMonoxide / MolarLitres, -1, CnSteps(0, 5, 10, 35, 60, 90, 120, 150)),
        new(Quantity.Ozone, 1, 1, -1, CnSteps(0, 160, 200, 300, 400, 800, 1000, 1200)),
        new(Quantity.Ozone, 8, 1, -1, CnSteps(0, 100, 160, 215, 265, 800)),
    ];

    /// <summary>The parts of an index, or null: the quantity is none.</summary>
    public static IReadOnlyList<IndexPart>? Find(Quantity quantity) => quantity == Quantity.UsAqi ? Us : quantity == Quantity.CnAqi ? Cn : null;

    /// <summary>The index of a part as reported: the US rounds, China rounds up.</summary>
    public static double Reported(Quantity index, double part) => index == Quantity.CnAqi ? Math.Ceiling(part - 1e-9) : Math.Round(part, MidpointRounding.AwayFromZero);

    /// <summary>Where each band but the last one ends, that value included: the same in both indices.</summary>
    public static IReadOnlyList<double> BandEnds { get; } = [50, 100, 150, 200, 300];

    /// <summary>The band of an index: 1 the best, 6 the worst.</summary>
    public static int Band(double index) => 1 + BandEnds.Count(end => index > end);

    private static (double, double, double, double)[] UsSteps(double[] bounds, int first = 0)
    {
        (double Low, double High)[] index = [(0, 50), (51, 100), (101, 150), (151, 200), (201, 300), (301, 500)];
        return [.. Enumerable.Range(0, bounds.Length / 2).Select(i => (bounds[2 * i], bounds[2 * i + 1], index[first + i].Low, index[first + i].High))];
    }

    private static (double, double, double, double)[] CnSteps(params double[] bounds)
    {
        double[] index = [0, 50, 100, 150, 200, 300, 400, 500];
        return [.. Enumerable.Range(0, bounds.Length - 1).Select(i => (bounds[i], bounds[i + 1], index[i], index[i + 1]))];
    }
}
