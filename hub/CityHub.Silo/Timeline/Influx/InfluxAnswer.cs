using System.Text.Json;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline.Influx;

/// <summary>What <c>/query</c> answered: the series of one statement. Owns pooled memory until disposed.</summary>
internal sealed class InfluxAnswer : IDisposable
{
    private readonly JsonDocument _json;

    private InfluxAnswer(JsonDocument json) => _json = json;

    public static InfluxAnswer Empty => new(JsonDocument.Parse("{}"));

    /// <exception cref="JsonException">Not JSON.</exception>
    public static InfluxAnswer Parse(Stream stream)
    {
        using var all = new MemoryStream();
        stream.CopyTo(all);
        return all.Length == 0 ? Empty : new(JsonDocument.Parse(all.GetBuffer().AsMemory(0, (int)all.Length)));
    }

    /// <summary>The server's words when the statement failed.</summary>
    public string? Error => Result is { } result && result.TryGetProperty("error", out var error) ? error.GetString()
        : _json.RootElement.ValueKind == JsonValueKind.Object && _json.RootElement.TryGetProperty("error", out var whole) ? whole.GetString() : null;

    public IEnumerable<InfluxSeries> Series
    {
        get
        {
            if (Result is not { } result || !result.TryGetProperty("series", out var all)) yield break;
            foreach (var series in all.EnumerateArray()) yield return new(series);
        }
    }

    public string? Text(string key) => _json.RootElement.TryGetProperty(key, out var value) ? value.GetString() : null;

    /// <summary>A member of the first object of a list, or null.</summary>
    public string? FirstOf(string list, string key) =>
        _json.RootElement.TryGetProperty(list, out var all) && all.ValueKind == JsonValueKind.Array && all.GetArrayLength() > 0 && all[0].TryGetProperty(key, out var value) ? value.GetString() : null;

    public void Dispose() => _json.Dispose();

    private JsonElement? Result => _json.RootElement.ValueKind == JsonValueKind.Object && _json.RootElement.TryGetProperty("results", out var results) && results.GetArrayLength() > 0 ? results[0] : null;
}

/// <summary>One series of an answer. Valid as long as its answer.</summary>
internal readonly struct InfluxSeries(JsonElement series)
{
    /// <summary>A tag that it is grouped by, decoded; empty when it has none.</summary>
    public string Tag(string key) => series.TryGetProperty("tags", out var tags) && tags.TryGetProperty(key, out var value) ? TagText.Decode(value.GetString() ?? "") : "";

    /// <summary>Where a column stands; -1: nowhere.</summary>
    public int Column(string name)
    {
        var at = 0;
        foreach (var column in series.GetProperty("columns").EnumerateArray())
        {
            if (column.ValueEquals(name)) return at;
            at++;
        }
        return -1;
    }

    public IEnumerable<JsonElement> Rows => series.TryGetProperty("values", out var values) ? values.EnumerateArray().AsEnumerable() : [];

    public static long? Integer(JsonElement row, int column) => column >= 0 && row[column].ValueKind == JsonValueKind.Number ? row[column].TryGetInt64(out var whole) ? whole : (long)row[column].GetDouble() : null;

    public static double? Float(JsonElement row, int column) => column >= 0 && row[column].ValueKind == JsonValueKind.Number ? row[column].GetDouble() : null;
}
