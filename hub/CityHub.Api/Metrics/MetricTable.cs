using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace CityHub.Api.Metrics;

/// <summary>Listens to the meters "CityHub" and "SmartCity.Mqtt" from the start of the hub and keeps its figures for <c>/metrics</c>.</summary>
internal sealed class MetricTable : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, Family> _families = new();
    private readonly Lock _collecting = new();

    /// <param name="only">Meters to listen to, besides their name; null: every meter of that name in the process.</param>
    public MetricTable(Func<Meter, bool>? only = null)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name is not (Names.Meter or Names.MqttMeter) || only?.Invoke(instrument.Meter) == false) return;
            var family = _families.GetOrAdd(instrument, static i => new(i, KindOf(i)));
            listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => Record(state, (double)value, tags));
        _listener.Start();
    }

    /// <summary>All families, by name, with the observed ones read anew.</summary>
    public void Write(PrometheusText text)
    {
        lock (_collecting)
        {
            foreach (var family in _families.Values.Where(f => f.Observed)) family.Clear();
            _listener.RecordObservableInstruments();
            // Two components may make the same instrument (one each): they are one family to a reader.
            foreach (var group in _families.Values.GroupBy(f => f.Name).OrderBy(g => g.Key, StringComparer.Ordinal)) text.Family(group.Key, [.. group]);
            text.Single("cityhub_metric_families_folded", "gauge", "Instruments with more label sets than are kept; the rest is folded into 'other'.", _families.Values.Count(f => f.Folded));
        }
    }

    /// <summary>The same as numbers, for who does not read text.</summary>
    public IReadOnlyList<FigurePoint> Points()
    {
        lock (_collecting)
        {
            foreach (var family in _families.Values.Where(f => f.Observed)) family.Clear();
            _listener.RecordObservableInstruments();
            var points = new List<FigurePoint>();
            foreach (var group in _families.Values.SelectMany(f => f.All.Select(series => (f.Name, f.Kind, Series: series)))
                .GroupBy(x => (x.Name, Labels: string.Join('\u001f', x.Series.Labels.Select(l => $"{l.Key}={l.Value}")))))
            {
                var (name, kind, first) = group.First();
                // As in the text: what two components count under one name is one figure.
                var same = kind == SeriesKind.Histogram ? group.Where(x => x.Series.Bounds.SequenceEqual(first.Bounds)).Select(x => x.Series.Cumulative()).ToArray() : [];
                points.Add(new(name, [.. first.Labels.Select(l => (l.Key, l.Value)).OrderBy(l => l.Key, StringComparer.Ordinal)], group.Sum(x => x.Series.Value),
                    kind == SeriesKind.Histogram ? first.Bounds : [], same.Length == 0 ? [] : [.. Enumerable.Range(0, same[0].Length).Select(i => same.Sum(counts => counts[i]))]));
            }
            return points;
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Record(object? state, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var family = (Family)state!;
        var series = family.Of(tags);
        if (family.Kind == SeriesKind.Histogram) series.Observe(value);
        else if (family.Observed) series.Set(value);
        else if (family.Kind == SeriesKind.Counter || family.Sums) series.Add(value);
        else series.Set(value);
    }

    private static void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var family = (Family)state!;
        var series = family.Of(tags);
        if (family.Kind == SeriesKind.Histogram) series.Observe(value);
        else if (!family.Observed && (family.Kind == SeriesKind.Counter || family.Sums)) series.Add(value);
        else series.Set(value);
    }

    private static SeriesKind KindOf(Instrument instrument)
    {
        var name = instrument.GetType().Name;
        return name.StartsWith("Counter", StringComparison.Ordinal) || name.StartsWith("ObservableCounter", StringComparison.Ordinal) ? SeriesKind.Counter
            : name.StartsWith("Histogram", StringComparison.Ordinal) ? SeriesKind.Histogram
            : SeriesKind.Gauge;
    }
}
