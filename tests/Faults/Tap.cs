using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Rig;
using SmartCity.Mqtt;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;

namespace Faults;

/// <summary>
/// Listens at the broker, beside the hub: what every node sent, what the hub answered, and so what was in flight when somebody was killed.
/// Neither end knows of it.
/// </summary>
internal sealed class Tap : IMqttHandler, IDisposable
{
    private readonly int _port;
    private readonly MosquittoLink _link = new(TimeProvider.System, NullLogger<MosquittoLink>.Instance);
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Node, Lane Lane), LaneSeen> _lanes = [];
    private TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _ending;

    public Tap(int port) => _port = port;

    /// <summary>Batches sent again.</summary>
    public long Resends { get; private set; }

    /// <summary>Batches seen, each once.</summary>
    public long Batches { get; private set; }

    /// <summary>Messages that the broker dropped for a subscriber that was too slow, summed over its lives.</summary>
    public long DroppedByBroker => _droppedBefore + _droppedNow;

    private long _droppedBefore;
    private long _droppedNow;

    /// <summary>Batches seen and not answered at this moment, over all nodes.</summary>
    public int InFlight
    {
        get
        {
            lock (_lock) return _lanes.Values.Sum(lane => lane.Unanswered.Count);
        }
    }

    public async Task Open()
    {
        _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Connect();
        await _subscribed.Task.WaitAsync(Until.Patience);
    }

    /// <summary>
    /// Publishes what nobody asked for until the time is over: large messages on a topic that the hub listens to and will set aside.
    /// While the hub stands still they fill its place at the broker, which then drops its messages, the nodes' among them.
    /// </summary>
    public async Task Flood(TimeSpan length)
    {
        var topic = new MqttTopic("senml/city/neighbour");
        var junk = new byte[200_000];
        var end = DateTimeOffset.UtcNow + length;
        while (DateTimeOffset.UtcNow < end)
        {
            _link.Publish(topic, junk, MqttQos.AtMostOnce);
            await Task.Delay(10);
        }
    }

    public void Dispose()
    {
        _ending = true;
        _link.Dispose();
    }

    void IMqttHandler.OnConnected()
    {
        _link.Subscribe("spBv1.0/#", MqttQos.AtMostOnce);
        _link.Subscribe("$SYS/broker/publish/messages/dropped", MqttQos.AtMostOnce);
    }

    void IMqttHandler.OnSubscribed(string filter, bool granted) => _subscribed.TrySetResult();

    void IMqttHandler.OnDisconnected(MqttEnd end)
    {
        if (_ending) return;
        lock (_lock)
        {
            _droppedBefore += _droppedNow; // a new broker counts from nothing
            _droppedNow = 0;
        }
        _ = Reconnect();
    }

    void IMqttHandler.OnMessage(ReadOnlySpan<byte> topicUtf8, ReadOnlySpan<byte> payload, MqttQos qos, bool retain)
    {
        var topic = Encoding.UTF8.GetString(topicUtf8);
        lock (_lock)
        {
            if (topic.StartsWith("$SYS", StringComparison.Ordinal))
            {
                if (long.TryParse(Encoding.UTF8.GetString(payload), out var dropped)) _droppedNow = dropped;
                return;
            }
            if (!SparkplugTopic.TryParse(topic, out var parsed, out _) || !PayloadCodec.TryDecode(payload, out var message, out _)) return;
            if (parsed.Kind == MessageKind.DData) Sent(parsed.Node, message);
            else if (parsed.Kind == MessageKind.NCmd) Answered(parsed.Node, message);
        }
    }

    private void Connect() => _link.Open(new() { Host = "127.0.0.1", Port = _port, ClientId = "tap" }, this);

    private async Task Reconnect()
    {
        await Task.Delay(100);
        if (!_ending) Connect();
    }

    private void Sent(string node, Payload message)
    {
        foreach (var metric in message.Metrics)
        {
            if (metric.Value is not MetricValue.Bytes bytes || !LedgerCodec.TryDecode(bytes.Value.Span, out BatchPosition? batch)) continue;
            var seen = Lane(node, batch.Position.Lane);
            if (!seen.All.Add(batch.Position.Batch)) Resends++;
            else Batches++;
            if (!seen.Holds(batch.Position.Batch)) seen.Unanswered.Add(batch.Position.Batch);
        }
    }

    private void Answered(string node, Payload message)
    {
        foreach (var metric in message.Metrics)
        {
            if (metric.Value is not MetricValue.Bytes bytes || !LedgerCodec.TryDecode(bytes.Value.Span, out LedgerAnswer? answer)) continue;
            foreach (var lane in answer.Lanes) Lane(node, lane.Lane).Answer(lane);
        }
    }

    private LaneSeen Lane(string node, Lane lane)
    {
        if (!_lanes.TryGetValue((node, lane), out var seen)) _lanes[(node, lane)] = seen = new();
        return seen;
    }

    private sealed class LaneSeen
    {
        private LaneAnswer? _last;

        public HashSet<ulong> All { get; } = [];

        public HashSet<ulong> Unanswered { get; } = [];

        public bool Holds(ulong batch) => _last is { } last && (batch <= last.Through || last.Above.Any(r => batch >= r.First && batch <= r.Last));

        public void Answer(LaneAnswer answer)
        {
            _last = answer;
            Unanswered.RemoveWhere(Holds);
        }
    }
}
