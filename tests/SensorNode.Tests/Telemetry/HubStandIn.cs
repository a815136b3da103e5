using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using SensorNode.Readings;
using SmartCity.Mqtt;
using SmartCity.Readings;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;

namespace SensorNode.Telemetry;

/// <summary>
/// As much of a hub as a node needs: says that it is online, keeps a ledger of what comes, answers. It forgets nothing when its connection is cut.
/// </summary>
public sealed class HubStandIn : IMqttHandler, IDisposable
{
    public const string HostId = "cityhub-test";

    private readonly MosquittoLink _link = new(TimeProvider.System, NullLogger<MosquittoLink>.Instance);
    private readonly Lock _gate = new();
    private readonly MqttConnect _connect;
    private readonly Dictionary<ulong, string> _names = [];
    private readonly Timer _timer;
    private readonly MqttTopic _command;
    private readonly MqttTopic _state = new($"spBv1.0/STATE/{HostId}");
    private volatile bool _subscribed;
    private long _lastState;

    public HubStandIn(int port, NodeKey node)
    {
        _command = new($"spBv1.0/{node.Group}/NCMD/{node.Node}");
        _connect = new() { Host = "127.0.0.1", Port = port, ClientId = "hub", Will = new(_state, StateOf(false), MqttQos.AtLeastOnce, Retain: true) };
        _timer = new Timer(_ => Answer(), null, 50, 50);
    }

    public NodeLedger Ledger { get; private set; } = new();

    /// <summary>What each batch brought first, and in the order of coming.</summary>
    public Dictionary<Position, List<Reading>> Stored { get; } = [];

    public List<(Position Position, bool Historical)> Arrivals { get; } = [];

    public List<(MessageKind Kind, ulong? BdSeq, ulong? Seq)> Messages { get; } = [];

    /// <summary>What the node told of itself, in births and data.</summary>
    public List<(double? Celsius, ulong? SentBytes)> Told { get; } = [];

    /// <summary>Packets of the births since the last NBIRTH, that one included.</summary>
    public long BytesOfBirths { get; private set; }

    /// <summary>Whether answers go out.</summary>
    public volatile bool Answers = true;

    /// <summary>A batch for which this says no is lost on its way.</summary>
    public Func<Position, bool> Hears { get; set; } = _ => true;

    public int StoredReadings
    {
        get { lock (_gate) return Stored.Values.Sum(readings => readings.Count); }
    }

    public int Count(MessageKind kind)
    {
        lock (_gate) return Messages.Count(message => message.Kind == kind);
    }

    public T Locked<T>(Func<T> look)
    {
        lock (_gate) return look();
    }

    public HubStandIn Open()
    {
        _subscribed = false;
        _link.Open(_connect, this);
        Until.True(() => _subscribed, () => "the hub did not get its subscription");
        return this;
    }

    public void SayOnline(bool online) => Assert.Equal(MqttVerdict.Accepted, _link.Publish(_state, StateOf(online), MqttQos.AtLeastOnce, retain: true));

    public void AskForRebirth() => Command(new() { Name = MetricNames.Rebirth, DataType = DataType.Boolean, Value = new MetricValue.Boolean(true) });

    public void SendTerms(string text) => Command(new() { Name = MetricNames.Terms, DataType = DataType.String, Value = new MetricValue.Text(text) });

    /// <summary>Back to an older backup: everything above a batch is forgotten.</summary>
    public void Forget(Lane lane, ulong above)
    {
        lock (_gate)
        {
            var ledger = new NodeLedger();
            ledger.Declare(new(Ledger.Outbox!.Value, 1, [new(1, 1), new(1, 1), new(1, 1), new(1, 1)]));
            foreach (var position in Stored.Keys.Where(position => position.Lane != lane || position.Batch <= above)) ledger.Account(position);
            foreach (var position in Stored.Keys.Where(position => position.Lane == lane && position.Batch > above).ToList()) Stored.Remove(position);
            Ledger = ledger;
        }
    }

    public void Cut() => _link.Drop();

    public void Dispose()
    {
        _timer.Dispose();
        _link.Dispose();
    }

