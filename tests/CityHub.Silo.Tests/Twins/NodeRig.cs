using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Rig;
using SmartCity.Mqtt;
using SmartCity.Readings;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;
using SmartCity.Watch;

namespace CityHub.Silo.Tests.Twins;

/// <summary>A node on a real connection, by hand: what it sends and when is the test's matter.</summary>
public sealed class NodeRig : IMqttHandler, IAsyncDisposable
{
    private readonly MosquittoLink _link = new(TimeProvider.System, NullLogger<MosquittoLink>.Instance);
    private readonly Lock _gate = new();
    private readonly EdgeSession _session;
    private readonly NodeKey _key;
    private readonly OutboxId _outbox;
    private volatile bool _ended;
    private volatile int _births;
    private ulong _sample;

    public NodeRig(string name, ulong outbox = 7, uint boot = 1, string device = "bme280", string? district = "harbour", string group = "city", string site = "Pier 1", params Quantity[] quantities)
    {
        _key = new(group, name);
        (_outbox, Boot) = (new(outbox), boot);
        if (quantities.Length == 0) quantities = [Quantity.AirTemperature, Quantity.RelativeHumidity, Quantity.Smoke];
        _session = new(new(_key, [new(device, quantities)], new(district, site, 53.5, 9.9), "cityhub-" + group), null);
        Device = device;
    }

    public string Device { get; }
    public uint Boot { get; }
    public string Sensor => $"{_key.Group}.{_key.Node}.{Device}";
    public ConcurrentQueue<LedgerAnswer> Answers { get; } = [];
    public int RebirthsAsked;

    /// <summary>What commands asked of outputs.</summary>
    public ConcurrentQueue<(string Output, bool On, string Command)> Writes { get; } = [];

    /// <summary>What births say the outbox keeps, by lane.</summary>
    public ulong[] Oldest { get; } = [1, 1, 1, 1];

    /// <summary>What births say of the device's newest values.</summary>
    public List<BirthValue> Values { get; } = [];

    /// <summary>What births say that the node's own rules have found.</summary>
    public List<EdgeEpisode> Episodes { get; } = [];

    /// <summary>What births say of the node's terms.</summary>
    public EdgeTerms? Terms { get; set; }

    /// <summary>What calls asked of the node.</summary>
    public ConcurrentQueue<string> TermsAsked { get; } = [];

    /// <summary>What births say of the node itself.</summary>
    public NodeVitals? Vitals { get; set; }

    public int Births => _births;

    public bool IsAnswered(Lane lane, ulong batch) => Answers.Any(answer => answer.Lanes.Any(of => of.Lane == lane && of.Through >= batch));

    /// <summary>Connects, and gives birth when the hub is online.</summary>
    public async Task<NodeRig> Start(int port)
    {
        var will = _session.Connect(Now);
        _link.Open(new() { Host = "127.0.0.1", Port = port, ClientId = _key.Node, Will = new(new(will.Topic), will.Payload, (MqttQos)will.Qos, will.Retain) }, this);
        await Until.True(() => _births > 0, "the node is born");
        return this;
    }

    public Reading Reading(double value, Instant? at = null, Quantity quantity = Quantity.AirTemperature) =>
        SmartCity.Readings.Reading.Measured(quantity, at ?? Now, ReadingOrder.Of(Boot, ++_sample), value);

    /// <summary>One batch, a sample for each reading.</summary>
    public void Send(Lane lane, ulong batch, params Reading[] readings)
    {
        var position = new BatchPosition(new(lane, batch), [.. readings.Select(reading => new SampleRun(reading.Order, reading.Clock, 1))]);
        lock (_gate) Publish(_session.Data(Now, Device, position, readings, historical: false)!.Value);
    }

    public void Publish(string topic, byte[] payload) => Assert.Equal(MqttVerdict.Accepted, _link.Publish(new(topic), payload, MqttQos.AtMostOnce));

    public void Publish(string topic, string payload) => Publish(topic, Encoding.UTF8.GetBytes(payload));

    public void Birth()
    {
        lock (_gate)
        {
            var outbox = new OutboxDeclaration(_outbox, Boot, [.. Oldest.Select(oldest => new LaneExtent(oldest, oldest + 1_000_000))]);
            (_session.Episodes, _session.Vitals, _session.Terms) = (EdgeEpisode.Write(Episodes), Vitals, Terms);
            foreach (var message in _session.Birth(Now, outbox, Values)) Publish(message);
        }
        Interlocked.Increment(ref _births);
    }

    /// <summary>How the node is now.</summary>
    public void TellVitals(NodeVitals vitals)
    {
        lock (_gate) Publish(_session.Vital(Now, vitals)!.Value);
    }

    /// <summary>Cut off: the broker publishes its will.</summary>
    public async Task Drop()
    {
        _link.Drop();
        await Until.True(() => _ended, "the connection has ended");
    }

    void IMqttHandler.OnConnected()
    {
        foreach (var filter in _session.Subscriptions) _link.Subscribe(filter.Filter, (MqttQos)filter.Qos);
    }

    void IMqttHandler.OnDisconnected(MqttEnd end) => _ended = true;

    void IMqttHandler.OnMessage(ReadOnlySpan<byte> topicUtf8, ReadOnlySpan<byte> payload, MqttQos qos, bool retain)
    {
        var topic = Encoding.UTF8.GetString(topicUtf8);
        if (topic.StartsWith("spBv1.0/STATE/", StringComparison.Ordinal))
        {
            StateOutcome outcome;
            lock (_gate) outcome = _session.OnState(topic, payload);
            // This node stays where it is when the hub goes: it gives birth again when the hub is back.
            if (outcome is StateOutcome.Birth or StateOutcome.Unchanged) Birth();
            return;
        }
        CommandOutcome command;
        lock (_gate) command = _session.OnCommand(topic, payload);
        if (command.Answer is { } answer) Answers.Enqueue(answer);
        foreach (var write in command.Writes.Where(write => write.Device is not null)) Writes.Enqueue((write.Metric, ((MetricValue.Boolean)write.Value!).Value, write.Command!));
        foreach (var write in command.Writes.Where(write => write is { Device: null, Metric: MetricNames.Terms })) TermsAsked.Enqueue(((MetricValue.Text)write.Value!).Value);
        if (!command.Rebirth) return;
        Interlocked.Increment(ref RebirthsAsked);
        Birth();
    }

    public ValueTask DisposeAsync()
    {
        _link.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Publish(OutgoingMessage message) => _link.Publish(new(message.Topic), message.Payload, (MqttQos)message.Qos, message.Retain);

    private static Instant Now => Instant.From(TimeProvider.System.GetUtcNow());
}
