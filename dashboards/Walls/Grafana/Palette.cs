using SmartCity.Watch;

namespace Walls.Grafana;

/// <summary>
/// The colours of Okabe and Ito (Color Universal Design, 2008), which stay apart for people with protanopia, deuteranopia and tritanopia. Colour
/// never speaks alone: wherever one of them means something, a word stands beside it.
/// </summary>
internal static class Palette
{
    public const string Orange = "#E69F00";
    public const string SkyBlue = "#56B4E9";
    public const string Green = "#009E73";
    public const string Yellow = "#F0E442";
    public const string Blue = "#0072B2";
    public const string Vermilion = "#D55E00";
    public const string Purple = "#CC79A7";
    public const string Grey = "#8E8E8E";

    /// <summary>Where nothing is wrong.</summary>
    public const string Calm = Green;

    /// <summary>Where nothing is known.</summary>
    public const string Unknown = Grey;

    /// <summary>For series that are only told apart.</summary>
    public static IReadOnlyList<string> Series { get; } = [SkyBlue, Orange, Green, Yellow, Blue, Vermilion, Purple];

    public static string Of(Severity severity) => severity switch
    {
        Severity.Critical => Vermilion,
        Severity.Major => Orange,
        Severity.Minor => Yellow,
        Severity.Warning => SkyBlue,
    };
}
