using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Silo.Register;

/// <content>Subscriptions and the webhook outbox.</content>
public partial interface IRegister
{
    /// <param name="secret">What signs its messages: a <c>whsec_</c> secret or a <c>whsk_</c> key.</param>
    Task<Subscription> AddSubscription(Subscription subscription, string secret);

    /// <summary>Puts other terms, districts, addresses in the place of a subscription's; its id, its secret and what waits for it stay. Null: no such subscription.</summary>
    Task<Subscription?> ChangeSubscription(Subscription subscription);

    /// <summary>Nothing is sent to it any more; what waits for it stays listed. False: no such subscription.</summary>
    Task<bool> RemoveSubscription(string id);

    /// <summary>While paused, messages are queued and none is due. Resumed, all its endpoints are tried again. Null: no such subscription.</summary>
    Task<Subscription?> PauseSubscription(string id, bool paused);

    /// <summary>An endpoint answered 410: it is tried no more, and when none is left the subscription is paused. Null: no such subscription.</summary>
    Task<Subscription?> EndpointGone(string id, int endpoint);

    /// <summary>Puts a new secret in the place of the one in force, which goes on to sign beside it until <paramref name="previousUntil"/> (wall clock).
    /// A rotation within that time drops the one before that. False: no such subscription.</summary>
    Task<bool> RotateSecret(string id, string secret, Instant previousUntil);

    /// <summary>With the secrets that sign now: one, or the new one, a space and the one before it.</summary>
    IReadOnlyList<(Subscription Subscription, string Secret)> Subscriptions();

    /// <summary>Raised after a commit that may have made messages due, now or at another time, which <see cref="MessagesDue"/> did not name: a subscription was
    /// changed, or there were too many. Called on the writer: be short, do not throw.</summary>
    event Action? OutboxChanged;

    /// <summary>Raised after a commit with the messages that it made due at once, as <see cref="Due(Instant, int)"/> would give them out: queued for a subscription
    /// that is not paused with nothing of their episode before them, or come forward. Who was not listening, or had no room, finds them in Due.
    /// Called on the writer: be short, do not throw.</summary>
    event Action<IReadOnlyList<OutboxMessage>>? MessagesDue;

    /// <summary>Queues a message that no episode caused (a test call), under a new id.</summary>
    Task QueueMessage(NewMessage message);

    /// <summary>As <see cref="QueueMessage(NewMessage)"/>, for a message that says its own number.</summary>
    Task QueueNumbered(Func<IOutboxLines, NewMessage> compose);

    /// <summary>Messages due at or before <paramref name="now"/> (wall clock), oldest first; per (subscription, episode) only the first undelivered one.
    /// When more are due than <paramref name="limit"/>, subscriptions get equal shares, so that one with a backlog does not starve the others.
    /// Of hubs that share a register, each is given the messages of its own subscriptions; asking is how it takes and keeps them.</summary>
    Task<IReadOnlyList<OutboxMessage>> Due(Instant now, int limit);

    /// <summary>As <see cref="Due(Instant, int)"/>, for a sender whose lanes fill up: none of the subscriptions in <paramref name="except"/>,
    /// and no more than <paramref name="perSubscription"/> of any one, so that a long backlog behind a hung endpoint is not read again at each look.</summary>
    Task<IReadOnlyList<OutboxMessage>> Due(Instant now, int limit, int perSubscription, IReadOnlySet<string> except);

    /// <summary>Whether it is this hub that sends to a subscription just now; the only hub of a register always does.</summary>
    bool SendsFor(string subscription);

    /// <summary>What was queued so far, by subscription.</summary>
    Task<IReadOnlyDictionary<string, OutboxTotal>> OutboxTotals();

    /// <summary>When the next message falls due; null when none waits.</summary>
    Instant? NextDue();

    /// <summary>When the first message that is not due at <paramref name="after"/> will be; null when none waits for a later time.</summary>
    Instant? NextDue(Instant after);

    /// <summary>Writes down attempts: delivered, to be retried at, or dead-lettered.</summary>
    Task RecordAttempts(IReadOnlyList<AttemptRecord> attempts);

    /// <summary>Gives an episode's undelivered messages up for one that says what became of it: they are dead-lettered as superseded and it is queued, in one transaction.
    /// Returns how many were given up; 0: none waited, and nothing was queued.</summary>
    /// <param name="summarise">Called within the transaction.</param>
    Task<int> Supersede(string subscription, EpisodeId episode, Func<Episode, IOutboxLines, NewMessage> summarise);

