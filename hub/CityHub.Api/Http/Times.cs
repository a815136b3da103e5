using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using SmartCity.Readings;

namespace CityHub.Api.Http;

/// <summary>Instants and durations as people and programs write them in a request.</summary>
internal static partial class Times
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3660);

    private static readonly string[] Layouts =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd"];

    /// <summary>ISO 8601; without an offset it is UTC. Null: not an instant that we can keep.</summary>
    public static Instant? Instant(string text) =>
        DateTimeOffset.TryParseExact(text, Layouts, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? SmartCity.Readings.Instant.From(at) : null;

    /// <summary>ISO 8601 (<c>PT5M</c>) or a whole number with s, m, h or d (<c>5m</c>). Null: neither, or not positive, or over 10 years.</summary>
    public static TimeSpan? Duration(string text)
    {
        TimeSpan span;
        var match = ShortForm().Match(text);
        if (match.Success)
        {
            var seconds = long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * match.Groups[2].Value switch { "s" => 1, "m" => 60, "h" => 3_600, _ => 86_400 };
            span = seconds <= Longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
        }
        else if (IsoForm().IsMatch(text))
        {
            span = XmlConvert.ToTimeSpan(text);
        }
        else
        {
            return null;
        }
        return span > TimeSpan.Zero && span <= Longest ? span : null;
    }

    /// <summary>As in <c>22:00</c>.</summary>
    public static TimeOnly? TimeOfDay(string text) => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    public static string Text(TimeOnly time) => time.ToString("HH:mm", CultureInfo.InvariantCulture);

    public static string Text(TimeSpan span) => XmlConvert.ToString(span);

    [GeneratedRegex(@"^(\d{1,8})([smhd])$", RegexOptions.CultureInvariant)]
    private static partial Regex ShortForm();

    // Years and months have no fixed length and are left out.
    [GeneratedRegex(@"^P(?=.)(\d{1,4}D)?(T(?=.)(\d{1,5}H)?(\d{1,7}M)?(\d{1,8}(\.\d{1,3})?S)?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex IsoForm();
}
