using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>How much an episode matters; the order is the order of urgency.</summary>
public enum Severity : byte
{
    Warning = 1,
    Minor = 2,
    Major = 3,
    Critical = 4,
}

/// <summary>What becomes of a breach in a reading that is older than the rule's lateness limit.</summary>
public enum LatePolicy : byte
{
    /// <summary>Nothing.</summary>
    Ignore = 1,

    /// <summary>The episode is recorded and shown, and nobody is called.</summary>
    Record = 2,

    /// <summary>The episode is raised like a live one, marked late.</summary>
    Raise = 3,
}

/// <summary>Which readings a rule looks at. Failed reads have no value, and no rule looks at them.</summary>
public enum QualityGate : byte
{
    /// <summary>Good ones alone.</summary>
    Good = 1,

    /// <summary>Doubtful and unchecked ones too; never those that failed a check.</summary>
    Suspect = 2,
}

/// <summary>
/// A rule, as loaded and checked: input (the value, less a reference; a mean, a rate, early warning, or silence) → limits by severity → how long, or how many
/// of the last → when and on which readings it looks → what becomes of what is late. Ids are lower case with hyphens and stay the same while the
/// rule means the same thing.
/// </summary>
public sealed record Rule
{
    /// <summary>How long a value holds with no reading after it. A for-duration that ends within this time after the last reading is
    /// fulfilled by the clock alone; one that ends later waits for the next reading, so that a silent sensor confirms no long breach.</summary>
    public static readonly TimeSpan HoldLimit = TimeSpan.FromMinutes(15);

    /// <summary>Most severities in one rule.</summary>
    public const int MaxSeverities = Threshold.MostLevels;

    public required string Id { get; init; }
    public required Quantity Quantity { get; init; }
    public required Breach Breach { get; init; }

    /// <summary>The level, in the catalogue's unit: of the lowest severity, if there are several. On the level is not breached, but for <see cref="Breach.Equal"/>.
    /// For <see cref="Breach.Outside"/> the upper one. Without meaning for <see cref="Breach.Missing"/>.</summary>
    public required double Level { get; init; }

    /// <summary>The value at which an open episode clears: at or past it, on the good side. Default: the level.</summary>
    public required double Clear { get; init; }

    /// <summary>The lower level of <see cref="Breach.Outside"/>.</summary>
    public double LowLevel { get; init; }

    /// <summary>The lower clear level of <see cref="Breach.Outside"/>.</summary>
    public double LowClear { get; init; }

    /// <summary>How long the breach must last before it raises. Zero: at once. For <see cref="Breach.Missing"/>: the silence that is too long.</summary>
    public TimeSpan For { get; init; }

    /// <summary>How long the value must stay on the good side before the episode clears, or its severity goes down. Only a reading ends it:
    /// silence confirms nothing. Zero: at once.</summary>
    public TimeSpan ClearFor { get; init; }

    /// <summary>How many of the last readings must be past the level; null: each one speaks for itself.</summary>
    public VoteOf? Votes { get; init; }

    /// <summary>The mean that is compared, or null.</summary>
    public MeanOver? Mean { get; init; }

    /// <summary>The rate of change that is compared, or null.</summary>
    public RateOver? Rate { get; init; }

    /// <summary>What early warning tells is compared, or null.</summary>
    public EarlyWarningOf? Early { get; init; }

    /// <summary>The rule is on districts as a whole, and compares this of their sensors; null: on each sensor.</summary>
    public DistrictInput? District { get; init; }

    /// <summary>What the levels are counted from, or null: from zero.</summary>
    public Reference? RelativeTo { get; init; }

    /// <summary>An episode belongs to one calendar day of the city: a breach on another day ends it and opens the next.</summary>
    public bool PerDay { get; init; }

    /// <summary>When the rule can raise; null: always. Outside of it nothing is raised or confirmed, and an open episode can still clear.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>The severity of the lowest limits.</summary>
    public required Severity Severity { get; init; }

    /// <summary>Further severities with limits of their own, each past the one before; at most <see cref="MaxSeverities"/> with the lowest.</summary>
    public IReadOnlyList<SeverityLevel> Higher { get; init; } = [];

    public QualityGate Gate { get; init; } = QualityGate.Good;

    /// <summary>Districts the rule holds in; empty: all.</summary>
    public IReadOnlyList<string> Districts { get; init; } = [];

    /// <summary>Tags that a sensor's place must all have; empty: any place.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Age up to which a reading counts as live. Default 5 min.</summary>
    public TimeSpan Lateness { get; init; } = TimeSpan.FromMinutes(5);

    public LatePolicy LatePolicy { get; init; } = LatePolicy.Record;

    /// <summary>The department it is meant for, as its subscription names itself; empty: any.</summary>
    public string Department { get; init; } = "";

    /// <summary>One sentence for the person who reads it.</summary>
    public string Message { get; init; } = "";

    /// <summary>A category name of CAP 1.2; empty: what the quantity stands for.</summary>
    public string Category { get; init; } = "";

    /// <summary>URI of the page that says what to do; empty: there is none.</summary>
    public string RunBook { get; init; } = "";

    /// <summary>Nodes look after it too, by a rule of the same id in their files: what they find is adopted.</summary>
    public bool Edge { get; init; }

    /// <summary>All severities with their limits, the lowest first.</summary>
    public IEnumerable<SeverityLevel> Levels =>
        [new(Severity, Level, Clear) { LowLevel = LowLevel, LowClear = LowClear, For = For }, .. Higher];
}

/// <summary>The rules in force: a numbered, hashed version.</summary>
/// <param name="Version">Counts up from 1 with each change.</param>
/// <param name="Hash">SHA-256 of the source files, lower-case hex.</param>
/// <param name="DayOffset">The city's offset from UTC for calendar days.</param>
/// <param name="Rules">In the order of their ids.</param>
public sealed record RuleSet(int Version, string Hash, TimeSpan DayOffset, IReadOnlyList<Rule> Rules)
{
    public static readonly RuleSet Empty = new(0, "", TimeSpan.Zero, []);

    /// <summary>What is checked of readings, at most once for each quantity.</summary>
    public IReadOnlyList<QualityChecks> Checks { get; init; } = [];

    /// <summary>What is repaired, and where; of several that hold at a place for one quantity the first counts.</summary>
    public IReadOnlyList<Repairs.RepairPlan> Repairs { get; init; } = [];
}
