using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Register;

/// <content>What departments did with what they were sent, and the proof of it.</content>
public partial interface IRegister
{
    /// <summary>A key of the hub's own; made by <paramref name="make"/> when there is none, and the same ever after.</summary>
    byte[] HubKey(string name, Func<byte[]> make);

    /// <summary>Writes down that a department took note. The first of each subscription and episode stands. Returns the one that stands.</summary>
    Task<DepartmentAck> KeepAcknowledgement(DepartmentAck acknowledgement);

    Task<DepartmentAck?> FindAcknowledgement(EpisodeId episode, string subscription);

    /// <summary>Whose message has this id, and which episode it is about; null: nobody's, or about none.</summary>
    Task<(string Subscription, EpisodeId Episode)?> FindMessage(string messageId);

    /// <summary>Everything that was sent about an episode, oldest first, each message with its attempts.</summary>
    Task<IReadOnlyList<MessageEvidence>> Evidence(EpisodeId episode);

    /// <summary>Forgets evidence that is older than <paramref name="queuedBefore"/> (wall clock): messages that were delivered or given up, of episodes that are over, their attempts,
    /// and what departments acknowledged. The episodes stay. Returns how many rows went; fewer than <paramref name="limit"/>: nothing is left to forget.</summary>
    Task<int> ExpireEvidence(Instant queuedBefore, int limit);

    Task<IReadOnlyList<DepartmentAck>> Acknowledgements(EpisodeId episode);

    /// <summary>What was sent to a department's subscriptions, ended ones too, about episodes, queued in [from, to) (wall clock).</summary>
    Task<(IReadOnlyList<DeliveryFact> Deliveries, IReadOnlyList<AcknowledgementFact> Acknowledgements)> DepartmentFacts(string department, Instant from, Instant to, int limit);
}

/// <summary>A department took note of an episode.</summary>
/// <param name="Who">A person or a system, as it called itself; empty: the department.</param>
/// <param name="Via"><c>link</c>, <c>api</c> or <c>cap</c>.</param>
/// <param name="At">Wall clock.</param>
public sealed record DepartmentAck(EpisodeId Episode, string Subscription, string Department, string Who, string Via, Instant At, string Note);

/// <summary>One message about an episode, and all that was tried.</summary>
public sealed record MessageEvidence(string MessageId, string Subscription, string Department, string Type, string State, Instant QueuedAt, Instant DueAt, Instant? DeliveredAt, IReadOnlyList<AttemptEvidence> Attempts);

/// <summary>One attempt at one message.</summary>
/// <param name="Endpoint">Which of the subscription's endpoints, from 0.</param>
public sealed record AttemptEvidence(int Attempt, Instant At, int Milliseconds, bool Delivered, string Outcome, int Endpoint, string? Answer);
