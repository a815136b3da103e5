namespace SmartCity.Devices;

/// <summary>
/// How fast a level rises: the slope of the straight line that fits its values of the last while best (least squares). A pure fold; what it keeps is
/// bounded by time and by number.
/// </summary>
public sealed record RateOfRise
{
    /// <summary>How many values it keeps at most.</summary>
    public const int Most = 64;

    /// <summary>How many values, over how much of the window, make a slope.</summary>
    public const int Least = 3;

    private RateOfRise(TimeSpan window) => Window = window;

    public TimeSpan Window { get; }

    private IReadOnlyList<(long AtNs, double Value)> Kept { get; init; } = [];

    /// <param name="window">1 minute to 6 hours.</param>
    /// <exception cref="ArgumentOutOfRangeException">A window beyond these.</exception>
    public static RateOfRise Over(TimeSpan window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, TimeSpan.FromMinutes(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window, TimeSpan.FromHours(6));
        return new(window);
    }

    /// <summary>Takes the next value. One that comes before its turn (a 64th of the window) takes the last one's place, so that 64 of them always span the window.</summary>
    /// <param name="atNs">Monotonic nanoseconds, not before the last one's.</param>
    public RateOfRise Observe(double value, long atNs)
    {
        if (!double.IsFinite(value)) return this;
        var windowNs = Window.Ticks * TimeSpan.NanosecondsPerTick;
        var kept = Kept.Where(one => one.AtNs > atNs - windowNs).ToList();
        if (kept.Count > 1 && atNs - kept[^2].AtNs < windowNs / Most) kept.RemoveAt(kept.Count - 1);
        kept.Add((atNs, value));
        return this with { Kept = [.. kept.TakeLast(Most)] };
    }

    /// <summary>The slope in units an hour; null until <see cref="Least"/> values span half of the window.</summary>
    public double? PerHour
    {
        get
        {
            if (Kept.Count < Least || Kept[^1].AtNs - Kept[0].AtNs < Window.Ticks * TimeSpan.NanosecondsPerTick / 2) return null;
            double meanHour = 0, meanValue = 0, over = 0, under = 0;
            foreach (var (at, value) in Kept)
            {
                meanHour += Hours(at) / Kept.Count;
                meanValue += value / Kept.Count;
            }
            foreach (var (at, value) in Kept)
            {
                over += (Hours(at) - meanHour) * (value - meanValue);
                under += (Hours(at) - meanHour) * (Hours(at) - meanHour);
            }
            return over / under;
        }
    }

    private double Hours(long atNs) => (atNs - Kept[0].AtNs) / 3.6e12;
}
