using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;
using CityHub.Api.Metrics;

namespace CityHub.Api.Tests;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task The_figures_are_well_formed_and_the_process_is_among_them()
    {
        await using var hub = await ApiHost.Start();
        using var answer = await hub.Client().GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var figures = Parse(await answer.Content.ReadAsStringAsync());
        Assert.True(figures["process_cpu_seconds_total"] > 0);
        Assert.True(figures["process_resident_memory_bytes"] > 10_000_000);
        Assert.True(figures["cityhub_register_writes_total"] >= 3);   // the keys of this test
    }

    [Fact]
    public void Counters_gauges_and_histograms_are_told_apart_and_add_up()
    {
        using var meter = new Meter("CityHub");
        using var table = new MetricTable(m => m == meter);
        var counter = meter.CreateCounter<long>("cityhub_set_aside", description: "Set aside, by reason.");
        counter.Add(2, new KeyValuePair<string, object?>("reason", "nan"));
        counter.Add(3, new KeyValuePair<string, object?>("reason", "nan"));
        counter.Add(1, new KeyValuePair<string, object?>("reason", "future"));
        var level = meter.CreateUpDownCounter<int>("cityhub_waiting");
        level.Add(5);
        level.Add(-2);
        meter.CreateObservableGauge("cityhub_depth", () => 7L);
        var seconds = meter.CreateHistogram("cityhub_commit_seconds", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var value in (double[])[0.1, 0.100001, 5]) seconds.Record(value);
        var text = Text(table);
        var figures = Parse(text);
        Assert.Equal(5, figures["cityhub_set_aside_total{reason=\"nan\"}"]);
        Assert.Equal(1, figures["cityhub_set_aside_total{reason=\"future\"}"]);
        Assert.Equal(3, figures["cityhub_waiting"]);
        Assert.Equal(7, figures["cityhub_depth"]);
        Assert.Equal(1, figures["cityhub_commit_seconds_bucket{le=\"0.1\"}"]);   // on the bound is within
        Assert.Equal(2, figures["cityhub_commit_seconds_bucket{le=\"1\"}"]);
        Assert.Equal(3, figures["cityhub_commit_seconds_bucket{le=\"+Inf\"}"]);
        Assert.Equal(3, figures["cityhub_commit_seconds_count"]);
        Assert.Contains("# TYPE cityhub_set_aside_total counter", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE cityhub_commit_seconds histogram", text, StringComparison.Ordinal);
        Assert.Contains("# HELP cityhub_set_aside_total Set aside, by reason.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quantile_is_of_what_was_observed_since_the_last_look()
    {
        double[] bounds = [1, 2, 4];
        Assert.Null(Quantiles.Of(0.5, bounds, [], [0, 0, 0, 0]));
        Assert.Equal(1.5, Quantiles.Of(0.5, bounds, [], [0, 10, 10, 10]));           // all between 1 and 2
        Assert.Equal(3, Quantiles.Of(0.5, bounds, [0, 10, 10, 10], [0, 10, 20, 20])); // the ten of before do not count
        Assert.Null(Quantiles.Of(0.99, bounds, [0, 10, 20, 20], [0, 10, 20, 20]));
        Assert.Equal(4, Quantiles.Of(0.99, bounds, [], [0, 0, 0, 5]));                // beyond the last bound: that bound
        Assert.Equal(1, Quantiles.Of(1, bounds, [], [7, 7, 7, 7]));
    }

    [Fact]
    public void The_points_are_the_text_in_numbers()
    {
        using var meter = new Meter("CityHub");
        using var table = new MetricTable(m => m == meter);
        meter.CreateCounter<long>("cityhub_set_aside").Add(2, new KeyValuePair<string, object?>("reason", "nan"));
        meter.CreateObservableGauge("cityhub_depth", () => 7L);
        meter.CreateHistogram("cityhub_commit_seconds", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] }).Record(0.5);
        var points = table.Points().ToDictionary(p => p.Name);
        Assert.Equal((2.0, "reason=nan"), (points["cityhub_set_aside_total"].Value, points["cityhub_set_aside_total"].Labels.Select(l => $"{l.Name}={l.Value}").Single()));
        Assert.Equal(7, points["cityhub_depth"].Value);
        Assert.Equal([0, 1, 1], points["cityhub_commit_seconds"].Buckets);
        Assert.False(points["cityhub_depth"].IsHistogram);
    }

    [Fact]
    public void What_two_components_count_under_one_name_is_one_figure()
    {
        using var meter = new Meter("CityHub");
        using var other = new Meter("CityHub");
        using var table = new MetricTable(m => m == meter || m == other);
        meter.CreateCounter<long>("cityhub_writes").Add(2);
        other.CreateCounter<long>("cityhub_writes").Add(3);
        Assert.Equal(5, Parse(Text(table))["cityhub_writes_total"]);
    }

    [Fact]
    public void What_the_connections_to_brokers_count_is_shown_too()
    {
        using var meter = new Meter("SmartCity.Mqtt");
        using var stranger = new Meter("Stranger");
        using var table = new MetricTable(m => m == meter || m == stranger);
        meter.CreateCounter<long>("mqtt_oversize").Add(2);
        stranger.CreateCounter<long>("stranger_count").Add(1);
        Assert.Equal(2, Parse(Text(table))["mqtt_oversize_total"]);
        Assert.DoesNotContain("stranger", Text(table), StringComparison.Ordinal);
    }

    [Fact]
    public void An_observed_series_that_is_gone_is_no_longer_shown()
    {
        using var meter = new Meter("CityHub");
        using var table = new MetricTable(m => m == meter);
        var hosts = new List<string> { "a", "b" };
        meter.CreateObservableGauge("cityhub_online", () => hosts.Select(h => new Measurement<long>(1, new KeyValuePair<string, object?>("host", h))));
        Assert.True(Parse(Text(table)).ContainsKey("cityhub_online{host=\"b\"}"));
        hosts.Remove("b");
        Assert.False(Parse(Text(table)).ContainsKey("cityhub_online{host=\"b\"}"));
    }

    [Fact]
    public void Label_sets_are_bounded_and_what_is_over_is_counted_as_other()
    {
        using var meter = new Meter("CityHub");
        using var table = new MetricTable(m => m == meter);
        var counter = meter.CreateCounter<long>("cityhub_by_text");
        for (var i = 0; i < Family.MostSeries + 50; i++) counter.Add(1, new KeyValuePair<string, object?>("text", $"t{i}"));
        var figures = Parse(Text(table));
        Assert.Equal(Family.MostSeries + 1, figures.Keys.Count(k => k.StartsWith("cityhub_by_text_total", StringComparison.Ordinal)));
        Assert.Equal(50, figures["cityhub_by_text_total{text=\"other\"}"]);
        Assert.Equal(1, figures["cityhub_metric_families_folded"]);
    }

    [Fact]
    public void Text_in_labels_is_escaped()
    {
        using var meter = new Meter("CityHub");
        using var table = new MetricTable(m => m == meter);
        meter.CreateCounter<long>("cityhub_odd").Add(1, new KeyValuePair<string, object?>("why", "a \"b\"\\\n"));
        Assert.Contains("cityhub_odd_total{why=\"a \\\"b\\\"\\\\\\n\"} 1\n", Text(table), StringComparison.Ordinal);
    }

    private static string Text(MetricTable table)
    {
        var text = new PrometheusText();
        table.Write(text);
        return text.ToString();
    }

    /// <summary>Reads the format by its grammar: anything that does not fit fails, so does a series that comes twice or before its TYPE.</summary>
    private static Dictionary<string, double> Parse(string text)
    {
        var figures = new Dictionary<string, double>(StringComparer.Ordinal);
        var types = new HashSet<string>(StringComparer.Ordinal);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) continue;
            if (TypeLine().Match(line) is { Success: true } type)
            {
                Assert.True(types.Add(type.Groups[1].Value), $"typed twice: {line}");
                continue;
            }
            var sample = Sample().Match(line);
            Assert.True(sample.Success, $"not a sample: {line}");
            Assert.True(types.Contains(Regex.Replace(sample.Groups[1].Value, "_(bucket|sum|count)$", "")) || types.Contains(sample.Groups[1].Value), $"no TYPE before {line}");
            var value = sample.Groups[3].Value is "+Inf" ? double.PositiveInfinity : double.Parse(sample.Groups[3].Value, CultureInfo.InvariantCulture);
            Assert.True(figures.TryAdd(sample.Groups[1].Value + sample.Groups[2].Value, value), $"comes twice: {line}");
        }
        return figures;
    }

    [GeneratedRegex("^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("""^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\]|\\.)*",?)+\})? (\S+)$""")]
    private static partial Regex Sample();
}
