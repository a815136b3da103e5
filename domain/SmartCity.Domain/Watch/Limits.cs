namespace SmartCity.Watch;

/// <summary>What is bad.</summary>
public enum Breach : byte
{
    /// <summary>Breached when the value is greater than the level.</summary>
    Above = 1,

    /// <summary>Breached when the value is less than the level.</summary>
    Below = 2,

    /// <summary>Breached when the value is greater than the upper level or less than the lower one.</summary>
    Outside = 3,

    /// <summary>Breached when the value is the level; any other value clears.</summary>
    Equal = 4,

    /// <summary>Breached when no reading has come for longer than a while. Only a reading ends it.</summary>
    Missing = 5,
}

/// <summary>One severity of a rule and where it begins and ends.</summary>
/// <param name="Severity">Higher than that of the level before.</param>
/// <param name="Level">See <see cref="Rule.Level"/>.</param>
/// <param name="Clear">See <see cref="Rule.Clear"/>.</param>
public sealed record SeverityLevel(Severity Severity, double Level, double Clear)
{
    public double LowLevel { get; init; }

    public double LowClear { get; init; }

    /// <summary>See <see cref="Rule.For"/>.</summary>
    public TimeSpan For { get; init; }
}

/// <summary>Limits of one severity, whatever the breach: two comparisons each way, and a turn for what is breached inside.</summary>
internal readonly struct Limits
{
    private readonly double _low;
    private readonly double _high;
    private readonly double _clearLow;
    private readonly double _clearHigh;
    private readonly bool _inside;

    /// <param name="shift">Added to all levels: a reference that is a number.</param>
    public Limits(Breach breach, SeverityLevel level, double shift)
    {
        (_low, _clearLow, _high, _clearHigh) = (double.NegativeInfinity, double.NegativeInfinity, double.PositiveInfinity, double.PositiveInfinity);
        switch (breach)
        {
            case Breach.Above:
                (_high, _clearHigh) = (level.Level + shift, level.Clear + shift);
                break;
            case Breach.Below:
                (_low, _clearLow) = (level.Level + shift, level.Clear + shift);
                break;
            case Breach.Outside:
                (_low, _clearLow, _high, _clearHigh) = (level.LowLevel + shift, level.LowClear + shift, level.Level + shift, level.Clear + shift);
                break;
            case Breach.Equal:
                _inside = true;
                _low = _high = _clearLow = _clearHigh = level.Level + shift;
                break;
            case Breach.Missing:
                break; // no value breaches it
        }
    }

    public bool Breached(double value) => (value > _high || value < _low) != _inside;

    public bool Clears(double value) => (value <= _clearHigh && value >= _clearLow) != _inside;

    public void Mix(Action<long> mix)
    {
        foreach (var limit in (ReadOnlySpan<double>)[_low, _high, _clearLow, _clearHigh]) mix(BitConverter.DoubleToInt64Bits(limit));
        mix(_inside ? 1 : 0);
    }
}
