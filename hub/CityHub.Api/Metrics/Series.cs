using System.Diagnostics.Metrics;

namespace CityHub.Api.Metrics;

/// <summary>One series: an instrument with one set of labels. Safe for many writers.</summary>
internal sealed class Series(KeyValuePair<string, string>[] labels, double[] bounds)
{
    private readonly long[] _buckets = new long[bounds.Length + 1];
    private long _whole;     // sums of whole numbers stay exact and cost one interlocked add
    private double _real;
    private long _count;

    public IReadOnlyList<KeyValuePair<string, string>> Labels => labels;

    public IReadOnlyList<double> Bounds => bounds;

    public double Value => Interlocked.Read(ref _whole) + Volatile.Read(ref _real);

    public long Count => Interlocked.Read(ref _count);

    /// <summary>Observations at or below each bound, then all.</summary>
    public long[] Cumulative()
    {
        var sum = 0L;
        return [.. _buckets.Select((_, i) => sum += Interlocked.Read(ref _buckets[i]))];
    }

    public void Add(long amount) => Interlocked.Add(ref _whole, amount);

    public void Add(double amount)
    {
        var seen = Volatile.Read(ref _real);
        while (true)
        {
            var was = Interlocked.CompareExchange(ref _real, seen + amount, seen);
            if (was.Equals(seen)) return;
            seen = was;
        }
    }

    public void Set(double value)
    {
        Interlocked.Exchange(ref _whole, 0);
        Interlocked.Exchange(ref _real, value);
    }

    public void Observe(double value)
    {
        var at = Array.BinarySearch(bounds, value);
        Interlocked.Increment(ref _buckets[at >= 0 ? at : ~at]);
        Interlocked.Increment(ref _count);
        Add(value);
    }
}

/// <summary>How an instrument reads in Prometheus.</summary>
internal enum SeriesKind : byte
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>An instrument and its series, at most <see cref="MostSeries"/>; what is over that is folded into one whose labels all say "other".</summary>
internal sealed class Family(Instrument instrument, SeriesKind kind)
{
    public const int MostSeries = 200;
    private static readonly double[] DefaultBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Series> _series = new(StringComparer.Ordinal);
    private readonly double[] _bounds = kind == SeriesKind.Histogram ? Bounds(instrument) : [];
    private Series? _plain;
    private int _folded;

    public SeriesKind Kind => kind;

    public string Help => instrument.Description ?? "";

    /// <summary>A counter's name ends in _total, as Prometheus asks.</summary>
    public string Name { get; } =
        PrometheusText.Name(instrument.Name) + (kind == SeriesKind.Counter && !instrument.Name.EndsWith("_total", StringComparison.Ordinal) ? "_total" : "");

    public bool Observed => instrument.IsObservable;

    /// <summary>A gauge that is told steps, not values.</summary>
    public bool Sums { get; } = instrument.GetType().Name.StartsWith("UpDownCounter", StringComparison.Ordinal);

    public bool Folded => Volatile.Read(ref _folded) != 0;

    public IEnumerable<Series> All => _plain is { } plain ? _series.Values.Prepend(plain) : _series.Values;

    public void Clear()
    {
        _series.Clear();
        _plain = null;
    }

    public Series Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return _plain ?? Interlocked.CompareExchange(ref _plain, new([], _bounds), null) ?? _plain;
        if (tags.Length == 1 && tags[0].Value is string only)
        {
            // The usual case, without an allocation: one label whose value is text.
            if (_series.TryGetValue(only, out var found)) return found;
            return Add(only, tags);
        }
        var key = string.Join('\u001f', tags.ToArray().Select(t => $"{t.Key}\u001e{Text(t.Value)}"));
        return _series.TryGetValue(key, out var series) ? series : Add(key, tags);
    }

    private Series Add(string key, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new KeyValuePair<string, string>[tags.Length];
        var full = _series.Count >= MostSeries;
        for (var i = 0; i < tags.Length; i++) labels[i] = new(PrometheusText.Name(tags[i].Key), full ? "other" : Text(tags[i].Value));
        if (full)
        {
            Volatile.Write(ref _folded, 1);
            key = "\u001fother";
        }
        return _series.GetOrAdd(key, _ => new(labels, _bounds));
    }

    private static string Text(object? value) => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "";

    private static double[] Bounds(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => (double)b)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => (double)b)],
        _ => DefaultBounds,
    };
}
