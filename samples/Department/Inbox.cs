using System.Text.Json;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace Department;

/// <summary>What became of one request.</summary>
/// <param name="Answer">The HTTP status it is answered with.</param>
/// <param name="Refusal">Why it was refused; null when it was verified.</param>
/// <param name="Duplicate">Verified, and its id was seen before.</param>
/// <param name="Message">The body; only of a verified one.</param>
public sealed record Received(Instant At, string Id, int Answer, string? Refusal, bool Duplicate, JsonElement? Message);

/// <summary>Verifies a message before it looks at it, and remembers ids so that a message that comes twice is acted on once.</summary>
public sealed class Inbox(WebhookSecret secret, TimeProvider time)
{
    public const int MaxBody = 64 * 1024;
    private const int MaxRemembered = 100_000;

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Queue<string> _oldest = new();
    private readonly Lock _gate = new();
    private long _verified, _duplicates, _refused;

    /// <summary>Different messages that were verified.</summary>
    public long Verified => Interlocked.Read(ref _verified);

    public long Duplicates => Interlocked.Read(ref _duplicates);

    public long Refused => Interlocked.Read(ref _refused);

    public async Task<Received> Receive(HttpRequest request)
    {
        using var body = new MemoryStream();
        try
        {
            await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        }
        catch (BadHttpRequestException e)
        {
            return Refuse(request, e.StatusCode, "body too long or cut off");
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return Refuse(request, StatusCodes.Status400BadRequest, "body cut off");
        }

        var now = Instant.From(time.GetUtcNow());
        string id = Header(request, WebhookSignature.IdHeader);
        var bytes = body.GetBuffer().AsMemory(0, (int)body.Length);
        var verdict = WebhookSignature.Verify(id, Header(request, WebhookSignature.TimestampHeader), Header(request, WebhookSignature.SignatureHeader), bytes.Span, [secret], now);
        if (verdict != SignatureVerdict.Verified) return Refuse(request, StatusCodes.Status401Unauthorized, Reason(verdict));
        JsonElement message;
        try
        {
            using var json = JsonDocument.Parse(bytes);
            message = json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return Refuse(request, StatusCodes.Status422UnprocessableEntity, "signed, and no JSON");
        }

        var duplicate = !Remember(id);
        Interlocked.Increment(ref duplicate ? ref _duplicates : ref _verified);
        return new(now, id, StatusCodes.Status204NoContent, null, duplicate, message);
    }

    private static string Header(HttpRequest request, string name) => request.Headers[name].ToString();

    private static string Reason(SignatureVerdict verdict) => verdict switch
    {
        SignatureVerdict.HeaderMissing => "a webhook header is missing",
        SignatureVerdict.TimestampUnreadable => "its timestamp is no number",
        SignatureVerdict.TooOld => "signed more than five minutes ago",
        SignatureVerdict.TooNew => "signed more than five minutes ahead",
        SignatureVerdict.NoMatch => "no signature matches our secret",
        SignatureVerdict.Verified => "",
    };

    private Received Refuse(HttpRequest request, int answer, string why)
    {
        Interlocked.Increment(ref _refused);
        return new(Instant.From(time.GetUtcNow()), Header(request, WebhookSignature.IdHeader), answer, why, false, null);
    }

    private bool Remember(string id)
    {
        lock (_gate)
        {
            if (!_seen.Add(id)) return false;
            _oldest.Enqueue(id);
            if (_oldest.Count > MaxRemembered) _seen.Remove(_oldest.Dequeue());
            return true;
        }
    }
}
