using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Webhooks;

/// <summary>An earlier message about the same episode to the same receiver.</summary>
/// <param name="Type">As in <see cref="EpisodeBody.Type"/>.</param>
/// <param name="At">When it was queued (wall clock).</param>
public sealed record EarlierNotice(string MessageId, string Type, Instant At, bool Delivered);

/// <summary>What one receiver is told, before it is written in a format.</summary>
/// <param name="MessageId">The <c>webhook-id</c>: the same on every attempt.</param>
/// <param name="Number">The message's number within its subscription, from 1 without gaps.</param>
/// <param name="At">When the message was made (wall clock): the same on every attempt.</param>
public sealed record Notice(Episode Episode, EpisodeNews News, string MessageId, string Subscription, long Number, Instant At)
{
    public City City { get; init; } = City.Unnamed;

    /// <summary>What this receiver was sent before about the episode, oldest first.</summary>
    public IReadOnlyList<EarlierNotice> Earlier { get; init; } = [];

    /// <summary>Its severity before this change, when that is what changed.</summary>
    public Severity? Before { get; init; }

    /// <summary>Where this receiver can acknowledge the episode with one click; null: by the API alone.</summary>
    public string? AcknowledgeUrl { get; init; }

    /// <summary>Whether nobody has to do anything any more.</summary>
    public bool IsOver => News is EpisodeNews.Cleared or EpisodeNews.Withdrawn || (News is EpisodeNews.Summary && !Episode.IsOpen);

    /// <summary>When what is told happened: by the city's clock, but for a summary and a test, which happen when they are made.</summary>
    public Instant HappenedAt => News is EpisodeNews.Summary or EpisodeNews.Test ? At : EpisodeBody.At(Episode, News);
}

/// <summary>Who speaks.</summary>
/// <param name="Sender">A name that is unique in the world, such as <c>alerts@city.example</c>: free of spaces, commas, &lt; and &amp;.</param>
public sealed record City(string Sender)
{
    public static readonly City Unnamed = new("cityhub");

    /// <summary>Where people and departments reach the hub, such as <c>https://hub.city.example</c>; null: nowhere from outside.</summary>
    public Uri? Address { get; init; }

    /// <summary>RFC 3066 code of the language that rules' messages are written in.</summary>
    public string Language { get; init; } = "en-US";
}