    public void OnConnected() => _link.Subscribe("spBv1.0/#", MqttQos.AtLeastOnce);

    public void OnSubscribed(string filter, bool granted) => _subscribed = granted;

    public void OnDisconnected(MqttEnd end)
    {
    }

    public void OnMessage(ReadOnlySpan<byte> topicUtf8, ReadOnlySpan<byte> payload, MqttQos qos, bool retain)
    {
        if (!SparkplugTopic.TryParse(Encoding.UTF8.GetString(topicUtf8), out var topic, out _) || topic.Kind is MessageKind.State or MessageKind.NCmd) return;
        if (!PayloadCodec.TryDecode(payload, out var message, out var fault)) throw new InvalidOperationException($"The node sent what cannot be decoded: {fault}");
        lock (_gate)
        {
            var bdSeq = message.Metrics.FirstOrDefault(metric => metric.Name == MetricNames.BdSeq)?.Value;
            Messages.Add((topic.Kind, bdSeq is MetricValue.Long number ? number.Bits : null, message.Seq));
            foreach (var metric in message.Metrics)
            {
                if (metric is { Name: { } name, Alias: { } alias }) _names[alias] = name;
                if (metric.Name == LedgerMetrics.Outbox && LedgerCodec.TryDecode(((MetricValue.Bytes)metric.Value!).Value.Span, out OutboxDeclaration? declared)) Ledger.Declare(declared);
            }
            if (topic.Kind == MessageKind.NBirth) BytesOfBirths = 0;
            if (topic.Kind is MessageKind.NBirth or MessageKind.DBirth) BytesOfBirths += MqttBytes.OfPublish(topicUtf8.Length, payload.Length);
            var celsius = Find(message, MetricNames.BoardTemperature) is MetricValue.Float degrees ? degrees.Value : (double?)null;
            if (Find(message, MetricNames.SentBytes) is MetricValue.Long sent) Told.Add((celsius, sent.Bits));
            if (topic.Kind == MessageKind.DData) OnData(message);
        }
    }

    private MetricValue? Find(Payload message, string name) =>
        message.Metrics.FirstOrDefault(metric => metric.Name == name || metric.Alias is { } alias && _names.GetValueOrDefault(alias) == name)?.Value;

    private void OnData(Payload message)
    {
        Assert.Equal(LedgerMetrics.Position, _names[message.Metrics[0].Alias!.Value]);
        Assert.True(LedgerCodec.TryDecode(((MetricValue.Bytes)message.Metrics[0].Value!).Value.Span, out BatchPosition? batch));
        if (!Hears(batch.Position)) return;
        Arrivals.Add((batch.Position, message.Metrics[0].IsHistorical));
        if (Ledger.Account(batch.Position) != LedgerVerdict.New) return;
        var readings = Stored[batch.Position] = [];
        var at = 1;
        foreach (var run in batch.Samples)
        {
            for (var i = 0; i < run.Metrics; i++)
            {
                var metric = message.Metrics[at++];
                var value = metric.Value switch { MetricValue.Double number => number.Value, MetricValue.Boolean yes => yes.Value ? 1 : 0, _ => double.NaN };
                readings.Add(Reading.Measured(QuantityCatalogue.Find(_names[metric.Alias!.Value])!.Quantity, new((long)metric.Timestamp!.Value), run.Order, value, run.Clock));
            }
        }
    }

    private void Answer()
    {
        if (!Answers || !_link.IsConnected) return;
        lock (_gate)
        {
            if (Ledger.Answer() is not { } answer || _names.FirstOrDefault(name => name.Value == LedgerMetrics.Answer) is not { Value: not null } metric) return;
            Command(new() { Alias = metric.Key, DataType = DataType.Bytes, Value = new MetricValue.Bytes(LedgerCodec.Encode(answer)) });
        }
    }

    private void Command(Metric metric) => _link.Publish(_command, PayloadCodec.Encode(new() { Timestamp = 1, Metrics = [metric with { Timestamp = 1 }] }), MqttQos.AtMostOnce);

    private byte[] StateOf(bool online) => new HostState(online, new(Samples.Start + Interlocked.Increment(ref _lastState))).Encode();
}
