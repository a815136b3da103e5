using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Rig;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace ReadingPath;

/// <summary>A receiver of webhooks that keeps what came, and verifies it as Standard Webhooks asks of a receiver.</summary>
public sealed class Department : IAsyncDisposable
{
    private readonly ConcurrentQueue<Received> _received = [];
    private WebhookSink _sink = null!;

    private Department()
    {
    }

    public int Port => _sink.Port;

    /// <summary>As the hub showed it at the subscription.</summary>
    public string Secret { get; set; } = "";

    /// <summary>What it answers. Default 204.</summary>
    public int Answer { get; set; } = 204;

    /// <summary>Everything that came, repeats too, in its order.</summary>
    public IReadOnlyList<Received> All => [.. _received];

    public static async Task<Department> Start()
    {
        var department = new Department();
        department._sink = await WebhookSink.Start((headers, body) =>
        {
            var answer = department.Answer;
            department._received.Enqueue(new(One(headers[WebhookSignature.IdHeader]), One(headers[WebhookSignature.TimestampHeader]), One(headers[WebhookSignature.SignatureHeader]), body, answer));
            return answer;
        });
        return department;
    }

    /// <summary>The first message of a type about an episode that was answered so, once it is there.</summary>
    public async Task<Received> Message(string type, string episode, int answered = 204)
    {
        Received? found = null;
        await Until.True(() => (found = _received.FirstOrDefault(m => m.Type == type && m.Episode == episode && m.Answered == answered)) is not null, $"{type} of {episode} comes and is answered with {answered}");
        return found!;
    }

    public SignatureVerdict Verify(Received message)
    {
        Assert.True(WebhookSecret.TryParse(Secret, out var secret, out var fault), fault.ToString());
        return WebhookSignature.Verify(message.Id, message.Timestamp, message.Signature, message.Body, [secret], Instant.From(DateTimeOffset.UtcNow));
    }

    public ValueTask DisposeAsync() => _sink.DisposeAsync();

    private static string One(StringValues header) => Assert.Single(header)!;
}

/// <summary>One webhook as it came.</summary>
/// <param name="Answered">The status that it was answered with.</param>
public sealed record Received(string Id, string Timestamp, string Signature, byte[] Body, int Answered)
{
    public JsonElement Json { get; } = JsonDocument.Parse(Body).RootElement;

    public JsonElement Data => Json.GetProperty("data");

    public string Type => Json.GetProperty("type").GetString()!;

    public string Episode => Data.GetProperty("episode").GetString()!;
}
