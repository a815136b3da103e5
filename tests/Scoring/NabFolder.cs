using System.Globalization;
using System.Text.Json;

namespace Scoring;

/// <summary>Reads a folder in the Numenta Anomaly Benchmark's layout: <c>windows.json</c> and the series it names, each <c>timestamp,value</c>.</summary>
public static class NabFolder
{
    private static readonly string[] Formats = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.ffffff"];

    /// <exception cref="FileNotFoundException">No <c>windows.json</c>, or a series that it names is missing.</exception>
    /// <exception cref="FormatException">A row that is not a stamp and a number; the message says where.</exception>
    public static IReadOnlyList<NabSeries> Read(string folder)
    {
        using var windows = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "windows.json")));
        return windows.RootElement.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => Series(folder, p)).ToList();
    }

    private static NabSeries Series(string folder, JsonProperty labelled)
    {
        var rows = File.ReadLines(Path.Combine(folder, labelled.Name)).Skip(1).Where(line => line.Length > 0).Select((line, i) => Row(labelled.Name, i + 2, line)).ToArray();
        var windows = labelled.Value.EnumerateArray().Select(w => (Stamp(w[0].GetString()!), Stamp(w[1].GetString()!))).ToList();
        return new(labelled.Name, rows.Select(r => r.At).ToArray(), rows.Select(r => r.Value).ToArray(), windows);
    }

    private static (DateTime At, double Value) Row(string file, int line, string text)
    {
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (comma > 0 && double.TryParse(text.AsSpan(comma + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) return (Stamp(text[..comma]), value);
        throw new FormatException($"{file}, line {line}: not a stamp and a number: {text}");
    }

    private static DateTime Stamp(string text) => DateTime.ParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
