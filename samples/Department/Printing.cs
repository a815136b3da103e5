using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Department;

/// <summary>One line a message. What came from outside is shown only after it was verified, and never with control characters in it.</summary>
public sealed class Printing(TextWriter output, bool json, bool colour)
{
    private readonly Lock _gate = new();

    public void Note(string text)
    {
        if (!json) Write(text);
    }

    public void Line(Received received)
    {
        if (json) Write(Json(received));
        else if (!IsHeartbeat(received)) Write(Text(received));   // a sign of life is no alert
    }

    private static bool IsHeartbeat(Received received) => received.Message is { } message && Field(message, "type") == SmartCity.Webhooks.Heartbeat.Type;

    private static string Json(Received received)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("id", received.Id);
            writer.WriteString("type", received.Message is null ? null : Field(received.Message.Value, "type"));
            writer.WriteString("episode", received.Message is null ? null : Field(Data(received.Message.Value), "episode"));
            writer.WriteBoolean("verified", received.Refusal is null);
            writer.WriteBoolean("duplicate", received.Duplicate);
            if (received.Refusal is not null) writer.WriteString("refusal", received.Refusal);
            writer.WriteNumber("received", received.At.UnixMilliseconds);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private string Text(Received received)
    {
        var clock = received.At.ToDateTimeOffset().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        if (received.Refusal is not null) return Paint(41, $"{clock}  REFUSED   {received.Refusal}; nothing of it is shown or acted on");
        if (received.Duplicate) return $"{clock}  DUPLICATE {Clean(received.Id)} was received before; acted on once";
        var data = Data(received.Message!.Value);
        var type = Field(received.Message.Value, "type");
        var severity = Field(data, "severity").ToUpperInvariant();
        var line = $"{clock}  VERIFIED  {Clean(type),-20} {Clean(Field(received.Message.Value, "timestamp"))}  {Clean(severity),-8} {Clean(Field(data, "district")),-12} {Clean(Field(data, "sensor")),-28} {Clean(Field(data, "message"))}";
        return Paint(type == "episode.raised" ? (severity is "CRITICAL" or "MAJOR" ? 31 : 33) : type == "episode.cleared" ? 32 : 36, line);
    }

    private static JsonElement Data(JsonElement message) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty("data", out var data) ? data : default;

    private static string Field(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.String ? field.GetString()! : "";

    /// <summary>Without control characters: a message cannot move the cursor or write lines of its own.</summary>
    private static string Clean(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '·' : c));

    private string Paint(int code, string line) => colour ? $"\e[{code}m{line}\e[0m" : line;

    private void Write(string line)
    {
        lock (_gate)
        {
            output.WriteLine(line);
            output.Flush();   // before the answer: what the hub counts as delivered stands here
        }
    }
}
