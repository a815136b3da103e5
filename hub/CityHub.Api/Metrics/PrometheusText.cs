using System.Globalization;
using System.Text;

namespace CityHub.Api.Metrics;

/// <summary>Writes the Prometheus text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).</summary>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";
    private readonly StringBuilder _text = new();

    public override string ToString() => _text.ToString();

    public void Single(string name, string type, string help, double value)
    {
        Head(name, type, help);
        Line(name, [], value);
    }

    public void Head(string name, string type, string help)
    {
        if (help.Length > 0) _text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    public void Line(string name, IEnumerable<KeyValuePair<string, string>> labels, double value)
    {
        _text.Append(name);
        var first = true;
        foreach (var (label, text) in labels)
        {
            _text.Append(first ? '{' : ',').Append(label).Append("=\"").Append(Escape(text)).Append('"');
            first = false;
        }
        if (!first) _text.Append('}');
        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    public void Family(string name, IReadOnlyList<Family> families)
    {
        var kind = families[0].Kind;
        Head(name, kind switch { SeriesKind.Counter => "counter", SeriesKind.Gauge => "gauge", SeriesKind.Histogram => "histogram" }, families[0].Help);
        // The same labels from two instruments of one name are one series, and their sum; a histogram's bounds are those of its first.
        var all = families.SelectMany(f => f.All).GroupBy(s => string.Join('\u001f', s.Labels.Select(l => $"{l.Key}={l.Value}"))).OrderBy(g => g.Key, StringComparer.Ordinal).ToArray();
        if (all.Length == 0 && kind != SeriesKind.Histogram && families[0] is { Observed: false }) Line(name, [], 0);
        foreach (var group in all)
        {
            var labels = group.First().Labels;
            if (kind == SeriesKind.Histogram) Histogram(name, labels, [.. group]);
            else Line(name, labels, group.Sum(s => s.Value));
        }
    }

    private void Histogram(string name, IReadOnlyList<KeyValuePair<string, string>> labels, Series[] series)
    {
        var bounds = series[0].Bounds;
        var same = series.Where(s => s.Bounds.SequenceEqual(bounds)).Select(s => (Series: s, Counts: s.Cumulative())).ToArray();
        for (var i = 0; i <= bounds.Count; i++)
        {
            var bound = i < bounds.Count ? Number(bounds[i]) : "+Inf";
            Line(name + "_bucket", labels.Append(new("le", bound)), same.Sum(s => s.Counts[i]));
        }
        Line(name + "_sum", labels, same.Sum(s => s.Series.Value));
        Line(name + "_count", labels, same.Sum(s => s.Counts[^1]));
    }

    /// <summary>A name as Prometheus takes it: letters, digits and underscores, not starting with a digit.</summary>
    public static string Name(string name)
    {
        var clean = string.Create(name.Length, name, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = char.IsAsciiLetterOrDigit(from[i]) ? from[i] : '_';
        });
        return clean.Length > 0 && char.IsAsciiDigit(clean[0]) ? "_" + clean : clean;
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);
}
