using SmartCity.Readings;

namespace SmartCity.Webhooks;

/// <summary>How many more attempts a receiver may get just now: a bucket that fills evenly to a minute's worth.</summary>
/// <param name="PerMinute">Attempts in a minute; at least 1.</param>
/// <param name="Left">What is in the bucket at <paramref name="At"/>.</param>
public readonly record struct Allowance(int PerMinute, double Left, Instant At)
{
    /// <summary>A full bucket: a receiver that was quiet gets a burst of up to a tenth of its minute, and at least one.</summary>
    public static Allowance Full(int perMinute, Instant at) => new(perMinute, Burst(perMinute), at);

    /// <summary>Null: there is room for one at <paramref name="now"/>; else when there will be.</summary>
    public Instant? NotBefore(Instant now)
    {
        var missing = 1 - Filled(now);
        if (missing <= 0) return null;
        return now + TimeSpan.FromMilliseconds(Math.Ceiling(missing * 60_000 / PerMinute));
    }

    public Allowance Take(Instant now) => new(PerMinute, Filled(now) - 1, now > At ? now : At);

    private double Filled(Instant now) => Math.Min(Burst(PerMinute), Left + (now > At ? (now - At).TotalMinutes * PerMinute : 0) + 1e-9);

    private static double Burst(int perMinute) => Math.Max(1, perMinute / 10.0);
}