    /// <summary>An endpoint that had failed is back: what waits for a later attempt, of those that were made, is due at <paramref name="at"/> (wall clock). Returns how many.
    /// What quiet hours hold back is none of them.</summary>
    Task<int> BringForward(string subscription, Instant at);

    /// <summary>Sends dead letters again under their ids, from the beginning of the schedule; what is too old by then is summed up instead. Returns how many.</summary>
    Task<int> Replay(ReplayRange range);

    /// <summary>Newest first.</summary>
    /// <param name="state">One of <see cref="DeliveryStates"/>, or null for all.</param>
    Task<IReadOnlyList<DeliveryView>> ListDeliveries(string? state, int limit);
}

/// <summary>What whoever composes messages may look up, within the transaction that it composes for.</summary>
public interface IOutboxLines
{
    /// <summary>Wall clock: when the messages are queued.</summary>
    Instant Now { get; }

    /// <summary>The number of the subscription's next message: they count from 1 without gaps.</summary>
    long NextNumber(string subscription);

    /// <summary>Every message about an episode so far, oldest first.</summary>
    IReadOnlyList<EarlierMessage> Earlier(EpisodeId episode);
}

/// <summary>A message that was queued before.</summary>
public sealed record EarlierMessage(string Subscription, string MessageId, string Type, Instant QueuedAt, bool Delivered);

/// <summary>The states that <see cref="DeliveryView.State"/> names.</summary>
public static class DeliveryStates
{
    public const string Pending = "pending";
    public const string Delivered = "delivered";

    /// <summary>Given up: after the last attempt, or because it grew too old and a summary took its place.</summary>
    public const string DeadLettered = "dead-lettered";
}

/// <summary>A message to be queued for one subscription. The body is signed and sent as it is, on every attempt.</summary>
/// <param name="MessageId">Unique within its subscription: a second one with the same id is not queued.</param>
public sealed record NewMessage(string MessageId, string SubscriptionId, string Type, byte[] Body)
{
    /// <summary>It waits until then (quiet hours), unless a later message of its episode does not; null: it is due at once.</summary>
    public Instant? NotBefore { get; init; }

    /// <summary>Attempts that a message before it, in whose place it stands, has used up of the schedule.</summary>
    public int Attempts { get; init; }
}

/// <summary>Which dead letters to send again: all that every given part names.</summary>
/// <param name="From">Queued at or after this (wall clock).</param>
/// <param name="To">Queued before this.</param>
public sealed record ReplayRange(string? MessageId = null, string? Subscription = null, Instant? From = null, Instant? To = null, int Limit = 10_000);

/// <summary>A message in the webhook outbox. The body is the exact bytes that are signed and sent on every attempt.</summary>
public sealed record OutboxMessage(long Row, string MessageId, string Subscription, EpisodeId? Episode, string Type, byte[] Body, int Attempts, Instant QueuedAt)
{
    /// <summary>Attempts that were made before it was sent again as a dead letter.</summary>
    public int ReplayedAfter { get; init; }

    /// <summary>Attempts that its schedule counts.</summary>
    public int Tried => Attempts - ReplayedAfter;
}

/// <summary>What a subscription's outbox has seen.</summary>
/// <param name="Queued">Messages since it began: the number of the newest.</param>
/// <param name="Pending">Neither delivered nor given up.</param>
/// <param name="LastMessage">Id of the newest; null before the first.</param>
public readonly record struct OutboxTotal(long Queued, long Pending, string? LastMessage);

/// <summary>How one attempt went.</summary>
/// <param name="Delivered">2xx was answered.</param>
/// <param name="NextAt">When to try again; null with <paramref name="Delivered"/> false: dead-lettered.</param>
/// <param name="Outcome">A short text: status or named failure, no body.</param>
public sealed record AttemptRecord(long Row, int Attempt, Instant At, int DurationMilliseconds, bool Delivered, Instant? NextAt, string Outcome)
{
    /// <summary>Which of the subscription's endpoints it went to, from 0.</summary>
    public int Endpoint { get; init; }

    /// <summary>What the endpoint said when it did not take it: cut, control characters taken out; null: nothing.</summary>
    public string? Answer { get; init; }
}
