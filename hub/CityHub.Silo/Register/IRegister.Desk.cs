using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Silo.Register;

public partial interface IRegister
{
    /// <summary>Does what somebody does to an episode, by <see cref="DeskAction.Apply"/>, with the messages that it causes, in one transaction.
    /// Each that changes anything is logged with who, when and why.</summary>
    /// <param name="at">City clock.</param>
    Task<DeskEntry> Act(EpisodeId id, DeskAction action, string by, Instant at);

    /// <summary>As <see cref="Act(EpisodeId, DeskAction, string, Instant)"/> for several at once; what is refused is left out.</summary>
    Task<IReadOnlyList<EpisodeChange>> Act(IReadOnlyList<(EpisodeId Episode, DeskAction Action)> actions, string by, Instant at);

    /// <summary>What happened to an episode, oldest first: at most the newest <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<EpisodeEntry>> History(EpisodeId id, int limit);

    /// <summary>What is over, was raised, and still waits for an acknowledgement or a reset, newest first.</summary>
    /// <param name="since">Those that were over before are left to the history; latched ones stay until they are reset.</param>
    Task<IReadOnlyList<Episode>> Unsettled(Instant since, int limit);

    /// <summary>Episodes that are held back by this one, newest first.</summary>
    Task<IReadOnlyList<Episode>> HeldBy(EpisodeId id, int limit);

    Task AddSuppression(Suppression suppression);

    /// <summary>Ends one before its time. Null: no such suppression, or it was ended before.</summary>
    Task<Suppression?> EndSuppression(string id, Signature end);

    /// <summary>Newest first: those that hold at <paramref name="standingAt"/> or will; null: all.</summary>
    IReadOnlyList<Suppression> Suppressions(Instant? standingAt, int limit);
}

/// <summary>What became of an action.</summary>
/// <param name="Episode">As it is now; null: there is no such episode.</param>
/// <param name="Change">What it changed; null: nothing.</param>
public sealed record DeskEntry(Episode? Episode, DeskRefusal Refusal, EpisodeChange? Change);
