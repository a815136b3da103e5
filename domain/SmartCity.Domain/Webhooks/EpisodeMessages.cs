using SmartCity.Readings;
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

    /// <summary>It got worse or better.</summary>
    SeverityChanged = 6,

    /// <summary>What became of it since the last message that arrived, in the place of messages that grew too old to be sent.</summary>
    Summary = 7,

    /// <summary>Somebody pressed the test button of a subscription: nothing happened anywhere.</summary>
    Test = 8,
}

/// <summary>Who wants to hear of what: the part of a subscription that decides.</summary>
/// <param name="Department">Hears of episodes meant for it, and of those meant for nobody in particular.</param>
/// <param name="Districts">Empty: all.</param>
/// <param name="MinSeverity">Episodes below it are not sent.</param>
public sealed record Audience(string Department, IReadOnlyList<string> Districts, Severity MinSeverity)
{
    /// <summary>Category names of CAP 1.2; empty: all.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Empty: all.</summary>
    public IReadOnlyList<Quantity> Quantities { get; init; } = [];

    /// <summary>Real episodes alone, unless it asks for drills or tests.</summary>
    public IReadOnlyList<EpisodeKind> Kinds { get; init; } = [EpisodeKind.Actual];

    public bool Wants(Episode episode) =>
        episode.Urgency >= MinSeverity
        && episode.IsFor(Department)
        && (Districts.Count == 0 || Districts.Contains(episode.District, StringComparer.Ordinal))
        && (Categories.Count == 0 || EpisodeCategories.Of(episode).Any(category => Categories.Contains(category, StringComparer.Ordinal)))
        && (Quantities.Count == 0 || Quantities.Contains(episode.Quantity))
        && Kinds.Contains(episode.Kind);

    /// <summary>
    /// What this audience is told of a piece of news; null: nothing. Who heard of an episode hears of all that follows, whatever became of its severity, or
    /// it would never learn that it is over. Who did not hears of it as raised once it becomes what it wants, and never of the end of what it did not know.
    /// </summary>
    public EpisodeNews? Told(EpisodeNews news, Episode episode, bool heard)
    {
        if (heard) return news;
        if (!Wants(episode)) return null;
        return news switch
        {
            EpisodeNews.Raised or EpisodeNews.SeverityChanged or EpisodeNews.Reopened => EpisodeNews.Raised,
            EpisodeNews.Test or EpisodeNews.Summary => news,
            EpisodeNews.Acknowledged or EpisodeNews.Cleared or EpisodeNews.Withdrawn => null,
        };
    }
}

/// <summary>Finds out what a change of an episode is news of.</summary>
public static class EpisodeMessages
{
    /// <summary>
    /// What a change is news of, or null: nobody is told. An episode that is only recorded calls nobody, so neither does what happens to it
    /// afterwards; when it is promoted, that is its raising. The same holds for one that the desk holds back, until it is released. A false alarm is
    /// told as withdrawn, an escalation as a change of severity: a department that is called by it hears of the episode as raised. A raise that late readings bring back after a withdrawal is news again,
    /// and so is a corrected instant of clearing.
    /// </summary>
    public static EpisodeNews? News(Episode? before, Episode after)
    {
        if (after.RaisedAt is null || after.Withheld) return null;
        if (before?.RaisedAt is null || before.Withheld || (before.WithdrawnAt is not null && after is { WithdrawnAt: null } && after.RecordedAt == before.RecordedAt))
            return EpisodeNews.Raised;
        if (after.WithdrawnAt is not null && before.WithdrawnAt != after.WithdrawnAt) return EpisodeNews.Withdrawn;
        if (after.FalseAlarm is not null && before.FalseAlarm is null) return EpisodeNews.Withdrawn;
        if (after.ClearedAt is null && before.ClearedAt is not null) return EpisodeNews.Reopened;
        if (after.ClearedAt is not null && before.ClearedAt != after.ClearedAt) return EpisodeNews.Cleared;
        if ((after.Severity != before.Severity && after.SeverityAt is not null) || after.Escalated != before.Escalated) return EpisodeNews.SeverityChanged;
        if (after.Acknowledged is not null && before.Acknowledged != after.Acknowledged) return EpisodeNews.Acknowledged;
        return null;
    }
}
