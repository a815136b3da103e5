using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using SmartCity.Readings;

namespace SmartCity.Webhooks;

/// <summary>
/// The sign of life that a subscription gets at a fixed interval, so that a department alarms on our silence: no alert and no heartbeat means that
/// nobody watches. It says how many messages were queued for the subscription and which was the last, so that a gap shows too. Not retried: the next one follows.
/// </summary>
/// <param name="Subscription">Whose it is.</param>
/// <param name="At">When it was made (wall clock).</param>
/// <param name="Every">When to expect the next.</param>
/// <param name="Queued">Messages queued for the subscription since it began, heartbeats not counted: the number of the newest.</param>
/// <param name="Pending">Those of them that are neither delivered nor given up.</param>
/// <param name="LastMessage">The <c>webhook-id</c> of the newest of them; null before the first.</param>
public sealed record Heartbeat(string Subscription, Instant At, TimeSpan Every, long Queued, long Pending, string? LastMessage)
{
    public const string Type = "hub.heartbeat";

    /// <summary>Unique by subscription and millisecond.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"hb_{Subscription}_{At.UnixMilliseconds}");

    /// <summary>The bytes that are signed and sent, in an order of fields that never changes.</summary>
    public byte[] Write() => [.. Encoding.UTF8.GetBytes($$"""{"type":"{{Type}}","timestamp":"{{At}}","data":"""), .. Data(), .. "}"u8];

    /// <summary>What stands under <c>data</c> alone.</summary>
    public byte[] Data()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("subscription", Subscription);
        json.WriteNumber("everySeconds", Every.TotalSeconds);
        json.WriteNumber("queued", Queued);
        json.WriteNumber("pending", Pending);
        json.WriteString("lastMessage", LastMessage);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
