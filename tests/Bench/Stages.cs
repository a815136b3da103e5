using System.Globalization;

namespace Bench;

/// <summary>What the hub's own histograms say of the stages of an alert, between two looks at <c>/metrics</c>.</summary>
internal sealed class Stages
{
    private static readonly (string Name, string Metric)[] All =
    [
        ("  arrival to the twin's event", "cityhub_arrival_to_event_seconds"),
        ("  event to commit", "cityhub_episode_commit_seconds"),
        ("  commit to first attempt", "cityhub_webhook_commit_to_send_seconds"),
        ("  commit to delivered", "cityhub_webhook_commit_to_delivered_seconds"),
        ("  timeline append", "cityhub_commit_seconds"),
        ("  checkpoints", "cityhub_checkpoint_seconds"),
    ];

    private readonly Dictionary<string, List<(double Bound, long Count)>> _buckets = [];
    private double _collections, _pausedSeconds;

    public static async Task<Stages> Look(HttpClient hub)
    {
        var stages = new Stages();
        foreach (var line in (await hub.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n'))
        {
            if (line.StartsWith("dotnet_gc_collections_total", StringComparison.Ordinal)) stages._collections += Value(line);
            if (line.StartsWith("dotnet_gc_pause_seconds_total", StringComparison.Ordinal)) stages._pausedSeconds = Value(line);
            var at = line.IndexOf("_bucket{", StringComparison.Ordinal);
            if (at < 0) continue;
            var bound = line[(line.IndexOf("le=\"", StringComparison.Ordinal) + 4)..line.LastIndexOf('"')];
            if (!stages._buckets.TryGetValue(line[..at], out var buckets)) stages._buckets[line[..at]] = buckets = [];
            buckets.Add((bound == "+Inf" ? double.PositiveInfinity : double.Parse(bound, CultureInfo.InvariantCulture), long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)));
        }
        return stages;

        static double Value(string line) => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>Collections of garbage since an earlier look, and how long one stopped everything on average, in milliseconds.</summary>
    public (long Count, double MeanPause) CollectionsSince(Stages earlier)
    {
        var count = _collections - earlier._collections;
        return ((long)count, count > 0 ? (_pausedSeconds - earlier._pausedSeconds) * 1000 / count : 0);
    }

    /// <summary>Name, count, and the upper bounds in milliseconds of the buckets that hold the median and the 99th percentile, since an earlier look.</summary>
    public IEnumerable<(string Name, long Count, double P50, double P99)> Since(Stages earlier)
    {
        foreach (var (name, metric) in All)
        {
            if (!_buckets.TryGetValue(metric, out var now)) continue;
            var before = earlier._buckets.GetValueOrDefault(metric);
            var counts = now.Select((bucket, i) => (bucket.Bound, Count: bucket.Count - (before?[i].Count ?? 0))).ToArray();
            var all = counts[^1].Count;
            if (all > 0) yield return (name, all, At(0.5), At(0.99));

            double At(double quantile) => counts.First(bucket => bucket.Count >= quantile * all).Bound * 1000;
        }
    }
}
