using System.Diagnostics;
using SmartCity.Readings;

namespace SmartCity.Watch.Desk;

/// <summary>Why an action was not done.</summary>
public enum DeskRefusal : byte
{
    /// <summary>It was done.</summary>
    None = 0,

    /// <summary>It stands so already: nothing to do.</summary>
    Unchanged = 1,

    /// <summary>Somebody else acknowledged before.</summary>
    AcknowledgedBefore = 2,

    /// <summary>It was raised, got worse or came back after what the person saw.</summary>
    ChangedSince = 3,

    /// <summary>Not latched, or reset already: there is nothing to reset.</summary>
    NotLatched = 4,

    /// <summary>The value has not come back.</summary>
    StillBreached = 5,

    /// <summary>To be acknowledged first.</summary>
    NotAcknowledged = 6,

    /// <summary>Withdrawn: it never was.</summary>
    Withdrawn = 7,

    /// <summary>It is over.</summary>
    Over = 8,

    /// <summary>Only drills and tests are ended by hand; a real one ends when its sensor says so.</summary>
    IsActual = 9,

    /// <summary>It has been escalated as often as one can.</summary>
    TooManySteps = 10,
}

/// <summary>What a person, or the hub on its own, does to an episode on the desk. One action moves one fact; the others stay as they are.</summary>
public abstract record DeskAction
{
    /// <summary>The hub as the one who did it.</summary>
    public const string Hub = "hub";

    /// <summary>"Seen", and no more than that.</summary>
    /// <param name="Seen">Number of the last change that the person saw; null: as it is now.</param>
    public sealed record Acknowledge(string Note, long? Seen = null) : DeskAction;

    /// <summary>Lets go of a latched alarm that is over and acknowledged.</summary>
    public sealed record Reset(string Note) : DeskAction;

    /// <param name="To">A person or crew; empty: nobody any more.</param>
    public sealed record Assign(string To) : DeskAction;

    public sealed record Comment(string Text) : DeskAction;

    /// <summary>Somebody looked, and there was nothing. It counts as acknowledged, and stays until its sensor is quiet.</summary>
    public sealed record MarkFalse(string Why) : DeskAction;

    /// <param name="Department">Empty: no further department.</param>
    public sealed record Escalate(string Department, Severity? Severity, string Why) : DeskAction;

    /// <summary>Ends a drill or a test.</summary>
    public sealed record End(string Why) : DeskAction;

    /// <summary>The hub's own decision of <see cref="Decision"/>. Null: it is held back no longer, and they are called who were not yet.</summary>
    public sealed record HoldBack(HeldBack? Held) : DeskAction;

    /// <summary>What an action makes of an episode. Same in, same out: the episode itself when refused.</summary>
    /// <param name="by">Who does it.</param>
    /// <param name="at">When (city clock).</param>
    public static (Episode After, DeskRefusal Refusal) Apply(Episode e, DeskAction action, string by, Instant at)
    {
        // A person speaks of something that is; what never was takes comments alone.
        if (e.WithdrawnAt is not null && action is not Comment) return (e, DeskRefusal.Withdrawn);
        return action switch
        {
            Acknowledge a => Take(e, a, by, at),
            Reset r => Release(e, r, by, at),
            Assign { To: "" } => e.Assigned is null ? (e, DeskRefusal.Unchanged) : Done(e with { Assigned = null }),
            Assign a => e.Assigned?.To == a.To ? (e, DeskRefusal.Unchanged) : Done(e with { Assigned = new(a.To, by, at) }),
            Comment => Done(e with { Comments = e.Comments + 1 }),
            MarkFalse f => e.FalseAlarm is not null ? (e, DeskRefusal.Unchanged) : Done(e.Acknowledge(by, at, f.Why) with { FalseAlarm = new(by, at, f.Why) }),
            Escalate s => StepUp(e, s, by, at),
            End end => e switch
            {
                { Kind: EpisodeKind.Actual } => (e, DeskRefusal.IsActual),
                { IsOpen: false } => (e, DeskRefusal.Over),
                _ => Done(e with { ClearedAt = at, Held = null }),
            },
            HoldBack h => Hold(e, h.Held, at),
            _ => throw new UnreachableException($"An action that the desk does not know: {action.GetType().Name}"),
        };
    }

    private static (Episode, DeskRefusal) Take(Episode e, Acknowledge a, string by, Instant at)
    {
        if (e.IsAcknowledged) return (e, e.Acknowledged!.By == by ? DeskRefusal.Unchanged : DeskRefusal.AcknowledgedBefore);
        return a.Seen is { } seen && seen < e.Attention ? (e, DeskRefusal.ChangedSince) : Done(e.Acknowledge(by, at, a.Note));
    }

    private static (Episode, DeskRefusal) Release(Episode e, Reset r, string by, Instant at) =>
        !e.Latched || e.Reset is not null ? (e, DeskRefusal.NotLatched)
        : e.ClearedAt is null ? (e, DeskRefusal.StillBreached)
        : !e.IsAcknowledged ? (e, DeskRefusal.NotAcknowledged)
        : Done(e with { Reset = new(by, at, r.Note) });

    private static (Episode, DeskRefusal) StepUp(Episode e, Escalate s, string by, Instant at)
    {
        if (!e.IsOpen) return (e, DeskRefusal.Over);
        if (e.Escalated?.Step >= Escalation.MaxSteps) return (e, DeskRefusal.TooManySteps);
        return Done(e with { Escalated = new((e.Escalated?.Step ?? 0) + 1, s.Department, s.Severity, by, at, s.Why, e.Escalated) });
    }

    private static (Episode, DeskRefusal) Hold(Episode e, HeldBack? held, Instant at)
    {
        if (!e.IsOpen || e.RaisedAt is null) return (e, DeskRefusal.Over);
        if (held is not null) return held == e.Held ? (e, DeskRefusal.Unchanged) : Done(e with { Held = held });
        if (e.Held is null && !e.Withheld) return (e, DeskRefusal.Unchanged);
        return Done(e.Withheld ? e with { Held = null, Withheld = false, ReleasedAt = at } : e with { Held = null });
    }

    private static (Episode, DeskRefusal) Done(Episode after) => (after, DeskRefusal.None);
}
