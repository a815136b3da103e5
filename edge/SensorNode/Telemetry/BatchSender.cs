using SensorNode.Readings.Outbox;
using SmartCity.Mqtt;
using SmartCity.Readings;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;

namespace SensorNode.Telemetry;

/// <summary>Takes batches from the outbox to the wire as the window allows. Not thread-safe: its session's own.</summary>
internal sealed class BatchSender : IDisposable
{
    private const int BatchesPerTurn = 256;       // then commands, answers and new alerts get their turn
    private const long ShortQueueBytes = 64 * 1024; // some 20 ms on the wire: an alert does not wait behind more than that

    private readonly DiskOutbox _outbox;
    private readonly IMqttLink _link;
    private readonly EdgeSession _session;
    private readonly TelemetryCounts _counts;
    private readonly OutboxReader _reader;
    private readonly string _firstDevice;
    private readonly HashSet<(string Device, Quantity Quantity)> _declared;
    private readonly Dictionary<string, MqttTopic> _topics = new(StringComparer.Ordinal);
    private ByteBudget? _budget; // null: any amount
    private TimeSpan _now;
    private readonly ulong[] _nextAtBirth = new ulong[Lanes.Count];

    public BatchSender(EdgeNode node, DiskOutbox outbox, IMqttLink link, EdgeSession session, TelemetryCounts counts, long? bytesADay = null)
    {
        _budget = bytesADay is { } most ? new(most) : null;
        _outbox = outbox;
        _link = link;
        _session = session;
        _counts = counts;
        _reader = outbox.OpenReader();
        _firstDevice = node.Devices[0].Name;
        _declared = [.. node.Devices.SelectMany(device => device.Quantities.Select(quantity => (device.Name, quantity)))];
        Window = new(outbox.Id);
        foreach (var lane in Enum.GetValues<Lane>())
        {
            Window.Extend(lane, outbox.Kept(lane));
            Window.Restore(lane, outbox.AnsweredThrough(lane));
        }
    }

    public SendWindow Window { get; }

    /// <summary>What was declared as the oldest kept batch at the last birth, per lane.</summary>
    public OutboxDeclaration? Declared { get; private set; }

    public void Born(OutboxDeclaration declared, TimeSpan now)
    {
        _now = now;
        Declared = declared;
        foreach (var lane in Enum.GetValues<Lane>())
        {
            Window.Extend(lane, declared.Lanes[(int)lane]);
            _nextAtBirth[(int)lane] = declared.Lanes[(int)lane].Next;
        }
        Window.Born(now);
    }

    /// <summary>The hub waits for batches that are gone since the last birth told what is kept.</summary>
    public bool GapToTell() =>
        Enum.GetValues<Lane>().Any(lane => Window.HasGap(lane) && _outbox.Kept(lane).Oldest > Declared!.Lanes[(int)lane].Oldest);

    /// <summary>Whether a message that does not wait for answers may be made: one that is refused would leave a hole in seq.</summary>
    public bool HasRoom => _link.HasRoom(ShortQueueBytes);

    /// <summary>Sends what may be sent; true when there is more to send at once.</summary>
    public bool Send(Instant stamp, TimeSpan now)
    {
        foreach (var lane in Enum.GetValues<Lane>()) Window.Extend(lane, _outbox.Kept(lane));
        Window.Tick(_now = now);
        for (var i = 0; i < BatchesPerTurn; i++)
        {
            // Asked before a message is made: a message that is refused would leave a hole in seq.
            if (!_link.HasRoom(ShortQueueBytes) || !Window.TryNext(now, out var position, _budget?.Last(now) ?? Lane.Raw)) return false;
            if (_reader.Read(position) is not { } batch) continue; // made room for others just now
            if (!Publish(stamp, batch))
            {
                Window.TakeBack(position);
                return false;
            }
        }
        return true;
    }

    public bool Publish(OutgoingMessage message)
    {
        if (!_topics.TryGetValue(message.Topic, out var topic)) _topics.Add(message.Topic, topic = new(message.Topic));
        if (_link.Publish(topic, message.Payload, message.Qos == 0 ? MqttQos.AtMostOnce : MqttQos.AtLeastOnce, message.Retain) != MqttVerdict.Accepted) return false;
        var bytes = MqttBytes.OfPublish(topic.Utf8.Length, message.Payload.Length, message.Qos == 0 ? MqttQos.AtMostOnce : MqttQos.AtLeastOnce);
        _budget = _budget?.Charge(bytes, _now);
        _counts.SentBytes(bytes);
        return true;
    }

    /// <summary>When the budget lets through what it holds back now; null: it holds nothing back.</summary>
    public TimeSpan? BudgetDue(TimeSpan now)
    {
        if (_budget is not { } budget) return null;
        TimeSpan? due = null;
        foreach (var lane in (ReadOnlySpan<Lane>)[Lane.Aggregate, Lane.Raw])
        {
            if (Window.Backlog(lane) > 0 && !budget.May(lane, now) && !(due <= budget.When(lane, now))) due = budget.When(lane, now);
        }
        return due;
    }

    public void Dispose() => _reader.Dispose();

    private bool Publish(Instant stamp, StoredBatch batch)
    {
        if (batch.Device.Length == 0) batch = batch with { Device = _firstDevice };
        else if (Array.Exists(batch.Readings, reading => !_declared.Contains((batch.Device, reading.Quantity))))
        {
            _counts.WasUndeclared();
            batch = BatchRecord.Unreadable(batch.Position.Position) with { Device = _firstDevice };
        }
        var historical = batch.Position.Position.Batch < _nextAtBirth[(int)batch.Position.Position.Lane];
        if (_session.Data(stamp, batch.Device, batch.Position, batch.Readings, historical) is not { } message || !Publish(message)) return false;
        _counts.Sent(batch.Readings.Length);
        return true;
    }
}
