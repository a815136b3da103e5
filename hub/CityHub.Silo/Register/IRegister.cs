using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Silo.Register;

/// <summary>
/// Everything durable that is not a reading: episodes, twin checkpoints, the webhook outbox, subscriptions, places, rule versions, keys, audit.
/// Writes from many callers are committed in groups by one writer; a returned task means committed and synced.
/// A store that is full or away answers with <see cref="RegisterUnavailableException"/>; callers keep what they have and try again.
/// </summary>
public partial interface IRegister
{
    // --- episodes -------------------------------------------------------------------------------------------------
    /// <summary>Applies events by <see cref="Episode.Apply"/> and queues the messages they cause, in one transaction.
    /// At most one open episode per (rule, sensor); repeats change nothing. Returns what changed.</summary>
    /// <param name="context">Looks up district, department and message for an episode that opens.</param>
    /// <param name="holdBack">Why one that opens is held back, asked within the transaction; null, or an answer of null: it is told.</param>
    Task<IReadOnlyList<EpisodeChange>> Commit(IReadOnlyList<EpisodeEvent> events, Func<EpisodeEvent, EpisodeContext> context, Func<Episode, HeldBack?>? holdBack = null);

    /// <inheritdoc cref="Commit(IReadOnlyList{EpisodeEvent}, Func{EpisodeEvent, EpisodeContext}, Func{Episode, HeldBack?}?)"/>
    /// <param name="events">Asked within the transaction, on the writer: what comes until then is committed with it. Asked again after a transaction that was undone;
    /// what it gave then must be in it again.</param>
    /// <param name="rides">It may wait some milliseconds for a transaction to ride with, until <see cref="Hurry"/>.</param>
    /// <param name="under">Whose owner writes; null: nobody's in particular.</param>
    /// <exception cref="TenureLostException">A group has another owner by now; nothing was written.</exception>
    Task<IReadOnlyList<EpisodeChange>> Commit(Func<IReadOnlyList<EpisodeEvent>> events, Func<EpisodeEvent, EpisodeContext> context, Func<Episode, HeldBack?>? holdBack = null, bool rides = false,
        IReadOnlyList<GroupTenure>? under = null);

    /// <summary>What waits to ride with a transaction waits no longer.</summary>
    void Hurry();

    /// <summary>Acknowledges; the first acknowledgement stands. Null when nothing changed: no such episode, or acknowledged before.</summary>
    Task<EpisodeChange?> Acknowledge(EpisodeId id, string by, Instant at, string note);
    Task<Episode?> FindEpisode(EpisodeId id);

    /// <summary>Newest first. From and To bound when the episode opened (raised, else recorded): [From, To).</summary>
    Task<IReadOnlyList<Episode>> ListEpisodes(EpisodeFilter filter);

    // --- twin checkpoints -----------------------------------------------------------------------------------------
    /// <summary>Writes checkpoints of nodes, replacing their last ones, and the timeline block through which they reach.</summary>
    /// <param name="under">Whose owner writes; null: nobody's in particular.</param>
    /// <exception cref="TenureLostException">A group has another owner by now.</exception>
    Task SaveCheckpoints(IReadOnlyList<NodeCheckpoint> nodes, long throughBlock, IReadOnlyList<GroupTenure>? under = null);

    IEnumerable<NodeCheckpoint> LoadCheckpoints(out long throughBlock);

    /// <summary>Checkpoints of nodes of some groups, and those that are of no group.</summary>
    IReadOnlyList<NodeCheckpoint> LoadCheckpoints(IReadOnlyList<string> groups);

    // --- rules ----------------------------------------------------------------------------------------------------
    /// <summary>Puts a rule set in force under the next number unless its hash is already in force; keeps who and when. Returns its version.</summary>
    Task<int> InstallRules(string hash, string source, string by, Instant at);

    /// <summary>Version, hash and source in force; null before the first.</summary>
    (int Version, string Hash, string Source)? RulesInForce();

    // --- places ---------------------------------------------------------------------------------------------------
    /// <summary>Adds dated places; one of the same sensor and instant is replaced.</summary>
    Task SavePlaces(IReadOnlyList<SensorPlace> places);

    /// <summary>All of them, by sensor, oldest first: the last one at or before an instant is in force at that instant.</summary>
    IReadOnlyList<SensorPlace> LoadPlaces();

    // --- keys and audit -------------------------------------------------------------------------------------------
    /// <summary>Keeps the SHA-256 of a key under a name.</summary>
    Task AddKey(string name, byte[] sha256, Instant at);

    /// <summary>The name of the key with this hash, or null.</summary>
    string? FindKey(ReadOnlySpan<byte> sha256);

    bool HasKeys();
    Task Audit(Instant at, string who, string what, string subject);
}

/// <summary>The register cannot be written or read just now (full disk, I/O error). The text names the cause, no paths, no secrets.</summary>
public sealed class RegisterUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What an episode needs beyond what the twin knows.</summary>
public sealed record EpisodeContext(string District, string Department, string Message)
{
    /// <inheritdoc cref="Episode.Category"/>
    public string Category { get; init; } = "";

    /// <inheritdoc cref="Episode.RunBook"/>
    public string RunBook { get; init; } = "";

    public EpisodeKind Kind { get; init; } = EpisodeKind.Actual;

    /// <inheritdoc cref="Episode.Node"/>
    public string Node { get; init; } = "";

    /// <inheritdoc cref="Episode.Site"/>
    public string Site { get; init; } = "";

    /// <inheritdoc cref="Episode.Latched"/>
    public bool Latched { get; init; }
}

/// <summary>An episode before and after, and the event that moved it. <paramref name="Number"/> counts changes, without gaps.</summary>
public sealed record EpisodeChange(long Number, Episode? Before, Episode After, string Kind);

/// <summary>The kinds of <see cref="EpisodeChange"/>.</summary>
public static class EpisodeChangeKinds
{
    /// <summary>Opened with a call, or promoted from recorded, or found again after it was withdrawn.</summary>
    public const string Raised = "episode.raised";
    public const string Recorded = "episode.recorded";
    public const string Cleared = "episode.cleared";
    public const string Withdrawn = "episode.withdrawn";

    /// <summary>More of a district's sensors are in its episode.</summary>
    public const string Joined = "episode.joined";
    public const string Acknowledged = "episode.acknowledged";

    /// <summary>It got worse or better.</summary>
    public const string SeverityChanged = "episode.severity";

    public const string Reset = "episode.reset";
    public const string Assigned = "episode.assigned";
    public const string Commented = "episode.commented";
    public const string FalseAlarm = "episode.false-alarm";
    public const string Escalated = "episode.escalated";

    /// <summary>Held back, or for another reason than before.</summary>
    public const string Held = "episode.held";

    /// <summary>Held back no longer; whom it is meant for are called, unless they were before.</summary>
    public const string Released = "episode.released";

    /// <summary>Late readings moved the instant at which it cleared.</summary>
    public const string Updated = "episode.updated";
}

/// <summary>A node's twin and its sensors', as bytes of <c>NodeTwin.Write</c>.</summary>
public sealed record NodeCheckpoint(NodeKey Node, byte[] State);

/// <summary>A device bound to a sensor at a place, from an instant on.</summary>
public sealed record SensorPlace(SensorId Sensor, DeviceKey Device, Place Place);
