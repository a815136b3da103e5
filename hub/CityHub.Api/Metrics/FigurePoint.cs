namespace CityHub.Api.Metrics;

/// <summary>One metric with one set of labels at one instant.</summary>
/// <param name="Labels">Sorted by name.</param>
/// <param name="Value">Of a counter or gauge; of a histogram the sum.</param>
/// <param name="Buckets">Of a histogram: observations at or below each bound, then all.</param>
internal sealed record FigurePoint(string Name, IReadOnlyList<(string Name, string Value)> Labels, double Value, IReadOnlyList<double> Bounds, IReadOnlyList<long> Buckets)
{
    public bool IsHistogram => Buckets.Count > 0;

    /// <summary>What it is known by from one look to the next.</summary>
    public string Key => $"{Name}\u001f{string.Join('\u001f', Labels.Select(l => $"{l.Name}={l.Value}"))}";
}

/// <summary>What a histogram says of the time since it was looked at last.</summary>
internal static class Quantiles
{
    /// <summary>The value that a share of the observations lie at or below, by straight lines within the buckets; beyond the last bound, that bound. Null: none was observed.</summary>
    /// <param name="before">The same buckets when they were looked at last; empty: never.</param>
    public static double? Of(double share, IReadOnlyList<double> bounds, IReadOnlyList<long> before, IReadOnlyList<long> now)
    {
        long Since(int i) => now[i] - (before.Count == now.Count ? before[i] : 0);
        var all = Since(now.Count - 1);
        if (all <= 0) return null;
        var wanted = share * all;
        for (var i = 0; i < bounds.Count; i++)
        {
            if (Since(i) < wanted) continue;
            var (below, lower) = i == 0 ? (0L, 0.0) : (Since(i - 1), bounds[i - 1]);
            var within = Since(i) - below;
            return within == 0 ? bounds[i] : lower + ((bounds[i] - lower) * (wanted - below) / within);
        }
        return bounds.Count > 0 ? bounds[^1] : null;
    }
}
