using SmartCity.Watch;

namespace SmartCity.Webhooks;

/// <summary>What happened to an episode, as a department hears of it.</summary>
public enum EpisodeNews : byte
{
    Raised = 1,
    Acknowledged = 2,
    Cleared = 3,
    Withdrawn = 4,

    /// <summary>It had been told as cleared and is open after all.</summary>
    Reopened = 5,
}

/// <summary>Who wants to hear of what: the part of a subscription that decides.</summary>
/// <param name="Subscription">The subscription's id.</param>
/// <param name="Department">Hears of episodes meant for it, and of those meant for nobody in particular.</param>
/// <param name="Districts">Empty: all.</param>
/// <param name="MinSeverity">Episodes below it are not sent.</param>
public sealed record Audience(string Subscription, string Department, IReadOnlyList<string> Districts, Severity MinSeverity)
{
    public bool Wants(Episode episode) =>
        episode.Severity >= MinSeverity
        && (episode.Department.Length == 0 || string.Equals(episode.Department, Department, StringComparison.Ordinal))
        && (Districts.Count == 0 || Districts.Contains(episode.District, StringComparer.Ordinal));
}

/// <summary>A message for one subscription, before it is queued.</summary>
/// <param name="Id">The <c>webhook-id</c>, the same on every attempt.</param>
/// <param name="Type">The <c>type</c> in the body.</param>
/// <param name="Body">The exact bytes that are signed and sent.</param>
public sealed record WebhookMessage(string Id, string Subscription, EpisodeId Episode, string Type, byte[] Body);

/// <summary>Turns a change of an episode into the messages that it causes.</summary>
public static class EpisodeMessages
{
    /// <summary>
    /// What a change is news of, or null: nobody is told. An episode that is only recorded calls nobody, so neither does what happens to it
    /// afterwards; when it is promoted, that is its raising. A raise that late readings bring back after a withdrawal is news again,
    /// and so is a corrected instant of clearing.
    /// </summary>
    public static EpisodeNews? News(Episode? before, Episode after)
    {
        if (after.RaisedAt is null) return null;
        if (before?.RaisedAt is null || (before.WithdrawnAt is not null && after is { WithdrawnAt: null } && after.RecordedAt == before.RecordedAt))
            return EpisodeNews.Raised;
        if (after.WithdrawnAt is not null && before.WithdrawnAt != after.WithdrawnAt) return EpisodeNews.Withdrawn;
        if (after.ClearedAt is null && before.ClearedAt is not null) return EpisodeNews.Reopened;
        if (after.ClearedAt is not null && before.ClearedAt != after.ClearedAt) return EpisodeNews.Cleared;
        if (after.Acknowledged is not null && before.Acknowledged is null) return EpisodeNews.Acknowledged;
        return null;
    }

    /// <summary>The messages a change causes, in the audiences' order; none when it is no news.</summary>
    /// <param name="change">The change's number in the register: with subscription and episode it makes the message's id.</param>
    public static IReadOnlyList<WebhookMessage> Compose(Episode? before, Episode after, long change, IReadOnlyList<Audience> audiences) =>
        News(before, after) is { } news ? Compose(after, news, change, audiences) : [];

    /// <inheritdoc cref="Compose(Episode?, Episode, long, IReadOnlyList{Audience})"/>
    public static IReadOnlyList<WebhookMessage> Compose(Episode episode, EpisodeNews news, long change, IReadOnlyList<Audience> audiences)
    {
        byte[]? body = null;   // the same bytes for everyone: composed once, and only when somebody wants them
        var messages = new List<WebhookMessage>();
        foreach (var audience in audiences)
        {
            if (!audience.Wants(episode)) continue;
            body ??= EpisodeBody.Write(episode, news);
            messages.Add(new(MessageId.Of(audience.Subscription, episode.Id, change), audience.Subscription, episode.Id, EpisodeBody.Type(news), body));
        }

        return messages;
    }
}
