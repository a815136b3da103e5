using System.Text;
using SmartCity.Mqtt;
using SmartCity.Telemetry;

namespace CityHub.Silo.Telemetry;

/// <summary>
/// Where messages come in from the broker's connections: decides by the topic alone which mailbox takes them, and under pressure which are shed.
/// Copies and returns; called from the connections' threads.
/// </summary>
public sealed class IngestGate(IReadOnlyList<Mailbox> mailboxes, IngestBudget budget, int messageLimitBytes, TimeProvider wall, Refusals refusals, HubMetrics metrics)
{
    /// <summary>Of a message that is too long so much is kept: enough to find its position, so that it can be accounted for.</summary>
    private const int HeadBytes = 16 * 1024;

    private static readonly KeyValuePair<string, object?> ShedRaw = new("reason", "shed_raw");
    private static readonly KeyValuePair<string, object?> ShedAll = new("reason", "shed_all");

    /// <summary>Bytes waiting to be handled.</summary>
    public long QueuedBytes => budget.Queued;

    /// <param name="more">More may be at hand: <see cref="EndBurst"/> follows, and until then nobody need be woken for this one.</param>
    public void Take(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, MqttQos qos, bool retain, bool more = false)
    {
        var parts = TopicParts.Of(topic);
        switch (parts.Glance)
        {
            case TopicGlance.Command:
                return; // our own words, heard again
            case TopicGlance.Malformed:
                refusals.Add(Encoding.UTF8.GetString(topic.Length > 128 ? topic[..128] : topic), RefusalReason.MalformedTopic);
                return;
            case TopicGlance.Data or TopicGlance.SenMl or TopicGlance.Session:
                break;
        }
        switch (budget.Room)
        {
            case IngestRoom.Full:
                metrics.Shed.Add(1, ShedAll);
                return;
            case IngestRoom.RawShed when parts.Glance != TopicGlance.Session && LaneOf(parts.Glance, payload) == Lane.Raw:
                metrics.Shed.Add(1, ShedRaw);
                return;
            case IngestRoom.RawShed or IngestRoom.Free:
                break;
        }
        var flags = (MailFlags)qos | (retain ? MailFlags.Retained : 0);
        if (payload.Length > messageLimitBytes)
        {
            flags |= MailFlags.Cut;
            payload = payload[..Math.Min(HeadBytes, payload.Length)];
        }
        mailboxes[(int)(parts.Hash % (uint)mailboxes.Count)].Post(topic, payload, wall.GetTimestamp(), flags, more);
    }

    /// <summary>What was taken since the last end is to be handled now.</summary>
    public void EndBurst()
    {
        for (var i = 0; i < mailboxes.Count; i++) mailboxes[i].EndBurst();
    }

    /// <summary>The lane of a batch: its position is its first metric. What has none is raw.</summary>
    private static Lane LaneOf(TopicGlance glance, ReadOnlySpan<byte> payload) =>
        glance == TopicGlance.Data && TryPeekPosition(payload, out var position) && LedgerCodec.TryPeekLane(position, out var lane) ? lane : Lane.Raw;

    /// <summary>The bytes of the first metric's value, if it has bytes for a value. Needs no session, and no more of the payload than that.</summary>
    internal static bool TryPeekPosition(ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> position)
    {
        position = default;
        var metric = ReadOnlySpan<byte>.Empty;
        var outer = new VarintReader(payload);
        while (metric.IsEmpty)
        {
            if (!outer.Varint(out var tag)) return false;
            if (tag == (2 << 3 | 2))
            {
                if (!outer.Varint(out var length) || length > (ulong)payload.Length || !outer.Bytes((int)length, out metric) || metric.IsEmpty) return false;
            }
            else if (!Skip(ref outer, tag)) return false;
        }
        var inner = new VarintReader(metric);
        while (inner.Varint(out var tag))
        {
            if (tag == (16 << 3 | 2)) return inner.Varint(out var length) && length <= (ulong)metric.Length && inner.Bytes((int)length, out position);
            if (!Skip(ref inner, tag)) return false;
        }
        return false;
    }

    private static bool Skip(ref VarintReader reader, ulong tag) => (tag & 7) switch
    {
        0 => reader.Varint(out _),
        1 => reader.Bytes(8, out _),
        2 => reader.Varint(out var length) && length <= int.MaxValue && reader.Bytes((int)length, out _),
        5 => reader.Bytes(4, out _),
        _ => false,
    };
}
