namespace Bench;

/// <summary>Latencies of one run, in milliseconds. Nothing is thrown away: quantiles are exact.</summary>
internal sealed class Percentiles
{
    private readonly List<double> _values = [];
    private readonly Lock _lock = new();

    public void Add(double milliseconds)
    {
        lock (_lock) _values.Add(milliseconds);
    }

    public int Count
    {
        get
        {
            lock (_lock) return _values.Count;
        }
    }

    /// <param name="quantile">0 to 1.</param>
    public double At(double quantile)
    {
        lock (_lock)
        {
            if (_values.Count == 0) return double.NaN;
            _values.Sort();
            return _values[Math.Min(_values.Count - 1, (int)(quantile * _values.Count))];
        }
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
