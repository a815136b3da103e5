using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Webhooks;

/// <summary>A notice in words, for people in a chat: what happened first, then where and how bad, then what can be done. Each chat writes it in its own way.</summary>
/// <param name="Title">One line.</param>
/// <param name="Facts">Names and values, in the order of their weight.</param>
/// <param name="Links">What each leads to, and where.</param>
public sealed record ChatText(string Title, IReadOnlyList<(string Name, string Value)> Facts, IReadOnlyList<(string Name, string Url)> Links)
{
    private const int MaxTitle = 300, MaxFact = 400;

    public static ChatText Of(Notice notice)
    {
        var episode = notice.Episode;
        var row = QuantityCatalogue.Of(episode.Quantity);
        var facts = new List<(string, string)>
        {
            ("District", episode.District),
            ("Sensor", episode.Sensor.Value),
            ("Value", notice.News == EpisodeNews.Test ? "" : string.Create(CultureInfo.InvariantCulture, $"{row.Name} {episode.Value} {row.Unit}")),
            ("Since", Time(episode.FirstBreachAt)),
            ("Cleared", episode.ClearedAt is { } cleared ? Time(cleared) : ""),
            ("Acknowledged", episode.Acknowledged is { } acknowledged ? $"{acknowledged.By}, {Time(acknowledged.At)}" : ""),
            ("Rule", episode.Rule),
        };
        var links = new List<(string, string)>();
        if (notice.AcknowledgeUrl is { } acknowledge && !notice.IsOver) links.Add(("Acknowledge", acknowledge));
        if (episode.RunBook.Length > 0 && EpisodeBody.IsLink(episode.RunBook)) links.Add(("What to do", episode.RunBook));
        var message = episode.Message.Length > 0 ? episode.Message : episode.Rule;
        return new(Line($"{Kind(episode.Kind)}{What(notice)}: {message}", MaxTitle), [.. facts.Where(fact => fact.Item2.Length > 0).Select(fact => (fact.Item1, Line(fact.Item2, MaxFact)))], links);
    }

    /// <summary>Everything as plain lines, for a chat whose text knows no markup.</summary>
    public string Lines() => string.Join('\n', [Title, .. Facts.Select(fact => $"{fact.Name}: {fact.Value}"), .. Links.Select(link => $"{link.Name}: {link.Url}")]);

    internal static byte[] Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static string Kind(EpisodeKind kind) => kind switch
    {
        EpisodeKind.Actual => "",
        EpisodeKind.Exercise => "EXERCISE, EXERCISE: ",
        EpisodeKind.Test => "TEST: ",
    };

    private static string What(Notice notice)
    {
        var severity = EpisodeBody.Name(notice.Episode.Urgency).ToUpperInvariant();
        return notice.News switch
        {
            EpisodeNews.Raised => severity,
            EpisodeNews.Acknowledged => $"{severity}, acknowledged",
            EpisodeNews.Cleared => "CLEARED",
            EpisodeNews.Withdrawn => "WITHDRAWN, it never was",
            EpisodeNews.Reopened => $"{severity}, open again",
            EpisodeNews.SeverityChanged => $"now {severity}",
            EpisodeNews.Summary => notice.IsOver ? "What you missed, over by now" : $"{severity}, what you missed",
            EpisodeNews.Test => "nothing has happened",
        };
    }

    /// <summary>One line without control characters: no text of a rule or a person can draw lines of its own.</summary>
    private static string Line(string text, int max) => EpisodeBody.Cut(string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)), max);

    private static string Time(Instant at) => at.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
