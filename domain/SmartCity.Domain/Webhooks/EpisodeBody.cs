using System.Buffers;
using System.Diagnostics;
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
    public const int MaxName = 200, MaxText = 1000, MaxCategory = 20, MaxLink = 400;

    // Relaxed: umlauts and Chinese stay readable. The body is application/json, never part of a page.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Type(EpisodeNews news) => news switch
    {
        EpisodeNews.Raised => "episode.raised",
        EpisodeNews.Acknowledged => "episode.acknowledged",
        EpisodeNews.Cleared => "episode.cleared",
        EpisodeNews.Withdrawn => "episode.withdrawn",
        EpisodeNews.Reopened => "episode.reopened",
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
        EpisodeNews.Withdrawn => episode.WithdrawnAt,
        EpisodeNews.Reopened => episode.RaisedAt,
    }) ?? throw new UnreachableException($"An episode without the instant of its news: {news}.");

    public static byte[] Write(Episode episode, EpisodeNews news)
    {
        var buffer = new ArrayBufferWriter<byte>(768);
        var row = QuantityCatalogue.Of(episode.Quantity);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("type", Type(news));
        json.WriteString("timestamp", At(episode, news).ToString());
        json.WriteStartObject("data");
        json.WriteString("episode", episode.Id.Value);
        json.WriteString("rule", Cut(episode.Rule, MaxName));
        json.WriteNumber("ruleVersion", episode.RuleVersion);
        json.WriteString("sensor", Cut(episode.Sensor.Value, MaxName));
        json.WriteString("quantity", row.Name);
        json.WriteString("unit", row.Unit);
        if (double.IsFinite(episode.Value)) json.WriteNumber("value", episode.Value);
        else json.WriteNull("value");   // JSON has no NaN
        json.WriteString("severity", Name(episode.Severity));
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
        json.WriteEndObject();
        json.WriteEndObject();
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
    private static bool IsLink(string text) => text.Length <= MaxLink && text.All(c => c is > ' ' and < (char)0x7F);

    /// <summary>At most so many UTF-16 units, the last one an ellipsis when something was cut; never half a character.</summary>
    internal static string Cut(string text, int max)
    {
        if (text.Length <= max) return text;
        var keep = max - 1;
        if (char.IsHighSurrogate(text[keep - 1])) keep--;
        return text[..keep] + "…";
    }
}
