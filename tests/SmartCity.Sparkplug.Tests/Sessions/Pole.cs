using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Sparkplug.Tests;

/// <summary>The node that these tests talk about: a weather chip and a contact on one pole.</summary>
internal static class Pole
{
    public const string Host = "city-1";
    public static readonly NodeKey Key = new("north", "pole-7");
    public static readonly Instant Start = new(1_764_000_000_000);
    public static readonly OutboxDeclaration Outbox = new(new(0xC0FFEE), 3, [new(1, 1), new(1, 1), new(1, 1), new(5, 9)]);
    public static readonly EdgeNode Node = new(Key,
        [
            new("bme280", [Quantity.AirTemperature, Quantity.RelativeHumidity, Quantity.AirPressure]),
            new("street", [Quantity.VehicleCount, Quantity.Flood], new(Site: "underpass")),
        ], new("Altstadt", "Markt 1", 51.05, 13.74), Host);

    public static Instant At(double seconds) => Start + TimeSpan.FromSeconds(seconds);

    public static Payload Decode(OutgoingMessage message)
    {
        Assert.True(PayloadCodec.TryDecode(message.Payload, out var payload, out var fault), fault.ToString());
        return payload;
    }

    public static Metric Metric(Payload payload, string name) => Assert.Single(payload.Metrics, metric => metric.Name == name);

    public static byte[] State(bool online, double seconds) => new HostState(online, At(seconds)).Encode();

    /// <summary>A session connected and told that the host is online.</summary>
    public static EdgeSession Connected(EdgeNode? node = null, byte? lastBdSeq = null)
    {
        var session = new EdgeSession(node ?? Node, lastBdSeq);
        session.Connect(Start);
        if ((node ?? Node).PrimaryHost is not null) Assert.Equal(StateOutcome.Birth, session.OnState($"spBv1.0/STATE/{Host}", State(true, 0)));
        return session;
    }

    public static EdgeSession Born()
    {
        var session = Connected();
        session.Birth(Start, Outbox, []);
        return session;
    }

    public static Reading Temperature(double seconds, ulong sample, double value) =>
        Reading.Measured(Quantity.AirTemperature, At(seconds), ReadingOrder.Of(3, sample), value);

    /// <summary>A batch with one metric a sample.</summary>
    public static BatchPosition Batch(ulong batch, params Reading[] readings) =>
        new(new(Lane.Raw, batch), [.. readings.Select(reading => new SampleRun(reading.Order, reading.Clock, 1))]);

    public static OutgoingMessage Data(EdgeSession session, double seconds, ulong batch, params Reading[] readings) =>
        session.Data(At(seconds), "bme280", Batch(batch, readings), readings, historical: false)!.Value;

    /// <summary>The hub hears a message as a broker would deliver it.</summary>
    public static HostOutcome Hear(HostSession hub, OutgoingMessage message, List<DeviceReading>? readings = null, double at = 0, bool retained = false)
    {
        Assert.True(SparkplugTopic.TryParse(message.Topic, out var topic, out _));
        return hub.Handle(topic, message.Payload, message.Qos, retained, At(at), readings ?? []);
    }
}
