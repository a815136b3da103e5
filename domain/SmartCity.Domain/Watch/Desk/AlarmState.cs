using SmartCity.Readings;

namespace SmartCity.Watch.Desk;

/// <summary>The states of ISA-18.2 and IEC 62682, as a duty officer meets them.</summary>
public enum AlarmState : byte
{
    /// <summary>Nobody is asked for anything: over and acknowledged, withdrawn, or only recorded.</summary>
    Normal = 1,
    Unacknowledged = 2,
    Acknowledged = 3,

    /// <summary>Over, and nobody has acknowledged.</summary>
    ReturnedUnacknowledged = 4,

    /// <summary>Over and latched: acknowledgement first, then reset.</summary>
    LatchedUnacknowledged = 5,

    /// <summary>Over, acknowledged, and waiting for its reset.</summary>
    LatchedAcknowledged = 6,

    /// <summary>Put aside by a person for a time.</summary>
    Shelved = 7,

    /// <summary>Held back by the city's own design: an inhibiting episode, or a standing suppression.</summary>
    SuppressedByDesign = 8,

    /// <summary>Its sensor, node, site or district is being worked on, or is out of service.</summary>
    OutOfService = 9,
}

/// <summary>Who did something, when (city clock), and why.</summary>
public sealed record Signature(string By, Instant At, string Why);

/// <summary>Who looks after an episode.</summary>
/// <param name="To">A person or crew.</param>
public sealed record Assignment(string To, string By, Instant At);

/// <summary>One step up: a further department is called, or it counts as more severe, or both.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Department">The department that is called as well; empty: none.</param>
/// <param name="Severity">What it counts as from now on; null: as before.</param>
/// <param name="By">Who did it; the hub itself when time ran out.</param>
/// <param name="Before">The escalation before this one.</param>
public sealed record Escalation(int Step, string Department, Severity? Severity, string By, Instant At, string Why, Escalation? Before)
{
    /// <summary>Most steps of one episode.</summary>
    public const int MaxSteps = 16;

    /// <summary>The highest severity of all steps; null: none said one.</summary>
    public Severity? Worst => Before?.Worst is { } earlier && (Severity is not { } own || earlier > own) ? earlier : Severity;

    /// <summary>This one and those before it, newest first.</summary>
    public IEnumerable<Escalation> All
    {
        get
        {
            for (var one = this; one is not null; one = one.Before) yield return one;
        }
    }
}

/// <summary>Why an episode is held back.</summary>
public enum HoldReason : byte
{
    OutOfService = 1,
    Maintenance = 2,
    Shelved = 3,

    /// <summary>A standing suppression in the desk file.</summary>
    Design = 4,

    /// <summary>An episode that stands for it is open.</summary>
    Inhibited = 5,

    /// <summary>It waits for its group. On the desk it is seen at once; whom it is meant for are called a little later.</summary>
    Grouped = 6,
}

/// <summary>An episode is held back, and why.</summary>
/// <param name="Because">A sentence for people.</param>
/// <param name="By">Id of the suppression or of the episode that holds it back, or the group's name.</param>
/// <param name="Until">When that ends by itself; null: not by time alone.</param>
public sealed record HeldBack(HoldReason Reason, string Because, string By, Instant? Until)
{
    /// <summary>Whether it leaves the desk's list for the list of what is held back.</summary>
    public bool IsOffDesk => Reason != HoldReason.Grouped;

    /// <summary>The state of an open episode that is held back for this.</summary>
    public AlarmState State => Reason switch
    {
        HoldReason.OutOfService or HoldReason.Maintenance => AlarmState.OutOfService,
        HoldReason.Shelved => AlarmState.Shelved,
        HoldReason.Design or HoldReason.Inhibited => AlarmState.SuppressedByDesign,
        HoldReason.Grouped => AlarmState.Unacknowledged,
    };
}
