using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>A limit with two flags: past the first a reading is suspect, past the second it fails.</summary>
public sealed record TwoLimits(double Suspect, double Fail);

/// <summary>Limits of a range: outside the inner one a reading is suspect, outside the outer one it fails.</summary>
public sealed record TwoRanges(double FailLow, double SuspectLow, double SuspectHigh, double FailHigh);

/// <summary>A value that stays within a tolerance for too long: a sensor that hangs.</summary>
public sealed record FlatLine(double Tolerance, TimeSpan Suspect, TimeSpan Fail);

/// <summary>A signal whose range over a window is too small: a sensor that is covered, or drowned.</summary>
/// <param name="Over">The window.</param>
/// <param name="Range">Greatest minus least value over the window; less is flagged.</param>
public sealed record Attenuation(TimeSpan Over, TwoLimits Range);

/// <summary>
/// The real-time tests of QARTOD (IOOS) on one quantity of one sensor. Each is optional; a reading's flag is the worst of them, and never better than
/// the source's own. Flags annotate: nothing is dropped. A rule looks at good readings unless it says otherwise.
/// <para>Every value plausible at all passes <see cref="QuantityRow.IsPlausible"/> first, whatever is said here.</para>
/// </summary>
public sealed record QualityChecks(Quantity Quantity)
{
    /// <summary>Gross range.</summary>
    public TwoRanges? Range { get; init; }

    /// <summary>Spike: how far a reading is from the middle of those before and after it, |v₁ − (v₀ + v₂) / 2|. Known one reading later; what the
    /// reading had raised until then is withdrawn.</summary>
    public TwoLimits? Spike { get; init; }

    /// <summary>Rate of change from the reading before, in units a minute.</summary>
    public TwoLimits? RatePerMinute { get; init; }

    public FlatLine? Flat { get; init; }

    public Attenuation? Attenuated { get; init; }

    /// <summary>Time gap: the first reading after a longer pause is suspect, and the tests that look back begin anew with it.</summary>
    public TimeSpan? Gap { get; init; }

    /// <summary>Compared with near sensors at other sites, see <see cref="Surroundings"/>.</summary>
    public NeighbourDifference? Neighbours { get; init; }

    /// <summary>Compared with sensors of the same site, see <see cref="Surroundings"/>.</summary>
    public TwinChannels? Twins { get; init; }

    /// <summary>Whether a reading is compared with those of other sensors.</summary>
    public bool LookAround => Neighbours is not null || Twins is not null;

    /// <summary>What is checked when a file names a quantity and no more: wide enough for any climate, and for the chips that we know.</summary>
    public static QualityChecks DefaultsOf(Quantity quantity) => quantity switch
    {
        Quantity.AirTemperature => new(quantity) { Range = new(-50, -35, 48, 60), Spike = new(4, 10), RatePerMinute = new(3, 10), Flat = new(0, TimeSpan.FromHours(6), TimeSpan.FromHours(24)) },
        Quantity.RelativeHumidity => new(quantity) { Range = new(0, 1, 100, 100), Spike = new(15, 40), RatePerMinute = new(15, 40) },
        Quantity.AirPressure => new(quantity) { Range = new(500, 650, 1060, 1085), Spike = new(2, 5), RatePerMinute = new(1, 3), Flat = new(0, TimeSpan.FromHours(6), TimeSpan.FromHours(24)) },
        Quantity.WaterLevel => new(quantity) { Spike = new(0.3, 1), RatePerMinute = new(0.2, 1) },
        Quantity.Pm10 or Quantity.Pm2_5 or Quantity.Pm1 => new(quantity) { Range = new(-5, 0, 1000, 2000), Flat = new(0, TimeSpan.FromHours(6), TimeSpan.FromHours(24)) },
        _ => new(quantity),
    };

    /// <summary>The flag of a value by its range alone.</summary>
    public Quality OfRange(double value)
    {
        if (Range is not { } range) return Quality.Good;
        if (value < range.FailLow || value > range.FailHigh) return Quality.Fail;
        return value < range.SuspectLow || value > range.SuspectHigh ? Quality.Suspect : Quality.Good;
    }
}
