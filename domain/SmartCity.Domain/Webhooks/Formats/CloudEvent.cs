using System.Buffers;
using System.Text.Json;
using SmartCity.Readings;

namespace SmartCity.Webhooks;

/// <summary>
/// A CloudEvent 1.0 in the structured mode of its JSON format: the same <c>data</c> as the standard body has, in the envelope that event routers read.
/// Its id is the message's, so it stays the same on every attempt; its source is the city, its subject the sensor.
/// </summary>
public static class CloudEvent
{
    private const string TypePrefix = "cityhub.";

    public static byte[] Write(Notice notice)
    {
        var standard = EpisodeBody.Data(notice);
        return Wrap(notice.MessageId, notice.City, EpisodeBody.Type(notice.News), notice.Episode.Sensor.Value, notice.HappenedAt, standard);
    }

    public static byte[] Write(Heartbeat heartbeat, City city) => Wrap(heartbeat.Id, city, Heartbeat.Type, heartbeat.Subscription, heartbeat.At, heartbeat.Data());

    private static byte[] Wrap(string id, City city, string type, string subject, Instant at, byte[] data)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + data.Length);
        using var json = new Utf8JsonWriter(buffer, EpisodeBody.Options);
        json.WriteStartObject();
        json.WriteString("specversion", "1.0");
        json.WriteString("id", id);
        json.WriteString("source", city.Address?.ToString().TrimEnd('/') ?? "urn:cityhub:" + Uri.EscapeDataString(city.Sender));
        json.WriteString("type", TypePrefix + type);
        json.WriteString("subject", EpisodeBody.Cut(subject, EpisodeBody.MaxName));
        json.WriteString("time", at.ToString());
        json.WriteString("datacontenttype", "application/json");
        json.WritePropertyName("data");
        json.WriteRawValue(data, skipInputValidation: true);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
