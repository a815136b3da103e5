using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Contracts;

/// <summary>The alert desk: what the duty officer sees and does. Instants are the city clock's.</summary>
public interface IDesk
{
    /// <summary>City clock.</summary>
    Instant Now { get; }

    DeskPolicy Policy { get; }

    /// <summary>Names of the desks that have figures; the first one looks after everything.</summary>
    IReadOnlyList<string> Seats { get; }

    /// <summary>One page of a list, most urgent first.</summary>
    Task<DeskPage> List(DeskQuery query, CancellationToken cancel);

    /// <summary>How much the desk has to bear, after ISA-18.2.</summary>
    /// <param name="seat">One of the desk file's desks; null: everything. Unknown: null is returned.</param>
    DeskFigures? Figures(string? seat);

    Task<DeskOutcome> Act(EpisodeId id, DeskAction action, string by, CancellationToken cancel);

    /// <summary>What happened to an episode, oldest first.</summary>
    Task<IReadOnlyList<EpisodeEntry>> History(EpisodeId id, int limit, CancellationToken cancel);

    /// <summary>What an episode holds back by standing for it.</summary>
    Task<IReadOnlyList<Episode>> HeldBy(EpisodeId id, int limit, CancellationToken cancel);

    /// <summary>Newest first.</summary>
    /// <param name="standing">Those alone that hold now, or will.</param>
    IReadOnlyList<Suppression> Suppressions(bool standing, int limit);

    /// <summary>Puts alarms aside from now on, or from an instant on; checked by the caller. False: too many stand already.</summary>
    Task<bool> Suppress(Suppression suppression, CancellationToken cancel);

    /// <summary>Null: no such suppression, or it is ended already.</summary>
    Task<Suppression?> EndSuppression(string id, string by, string why, CancellationToken cancel);

    /// <summary>Raises a drill or a test, by the way that real ones take. Null: that very one is open already.</summary>
    Task<Episode?> Drill(DrillAsked asked, string by, CancellationToken cancel);
}

/// <summary>What became of an action.</summary>
/// <param name="Episode">As it is now; null: there is no such episode.</param>
public sealed record DeskOutcome(Episode? Episode, DeskRefusal Refusal);

/// <summary>One line of an episode's history.</summary>
/// <param name="By">Empty: its sensor.</param>
public sealed record EpisodeEntry(long Number, Instant At, string Kind, string By, string Why);

/// <summary>The desk's lists.</summary>
public enum DeskListKind : byte
{
    /// <summary>Open, and not held back.</summary>
    Open = 1,

    /// <summary>Over, and waiting for an acknowledgement or a reset.</summary>
    Over = 2,

    /// <summary>Open, and held back: each with its reason.</summary>
    Held = 3,
}

/// <summary>Which part of a list is asked for. Empty: no such filter.</summary>
/// <param name="Text">Words that all stand in message, rule, sensor, place, department, severity or name.</param>
public sealed record DeskQuery(DeskListKind List, string Seat, string District, string Rule, string Text, int Offset, int Limit);

/// <summary>A page of a list.</summary>
/// <param name="Total">How many fit the query, drills and tests among them; in the other figures they are not counted.</param>
/// <param name="Unacknowledged">How many of them nobody has acknowledged.</param>
/// <param name="Counts">How many of them by urgency.</param>
/// <param name="Districts">All that fit, gathered by district, worst first: what flood mode shows.</param>
public sealed record DeskPage(IReadOnlyList<Episode> Episodes, int Total, int Unacknowledged, IReadOnlyDictionary<Severity, int> Counts, IReadOnlyList<DistrictLoad> Districts);

/// <summary>What one district puts on the desk.</summary>
/// <param name="Worst">Its most urgent, and newest of those.</param>
public sealed record DistrictLoad(string District, int Alerts, int Unacknowledged, IReadOnlyDictionary<Severity, int> Counts, Episode Worst);

/// <summary>A drill or a test to be raised.</summary>
/// <param name="Kind">Exercise or Test.</param>
public sealed record DrillAsked(EpisodeKind Kind, Severity Severity, string District, string Department, string Message);
