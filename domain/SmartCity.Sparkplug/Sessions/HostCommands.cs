using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Sparkplug;

/// <summary>Commands of the hub: QoS 0, not retained, without seq (Sparkplug 3.0, sections 6.4.24 and 6.4.25).</summary>
public static class HostCommands
{
    /// <summary>Asks a node for new births. By name, since no birth may be known. The datatype is sent, too: other people's clients read no value without it.</summary>
    public static OutgoingMessage Rebirth(NodeKey node, Instant now) => Command(node, now, new()
    {
        Name = MetricNames.Rebirth, Timestamp = ReadingWriter.Stamp(now), DataType = DataType.Boolean, Value = new MetricValue.Boolean(true),
    });

    /// <param name="alias">As the node's birth gave it; null when it gave none: then by name.</param>
    public static OutgoingMessage Answer(NodeKey node, ulong? alias, LedgerAnswer answer, Instant now) => Command(node, now, new()
    {
        Name = alias is null ? LedgerMetrics.Answer : null, Alias = alias, Timestamp = ReadingWriter.Stamp(now), Value = new MetricValue.Bytes(LedgerCodec.Encode(answer)),
    });

    /// <summary>Asks a node for other terms, a self-test or its end. By name: it is rare, and the birth that answers says what became of it.</summary>
    public static OutgoingMessage Terms(NodeKey node, string text, Instant now) => Command(node, now, new()
    {
        Name = MetricNames.Terms, Timestamp = ReadingWriter.Stamp(now), DataType = DataType.String, Value = new MetricValue.Text(text),
    });

    /// <summary>Switches an output of a device, as a command of which the node does each id once.</summary>
    /// <param name="alias">As the device's birth gave it; null when it gave none: then by name.</param>
    public static OutgoingMessage Switch(DeviceKey device, ulong? alias, Quantity output, bool on, string command, Instant now)
    {
        var metric = new Metric
        {
            Name = alias is null ? QuantityCatalogue.Of(output).Name : null,
            Alias = alias,
            Timestamp = ReadingWriter.Stamp(now),
            DataType = DataType.Boolean,
            Value = new MetricValue.Boolean(on),
            Properties = new([new(PropertyNames.Command, DataType.String, new MetricValue.Text(command))]),
        };
        return new(SparkplugTopic.Of(MessageKind.DCmd, device).ToString(), PayloadCodec.Encode(new() { Timestamp = ReadingWriter.Stamp(now), Metrics = [metric] }), 0, false);
    }

    private static OutgoingMessage Command(NodeKey node, Instant now, Metric metric) =>
        new(SparkplugTopic.Of(MessageKind.NCmd, node).ToString(), PayloadCodec.Encode(new() { Timestamp = ReadingWriter.Stamp(now), Metrics = [metric] }), 0, false);
}
