using SmartCity.Readings;

namespace SmartCity.Watch.Desk;

/// <summary>A failure of one of the hub's own parts, as an episode like any other: raised when it has lasted, cleared when the part has been sound for
/// a while. Immutable; takes the city clock.</summary>
/// <param name="Rule">Begins with <see cref="Prefix"/>.</param>
/// <param name="Part">What failed, as <c>hub.timeline</c>.</param>
/// <param name="RaiseAfter">How long it must have failed without a break.</param>
/// <param name="ClearAfter">How long it must have been sound without a break.</param>
public sealed record PartWatch(string Rule, SensorId Part, Severity Severity, TimeSpan RaiseAfter, TimeSpan ClearAfter)
{
    /// <summary>Rules of the hub's own; no rule file has an id that begins like it.</summary>
    public const string Prefix = "hub-";

    /// <summary>The department that looks after the hub itself.</summary>
    public const string Department = "operations";

    private Instant? DifferentSince { get; init; }

    /// <summary>Its open episode; null: none.</summary>
    public EpisodeId? Open { get; init; }

    /// <summary>One look at the part.</summary>
    /// <returns>What is known now, and what there is to be written down, or null.</returns>
    public (PartWatch Next, EpisodeEvent? Found) Look(bool failed, Instant now)
    {
        if (failed == Open is not null) return (DifferentSince is null ? this : this with { DifferentSince = null }, null);
        var since = DifferentSince is { } begun && begun <= now ? begun : now;
        if (now - since < (failed ? RaiseAfter : ClearAfter)) return (this with { DifferentSince = since }, null);
        if (Open is { } open) return (this with { Open = null, DifferentSince = null }, new EpisodeEvent.Cleared(open, Rule, 0, Part, Quantity.Notice, now, 0));
        var id = EpisodeId.Of(Rule, Part, 0, (ulong)Math.Max(0, since.UnixMilliseconds));
        return (this with { Open = id, DifferentSince = null }, new EpisodeEvent.Raised(id, Rule, 0, Part, Quantity.Notice, now, Severity, 1, since, Late: false));
    }
}
