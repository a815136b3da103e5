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

/// <summary>Which side of the level is the bad one.</summary>
public enum Breach : byte
{
    /// <summary>Breached when the value is greater than the level.</summary>
    Above = 1,

    /// <summary>Breached when the value is less than the level.</summary>
    Below = 2,
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

/// <summary>
/// A mean over slots of equal length. A slot's value is the mean of its good readings; the window's value is the mean of its slots that have any.
/// Slots are right-closed, (start, end], as stations stamp the end of the hour; the mean is formed when a slot has closed.
/// </summary>
/// <param name="Slot">Length of a slot: 1 s to 1 day, a divisor of a day.</param>
/// <param name="Slots">Slots in the window, 1 to 288. For a calendar day: a day divided by the slot.</param>
/// <param name="MinSlots">Slots that must hold a good reading, else the mean is not evaluated; 1 to <paramref name="Slots"/>.</param>
/// <param name="CalendarDay">True: evaluated once, when the city's day ends. False: rolling, evaluated as each slot closes.</param>
public sealed record MeanOver(TimeSpan Slot, int Slots, int MinSlots, bool CalendarDay)
{
    public const int MaxSlots = 288;
}

/// <summary>A threshold rule, as loaded and checked. Ids are lower case with hyphens and stay the same while the rule means the same thing.</summary>
public sealed record Rule
{
    /// <summary>How long a value holds with no reading after it. A for-duration that ends within this time after the last reading is
    /// fulfilled by the clock alone; one that ends later waits for the next reading, so that a silent sensor confirms no long breach.</summary>
    public static readonly TimeSpan HoldLimit = TimeSpan.FromMinutes(15);

    public required string Id { get; init; }
    public required Quantity Quantity { get; init; }
    public required Breach Breach { get; init; }

    /// <summary>The level, in the catalogue's unit. On the level is not breached.</summary>
    public required double Level { get; init; }

    /// <summary>The value at which an open episode clears: at or past it, on the good side. Default: the level.</summary>
    public required double Clear { get; init; }

    /// <summary>How long the breach must last before it raises. Zero: at once.</summary>
    public TimeSpan For { get; init; }

    /// <summary>The mean that is compared, or null: the value itself.</summary>
    public MeanOver? Mean { get; init; }

    /// <summary>An episode belongs to one calendar day of the city: a breach on another day ends it and opens the next.</summary>
    public bool PerDay { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>Districts the rule holds in; empty: all.</summary>
    public IReadOnlyList<string> Districts { get; init; } = [];

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
}

/// <summary>The rules in force: a numbered, hashed version.</summary>
/// <param name="Version">Counts up from 1 with each change.</param>
/// <param name="Hash">SHA-256 of the source files, lower-case hex.</param>
/// <param name="DayOffset">The city's offset from UTC for calendar days.</param>
/// <param name="Rules">In the order of their ids.</param>
public sealed record RuleSet(int Version, string Hash, TimeSpan DayOffset, IReadOnlyList<Rule> Rules)
{
    public static readonly RuleSet Empty = new(0, "", TimeSpan.Zero, []);
}
