using SmartCity.Readings;
using SmartCity.Watch.Desk;

namespace SmartCity.Watch;

/// <content>What the desk adds to an episode. Each is a fact of its own; <see cref="State"/> is found from them and stored nowhere.</content>
public sealed partial record Episode
{
    /// <summary>The node behind the sensor when the episode opened, as <c>group/node</c>; empty: not known, or none.</summary>
    public string Node { get; init; } = "";

    /// <summary>The sensor's site when the episode opened.</summary>
    public string Site { get; init; } = "";

    /// <summary>When it is over it stays on the desk until somebody resets it.</summary>
    public bool Latched { get; init; }

    public Signature? Reset { get; init; }

    /// <summary>Somebody looked, and there was nothing.</summary>
    public Signature? FalseAlarm { get; init; }

    public Assignment? Assigned { get; init; }

    /// <summary>The last escalation, with those before it; null: none.</summary>
    public Escalation? Escalated { get; init; }

    /// <summary>How many comments it has.</summary>
    public int Comments { get; init; }

    /// <summary>Raised, and held back before anybody was called: not even its end is news.</summary>
    public bool Withheld { get; init; }

    /// <summary>When they were called whom it is meant for, if that was later than its raising.</summary>
    public Instant? ReleasedAt { get; init; }

    /// <summary>Why it is held back just now; null: it is not.</summary>
    public HeldBack? Held { get; init; }

    /// <summary>Number of its last change; 0 before the register has numbered it.</summary>
    public long Change { get; init; }

    /// <summary>Number of the last change that asked for somebody: it was raised, got worse, or is open again. Who acknowledges must have seen it.</summary>
    public long Attention { get; init; }

    /// <summary>How urgent it is: the severity that its rule found, or that it was escalated to, whichever is higher.</summary>
    public Severity Urgency => Escalated?.Worst is { } raised && raised > Severity ? raised : Severity;

    /// <summary>Whether a department is meant: it is its own, or it was called by an escalation. One that is meant for nobody in particular is for everybody.</summary>
    public bool IsFor(string department) =>
        Department.Length == 0 || string.Equals(Department, department, StringComparison.Ordinal)
        || Escalated?.All.Any(step => string.Equals(step.Department, department, StringComparison.Ordinal)) == true;

    /// <summary>Whether somebody took note of it as bad as it is now.</summary>
    public bool IsAcknowledged => Acknowledged is { } taken && Urgency <= taken.Severity;

    /// <summary>Over, and waiting for its reset.</summary>
    public bool NeedsReset => Latched && ClearedAt is not null && WithdrawnAt is null && RaisedAt is not null && Reset is null;

    /// <summary>When they were called whom it is meant for; null: nobody was.</summary>
    public Instant? CalledAt => RaisedAt is null || Withheld ? null : ReleasedAt ?? RaisedAt;

    /// <summary>Its state after ISA-18.2 and IEC 62682.</summary>
    public AlarmState State => this switch
    {
        { WithdrawnAt: not null } or { RaisedAt: null } => AlarmState.Normal,
        { IsOpen: true, Held: { IsOffDesk: true } held } => held.State,
        { IsOpen: true } => IsAcknowledged ? AlarmState.Acknowledged : AlarmState.Unacknowledged,
        { NeedsReset: true } => IsAcknowledged ? AlarmState.LatchedAcknowledged : AlarmState.LatchedUnacknowledged,
        { Withheld: true } => AlarmState.Normal,
        _ => IsAcknowledged ? AlarmState.Normal : AlarmState.ReturnedUnacknowledged,
    };

    /// <summary>Whether a change makes it ask for somebody, whatever they took note of before.</summary>
    public static bool AsksAnew(Episode? before, Episode after) =>
        after is { IsOpen: true, RaisedAt: not null }
        && (before is not { IsOpen: true, RaisedAt: not null } || after.Urgency > before.Urgency);
}
