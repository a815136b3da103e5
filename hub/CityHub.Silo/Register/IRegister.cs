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

    /// <summary>Acknowledges; the first acknowledgement stands. Null when nothing changed: no such episode, or acknowledged before.</summary>
    Task<EpisodeChange?> Acknowledge(EpisodeId id, string by, Instant at, string note);
    Task<Episode?> FindEpisode(EpisodeId id);

    /// <summary>Newest first. From and To bound when the episode opened (raised, else recorded): [From, To).</summary>
    Task<IReadOnlyList<Episode>> ListEpisodes(EpisodeFilter filter);

    // --- twin checkpoints -----------------------------------------------------------------------------------------
    /// <summary>Writes checkpoints of nodes, replacing their last ones, and the timeline block through which they reach.</summary>
    Task SaveCheckpoints(IReadOnlyList<NodeCheckpoint> nodes, long throughBlock);

    IEnumerable<NodeCheckpoint> LoadCheckpoints(out long throughBlock);

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

    // --- subscriptions and the webhook outbox ----------------------------------------------------------------------
    Task<Subscription> AddSubscription(Subscription subscription, string secret);

    /// <summary>Nothing is sent to it any more; what waits for it stays listed. False: no such subscription.</summary>
    Task<bool> RemoveSubscription(string id);

    /// <summary>While paused, messages are queued and none is due. Null: no such subscription.</summary>
    Task<Subscription?> PauseSubscription(string id, bool paused);


    /// <summary>Puts a new secret in the place of the one in force, which goes on to sign beside it until <paramref name="previousUntil"/> (wall clock).
    /// A rotation within that time drops the one before that. False: no such subscription.</summary>
    Task<bool> RotateSecret(string id, string secret, Instant previousUntil);

    /// <summary>With the secrets that sign now: one, or the new one, a space and the one before it.</summary>
    IReadOnlyList<(Subscription Subscription, string Secret)> Subscriptions();

    /// <summary>Raised after a commit that may have made a message due sooner. Called on the writer: be short, do not throw.</summary>
    event Action? OutboxChanged;

    /// <summary>Queues a message that no episode caused (a test call, a resend), under a new id.</summary>
    Task QueueMessage(NewMessage message);

    /// <summary>Messages due at or before <paramref name="now"/> (wall clock), oldest first; per (subscription, episode) only the first undelivered one.
    /// When more are due than <paramref name="limit"/>, subscriptions get equal shares, so that one with a backlog does not starve the others.</summary>
    Task<IReadOnlyList<OutboxMessage>> Due(Instant now, int limit);

    /// <summary>As <see cref="Due(Instant, int)"/>, for a sender whose lanes fill up: none of the subscriptions in <paramref name="except"/>,
    /// and no more than <paramref name="perSubscription"/> of any one, so that a long backlog behind a hung endpoint is not read again at each look.</summary>
    Task<IReadOnlyList<OutboxMessage>> Due(Instant now, int limit, int perSubscription, IReadOnlySet<string> except);

    /// <summary>What was queued so far, by subscription.</summary>
    Task<IReadOnlyDictionary<string, OutboxTotal>> OutboxTotals();

    /// <summary>When the next message falls due; null when none waits.</summary>
    Instant? NextDue();

    /// <summary>When the first message that is not due at <paramref name="after"/> will be; null when none waits for a later time.</summary>
    Instant? NextDue(Instant after);

    /// <summary>Writes down attempts: delivered, to be retried at, or dead-lettered.</summary>
    Task RecordAttempts(IReadOnlyList<AttemptRecord> attempts);

    /// <summary>Newest first.</summary>
    /// <param name="state">One of <see cref="DeliveryStates"/>, or null for all.</param>
    Task<IReadOnlyList<DeliveryView>> ListDeliveries(string? state, int limit);

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

/// <summary>The states that <see cref="DeliveryView.State"/> names.</summary>
public static class DeliveryStates
{
    public const string Pending = "pending";
    public const string Delivered = "delivered";

    /// <summary>Given up after the last attempt.</summary>
    public const string DeadLettered = "dead-lettered";
}

/// <summary>A message to be queued for one subscription. The body is signed and sent as it is, on every attempt.</summary>
/// <param name="MessageId">Unique within its subscription: a second one with the same id is not queued.</param>
public sealed record NewMessage(string MessageId, string SubscriptionId, string Type, byte[] Body);

/// <summary>A node's twin and its sensors', as bytes of <c>NodeTwin.Write</c>.</summary>
public sealed record NodeCheckpoint(NodeKey Node, byte[] State);

/// <summary>A device bound to a sensor at a place, from an instant on.</summary>
public sealed record SensorPlace(SensorId Sensor, DeviceKey Device, Place Place);

/// <summary>A message in the webhook outbox. The body is the exact bytes that are signed and sent on every attempt.</summary>
public sealed record OutboxMessage(long Row, string MessageId, string Subscription, EpisodeId? Episode, string Type, byte[] Body, int Attempts, Instant QueuedAt);

/// <summary>What a subscription's outbox has seen.</summary>
/// <param name="Queued">Messages since it began.</param>
/// <param name="Pending">Neither delivered nor given up.</param>
/// <param name="LastMessage">Id of the newest; null before the first.</param>
public readonly record struct OutboxTotal(long Queued, long Pending, string? LastMessage);

/// <summary>How one attempt went.</summary>
/// <param name="Delivered">2xx was answered.</param>
/// <param name="NextAt">When to try again; null with <paramref name="Delivered"/> false: dead-lettered.</param>
/// <param name="Outcome">A short text: status or named failure, no body.</param>
public sealed record AttemptRecord(long Row, int Attempt, Instant At, int DurationMilliseconds, bool Delivered, Instant? NextAt, string Outcome);
