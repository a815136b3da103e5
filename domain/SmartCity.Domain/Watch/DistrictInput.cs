namespace SmartCity.Watch;

/// <summary>What a district rule compares of the sites that have a fresh good value. A site's value is that of its sensors: the worst for a quorum, else their mean.</summary>
public enum DistrictTake : byte
{
    /// <summary>The value that so many sites are at least as bad as: past the level when that many are.</summary>
    Quorum = 1,

    /// <summary>The mean over the sites.</summary>
    Mean = 2,

    /// <summary>A percentile over the sites, between ranks by straight lines.</summary>
    Percentile = 3,

    /// <summary>How far the site that differs most is from the median of the others.</summary>
    Spread = 4,
}

/// <summary>A rule on a district as a whole. Evaluated at instants a fixed step apart, on the values as of the instant, once the lateness limit has passed
/// since: within it the order of arrival does not matter.</summary>
/// <param name="Take">What is compared.</param>
/// <param name="Sites">Quorum: how many sites must agree. Otherwise: how many must have a fresh value, or nothing is said. 1 to <see cref="MaxSites"/>.</param>
/// <param name="Percentile">0 to 100, for <see cref="DistrictTake.Percentile"/>.</param>
/// <param name="FreshFor">How long a value counts. 1 s to 1 day.</param>
/// <param name="Every">The step, 1 s to 1 h; the lateness limit is at most <see cref="MaxSteps"/> of them.</param>
public sealed record DistrictInput(DistrictTake Take, int Sites, double Percentile, TimeSpan FreshFor, TimeSpan Every)
{
    public const int MaxSites = 1000;
    public const int MaxSteps = 60;

    /// <summary>The value of the district, or null: too few sites have one.</summary>
    /// <param name="sites">One value a site; sorted in place.</param>
    /// <param name="breach">On which side bad is.</param>
    public double? Of(Span<double> sites, Breach breach)
    {
        if (sites.Length < Sites || sites.Length == 0) return null;
        sites.Sort();
        switch (Take)
        {
            case DistrictTake.Quorum:
                return breach == Breach.Below ? sites[Sites - 1] : sites[^Sites];
            case DistrictTake.Mean:
                var sum = 0.0;
                foreach (var site in sites) sum += site;
                return sum / sites.Length;
            case DistrictTake.Percentile:
                return At(sites, Percentile / 100 * (sites.Length - 1));
            case DistrictTake.Spread:
                return sites.Length < 2 ? null : Math.Max(MedianWithout(sites, 0) - sites[0], sites[^1] - MedianWithout(sites, sites.Length - 1));
        }
        return null;
    }

    private static double At(ReadOnlySpan<double> sorted, double rank)
    {
        var below = (int)Math.Floor(rank);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (rank - below);
    }

    // Of the others: the first or the last left out.
    private static double MedianWithout(ReadOnlySpan<double> sorted, int left) =>
        At(left == 0 ? sorted[1..] : sorted[..^1], (sorted.Length - 2) / 2.0);
}
