using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Webhooks;

/// <summary>Writes the JSON of an episode's message: <c>type</c>, <c>timestamp</c>, <c>data</c>, in an order that never changes, below 20,000 bytes.</summary>
public static class EpisodeBody
{
    /// <summary>What Standard Webhooks recommends as the limit of a body ("smaller than 20kb").</summary>
    public const int MaxBytes = 20_000;

    /// <summary>UTF-16 units kept of a name, and of a text. A unit takes at most six bytes in JSON, one of a link at most two:
    /// five names, two texts, a category and a link stay under the limit.</summary>
    public const int MaxName = 200, MaxText = 900, MaxCategory = 20, MaxLink = 400;

    /// <summary>Messages that a summary names as superseded, at most: the latest.</summary>
    public const int MaxSuperseded = 8;

    // Relaxed: umlauts and Chinese stay readable. The body is application/json, never part of a page.
    internal static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Type(EpisodeNews news) => news switch
    {
        EpisodeNews.Raised => "episode.raised",
        EpisodeNews.Acknowledged => "episode.acknowledged",
        EpisodeNews.Cleared => "episode.cleared",
        EpisodeNews.Withdrawn => "episode.withdrawn",
        EpisodeNews.Reopened => "episode.reopened",
        EpisodeNews.SeverityChanged => "episode.severity",
        EpisodeNews.Summary => "episode.summary",
        EpisodeNews.Test => "hub.test",
    };

    public static string Name(EpisodeKind kind) => kind switch
    {
        EpisodeKind.Actual => "actual",
        EpisodeKind.Exercise => "exercise",
        EpisodeKind.Test => "test",
    };

    public static string Name(Severity severity) => severity switch
    {
        Severity.Warning => "warning",
        Severity.Minor => "minor",
        Severity.Major => "major",
        Severity.Critical => "critical",
    };

    /// <summary>When the news happened, by the clock of its source: the city's for all but the acknowledgement.</summary>
    public static Instant At(Episode episode, EpisodeNews news) => (news switch
    {
        EpisodeNews.Raised => episode.RaisedAt,
        EpisodeNews.Acknowledged => episode.Acknowledged?.At,
        EpisodeNews.Cleared => episode.ClearedAt,
        EpisodeNews.Withdrawn => episode.WithdrawnAt ?? episode.FalseAlarm?.At,
        EpisodeNews.Reopened => episode.RaisedAt,
        EpisodeNews.SeverityChanged => episode.Escalated is { } step && !(episode.SeverityAt > step.At) ? step.At : episode.SeverityAt,
        EpisodeNews.Summary or EpisodeNews.Test => episode.RaisedAt,
    }) ?? throw new UnreachableException($"An episode without the instant of its news: {news}.");

    /// <summary>Number of the layout of <c>data</c>. Fields are added at its end under the same number; one that went or changed its meaning would raise it.</summary>
    public const int Version = 1;

    /// <summary>The whole body.</summary>
    public static byte[] Write(Notice notice) => Complete(Shared(notice), notice);

    /// <summary>What a body says to every subscription alike: all but its end.</summary>
    public static byte[] Shared(Notice notice) =>
        [.. Encoding.UTF8.GetBytes($$"""{"type":"{{Type(notice.News)}}","timestamp":"{{notice.HappenedAt}}","data":"""), .. Begin(notice.Episode)];

    /// <summary>Ends what <see cref="Shared"/> began with what is a subscription's own.</summary>
    public static byte[] Complete(ReadOnlySpan<byte> shared, Notice notice) => [.. shared, .. End(notice), .. "}"u8];

    /// <summary>What stands under <c>data</c> alone.</summary>
    public static byte[] Data(Notice notice) => [.. Begin(notice.Episode), .. End(notice)];

    private static byte[] End(Notice notice)
    {
        var link = notice.AcknowledgeUrl is { } url ? $"\"{JsonEncodedText.Encode(url, Options.Encoder)}\"" : "null";
        var superseded = notice.News == EpisodeNews.Summary
            ? "[" + string.Join(',', notice.Earlier.Where(one => !one.Delivered).TakeLast(MaxSuperseded).Select(one => $$"""{"id":"{{one.MessageId}}","type":"{{one.Type}}","queuedAt":"{{one.At}}"}""")) + "]"
            : "null";
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$""","number":{{notice.Number}},"acknowledgeUrl":{{link}},"superseded":{{superseded}}}"""));
    }

    private static byte[] Begin(Episode episode)
    {
        var buffer = new ArrayBufferWriter<byte>(768);
        var row = QuantityCatalogue.Of(episode.Quantity);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("episode", episode.Id.Value);
        json.WriteString("rule", Cut(episode.Rule, MaxName));
        json.WriteNumber("ruleVersion", episode.RuleVersion);
        json.WriteString("sensor", Cut(episode.Sensor.Value, MaxName));
        json.WriteString("quantity", row.Name);
        json.WriteString("unit", row.Unit);
        if (double.IsFinite(episode.Value)) json.WriteNumber("value", episode.Value);
        else json.WriteNull("value");   // JSON has no NaN
        json.WriteString("severity", Name(episode.Urgency));
        json.WriteString("district", Cut(episode.District, MaxName));
        json.WriteString("department", Cut(episode.Department, MaxName));
        json.WriteString("message", Cut(episode.Message, MaxText));
        json.WriteString("firstBreachAt", episode.FirstBreachAt.ToString());
        WriteInstant(json, "raisedAt", episode.RaisedAt);
        WriteInstant(json, "clearedAt", episode.ClearedAt);
        WriteInstant(json, "withdrawnAt", episode.WithdrawnAt);
        WriteAcknowledgement(json, episode.Acknowledged);
        json.WriteBoolean("late", episode.Late);
        json.WriteString("category", Cut(episode.Category, MaxCategory));
        json.WriteString("runBook", IsLink(episode.RunBook) ? episode.RunBook : "");
        json.WriteString("kind", Name(episode.Kind));
        json.WriteNumber("version", Version);
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteAcknowledgement(Utf8JsonWriter json, Acknowledgement? acknowledged)
    {
        if (acknowledged is null)
        {
            json.WriteNull("acknowledged");
            return;
        }

        json.WriteStartObject("acknowledged");
        json.WriteString("by", Cut(acknowledged.By, MaxName));
        json.WriteString("at", acknowledged.At.ToString());
        json.WriteString("note", Cut(acknowledged.Note, MaxText));
        json.WriteEndObject();
    }

    private static void WriteInstant(Utf8JsonWriter json, string name, Instant? at)
    {
        if (at is { } instant) json.WriteString(name, instant.ToString());
        else json.WriteNull(name);
    }

    /// <summary>A link is sent whole or not at all: half a link leads nowhere.</summary>
    internal static bool IsLink(string text) => text.Length <= MaxLink && text.All(c => c is > ' ' and < (char)0x7F);

    /// <summary>At most so many UTF-16 units, the last one an ellipsis when something was cut; never half a character.</summary>
    internal static string Cut(string text, int max)
    {
        if (text.Length <= max) return text;
        var keep = max - 1;
        if (char.IsHighSurrogate(text[keep - 1])) keep--;
        return text[..keep] + "…";
    }
}
