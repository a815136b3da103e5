using System.Text.RegularExpressions;
using Rig;
using SmartCity.Timeline;

namespace Walls.Tests;

/// <summary>The metrics that the hub really has, read from where its instruments are made.</summary>
internal static partial class HubMetricNames
{
    private static readonly string[] Sources =
        [.. Directory.EnumerateFiles(Path.Combine(Products.Root, "hub"), "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal)).Select(File.ReadAllText)];

    /// <summary>As <c>/metrics</c> names them: a counter ends in _total.</summary>
    public static IReadOnlySet<string> Counters { get; } = Find(CounterPattern()).Select(name => name.EndsWith("_total", StringComparison.Ordinal) ? name : name + "_total").ToHashSet(StringComparer.Ordinal);

    public static IReadOnlySet<string> Gauges { get; } = Find(GaugePattern()).Append("process_resident_memory_bytes").ToHashSet(StringComparer.Ordinal);

    public static IReadOnlySet<string> Histograms { get; } = Find(HistogramPattern()).ToHashSet(StringComparer.Ordinal);

    public static IEnumerable<string> Fields => [.. Counters, .. Gauges, .. Histograms.SelectMany(h => new[] { h + Figures.Median, h + Figures.P99 })];

    public static IReadOnlySet<string> Labels { get; } = Sources.SelectMany(s => LabelPattern().Matches(s)).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> Find(Regex pattern) => Sources.SelectMany(s => pattern.Matches(s)).Select(m => m.Groups[1].Value);

    [GeneratedRegex("CreateCounter(?:<\\w+>)?\\(\\s*\"(cityhub_\\w+)\"")]
    private static partial Regex CounterPattern();

    [GeneratedRegex("(?:CreateObservableGauge|CreateGauge|CreateUpDownCounter|\\.Gauges?|\\.Fractions?|\\bFigure)(?:<\\w+>)?\\(\\s*\"(cityhub_\\w+)\"")]
    private static partial Regex GaugePattern();

    [GeneratedRegex("CreateHistogram(?:<\\w+>)?\\(\\s*\"(cityhub_\\w+)\"")]
    private static partial Regex HistogramPattern();

    [GeneratedRegex("KeyValuePair<string, object\\?>\\(\"(\\w+)\"")]
    private static partial Regex LabelPattern();
}
