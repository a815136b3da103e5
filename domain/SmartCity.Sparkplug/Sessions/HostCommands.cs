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

    private static OutgoingMessage Command(NodeKey node, Instant now, Metric metric) =>
        new(SparkplugTopic.Of(MessageKind.NCmd, node).ToString(), PayloadCodec.Encode(new() { Timestamp = ReadingWriter.Stamp(now), Metrics = [metric] }), 0, false);
}
