namespace SmartCity.Watch.EarlyWarning;

/// <summary>What is expected at one instant: four times in five the value lies between <paramref name="Low"/> and <paramref name="High"/>.</summary>
public readonly record struct Expected(double Low, double Middle, double High);

/// <summary>When a forecast crosses a level, from its origin on.</summary>
/// <param name="After">By the middle of the band.</param>
/// <param name="Earliest">By the side of the band that is nearer to the level.</param>
/// <param name="Latest">By the other side; null: not within the horizon.</param>
public readonly record struct Crossing(TimeSpan After, TimeSpan Earliest, TimeSpan? Latest);

/// <summary>A forecast from one instant on: where the value stands, and what is expected one, three and six steps ahead. Straight lines between.</summary>
/// <param name="From">Its origin: the end of the last step that it has seen, Unix ms.</param>
/// <param name="Step">Length of a step in ms.</param>
/// <param name="Value">The value at the origin.</param>
public readonly record struct Forecast(long From, long Step, double Value, Expected One, Expected Three, Expected Six)
{
    /// <summary>How far it reaches: six steps.</summary>
    public TimeSpan Horizon => TimeSpan.FromMilliseconds(Forecaster.Reach * Step);

    /// <summary>What is expected so long after the origin; past the horizon, what is expected at it.</summary>
    /// <param name="ahead">Zero or more.</param>
    public Expected At(TimeSpan ahead)
    {
        var steps = Math.Clamp(ahead.TotalMilliseconds / Step, 0, Forecaster.Reach);
        var now = new Expected(Value, Value, Value);
        return steps <= 1 ? Between(now, One, steps) : steps <= 3 ? Between(One, Three, (steps - 1) / 2) : Between(Three, Six, (steps - 3) / 3);
    }

    /// <summary>The most extreme value of the band's middle within the horizon, the present value included: the highest, or the lowest.</summary>
    public double Extreme(bool highest) => highest
        ? Math.Max(Math.Max(Value, One.Middle), Math.Max(Three.Middle, Six.Middle))
        : Math.Min(Math.Min(Value, One.Middle), Math.Min(Three.Middle, Six.Middle));

    /// <summary>When the middle of the band passes a level that it is not past yet; null: not within the horizon.</summary>
    public Crossing? Crosses(double level, bool upwards)
    {
        if (First(level, upwards, One.Middle, Three.Middle, Six.Middle) is not { } after) return null;
        var earliest = upwards ? First(level, upwards, One.High, Three.High, Six.High) : First(level, upwards, One.Low, Three.Low, Six.Low);
        var latest = upwards ? First(level, upwards, One.Low, Three.Low, Six.Low) : First(level, upwards, One.High, Three.High, Six.High);
        return new(after, earliest < after ? earliest.Value : after, latest > after ? latest : latest is null ? null : after);
    }

    private TimeSpan? First(double level, bool upwards, double one, double three, double six)
    {
        var (steps, value) = (0, Value);
        if (Past(value)) return TimeSpan.Zero;
        foreach (var (next, ahead) in (ReadOnlySpan<(int, double)>)[(1, one), (3, three), (6, six)])
        {
            if (Past(ahead)) return TimeSpan.FromMilliseconds(Step * (steps + (next - steps) * (level - value) / (ahead - value)));
            (steps, value) = (next, ahead);
        }
        return null;

        bool Past(double at) => upwards ? at > level : at < level;
    }

    private static Expected Between(Expected a, Expected b, double share) =>
        new(a.Low + share * (b.Low - a.Low), a.Middle + share * (b.Middle - a.Middle), a.High + share * (b.High - a.High));
}
