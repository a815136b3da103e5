using System.Globalization;
using System.Text.RegularExpressions;
using SmartCity.Readings;
using SmartCity.Timeline;
using Walls.Grafana;

namespace Walls.Tests;

/// <summary>What Grafana makes of a query before it sends it.</summary>
internal static class Grafanas
{
    /// <summary>What a variable's choice becomes in a query: all districts and nodes by their own word for it, one sensor with its signs escaped for a regular expression.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["district"] = ".*", ["node"] = ".*", ["sensor"] = Regex.Replace(SampleCity.All[0].Sensor.Value, @"[\\^$*+?.()|\[\]{}/]", @"\$0"),
        ["quantity"] = TimelineSchema.Measurement(Quantity.AirTemperature),
    };

    /// <summary>What Grafana's proxy would send.</summary>
    public static string Filled(Committed.Query query, Store store, IReadOnlyDictionary<string, string> chosen, Instant now)
    {
        var (start, end) = Bounds(query, store, now);
        var (span, from, to) = (now - start, start.UnixMilliseconds, end.UnixMilliseconds);
        var least = Span(query.Step ?? store.Step);
        // Grafana asks for a point every two pixels of a wide panel, never below the least step.
        var interval = TimeSpan.FromSeconds(Math.Max(Math.Ceiling(span.TotalSeconds / 1000), Math.Max(least.TotalSeconds, Span(store.Step).TotalSeconds)));
        var text = query.Text
            .Replace("$timeFilter", string.Create(CultureInfo.InvariantCulture, $"time >= {from}ms AND time <= {to}ms"), StringComparison.Ordinal)
            .Replace("$__interval", string.Create(CultureInfo.InvariantCulture, $"{interval.TotalSeconds}s"), StringComparison.Ordinal);
        text = Regex.Replace(text, @"\$\{(\w+)(:regex|:raw)?\}", m => chosen[m.Groups[1].Value]);
        Assert.DoesNotMatch(@"\$[\w{]", text);
        // The hub's own gate for what it asks itself.
        if (query.Measurement is not Figures.Hub) Assert.Null(InfluxQlSubset.Refusal(text));
        return text;
    }

    /// <summary>The span of a panel, or of its board.</summary>
    public static (Instant From, Instant To) Bounds(Committed.Query query, Store store, Instant now)
    {
        var time = Committed.Boards[query.Board]["time"]!;
        var span = Span(query.Span ?? ((string)time["from"]!)["now-".Length..]);
        // Long enough for the store to hold something whole.
        if (store == Store.Hour && span < TimeSpan.FromHours(6)) span = TimeSpan.FromHours(6);
        var end = (string)time["to"]!;
        return (now - span, now + (end == "now" || query.Span is not null ? TimeSpan.Zero : Span(end["now+".Length..])));
    }

    private static TimeSpan Span(string text) => (int.Parse(text[..^1]), text[^1]) switch
    {
        (var n, 's') => TimeSpan.FromSeconds(n),
        (var n, 'm') => TimeSpan.FromMinutes(n),
        (var n, 'h') => TimeSpan.FromHours(n),
        (var n, 'd') => TimeSpan.FromDays(n),
        _ => throw new FormatException(text),
    };
}
