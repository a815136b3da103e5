using System.Text.Json;

namespace SmartCity.Timeline;

/// <summary>What a store over HTTP said of a batch of lines.</summary>
public enum WriteVerdict : byte
{
    /// <summary>All of it is in.</summary>
    Stored,

    /// <summary>Away, busy or full: the same again, later.</summary>
    RetryLater,

    /// <summary>More than it takes at once: in halves.</summary>
    TooLarge,

    /// <summary>Good lines are in, bad ones are not: in halves, until the bad ones are known.</summary>
    Refused,

    /// <summary>Name or token is wrong, or may not write: kept until that is mended.</summary>
    AccessRefused,

    /// <summary>The database or bucket is not there: made, then the same again.</summary>
    NoDatabase,
}

/// <param name="Reason">The server's own words, or a name for what happened instead of an answer. At most <see cref="MaxReason"/> characters.</param>
/// <param name="RetryAfter">What the server asked for.</param>
public readonly record struct WriteAnswer(WriteVerdict Verdict, string Reason = "", TimeSpan? RetryAfter = null)
{
    public const int MaxReason = 300;

    /// <summary>Decides by status and text, the same for InfluxDB 1.x, 2.x and 3 and for VictoriaMetrics.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="body">The beginning of the answer's text.</param>
    public static WriteAnswer Of(int status, string body, TimeSpan? retryAfter = null) => new(status switch
    {
        >= 200 and < 300 => WriteVerdict.Stored,
        401 or 403 or 407 => WriteVerdict.AccessRefused,
        404 => WriteVerdict.NoDatabase,
        413 => WriteVerdict.TooLarge,
        400 or 422 => WriteVerdict.Refused, // 422: InfluxDB 2, of points outside of the bucket's retention
        // Redirects, other words for "not like this" and all that is the server's own trouble: nothing is known to be in, nothing is given up.
        _ => WriteVerdict.RetryLater,
    }, Words(status, body), retryAfter);

    // 1.x says {"error":…}, 2.x {"message":…}, 3 either; a proxy says anything.
    private static string Words(int status, string body)
    {
        var words = body;
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                foreach (var name in (string[])["error", "message"])
                {
                    if (json.RootElement.TryGetProperty(name, out var said) && said.ValueKind == JsonValueKind.String) words = said.GetString()!;
                }
            }
        }
        catch (JsonException)
        {
            // plain text, then
        }
        words = $"{status} {words.ReplaceLineEndings(" ").Trim()}";
        return words.Length <= MaxReason ? words : words[..MaxReason];
    }
}
