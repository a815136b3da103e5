using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Sparkplug;

/// <summary>
/// The node's side of Sparkplug 3.0, without I/O and clock: what to publish, and what commands and STATE mean. Not thread-safe.
/// The way: <see cref="Connect"/> (keep <see cref="BdSeq"/> on disk, then CONNECT with the will, clean session), <see cref="Subscriptions"/>,
/// <see cref="OnState"/> until it says birth, <see cref="Birth"/>, <see cref="Data"/> …, <see cref="Death"/>.
/// </summary>
public sealed class EdgeSession
{
    private enum Stage : byte
    {
        Disconnected,
        Connected,
        Born,

        /// <summary>A rebirth was asked for: no data before the next birth.</summary>
        RebirthDue,
    }

    private readonly EdgeNode _node;
    private readonly EdgeMetrics _metrics;
    private readonly EdgeBirths _births;
    private readonly WireWriter _writer = new();
    private readonly Dictionary<string, string> _dataTopics;
    private Stage _stage;
    private int _seq;
    private NodeVitals? _declared; // by the last birth
    private Instant? _hostSpoke;
    private bool _hostOnline;

    /// <param name="node">What the births declare.</param>
    /// <param name="lastBdSeq">The number kept on disk from the last CONNECT; null: there was none.</param>
    /// <exception cref="ArgumentException">An id breaks the rules, or a device or quantity stands twice.</exception>
    public EdgeSession(EdgeNode node, byte? lastBdSeq)
    {
        _node = node;
        _metrics = new(node);
        _births = new(node, _metrics);
        BdSeq = lastBdSeq ?? byte.MaxValue; // the first Connect makes it 0
        _dataTopics = node.Devices.ToDictionary(device => device.Name, device => Topic(MessageKind.DData, device.Name), StringComparer.Ordinal);
    }

    /// <summary>Of the current CONNECT. To be kept on disk before the CONNECT goes out.</summary>
    public byte BdSeq { get; private set; }

    /// <summary>What the next births say of the node's terms; null: it takes none.</summary>
    public EdgeTerms? Terms { get; set; }

    /// <summary>What the next births say that the node's own rules have found; null: it has none.</summary>
    public string? Episodes { get; set; }

    /// <summary>What the next births say of the node itself; null: nothing. What they declare, <see cref="Vital"/> may tell.</summary>
    public NodeVitals? Vitals { get; set; }

    /// <summary>Whether data may be published: born, and no rebirth is due.</summary>
    public bool MayPublishData => _stage == Stage.Born;

    /// <summary>A birth may be published: connected, and the primary host (if one is named) is online.</summary>
    public bool MayBirth => _stage != Stage.Disconnected && (_node.PrimaryHost is null || _hostOnline);

    /// <summary>Commands and the primary host's STATE, QoS 1. Commands to the devices that have an output are among them.</summary>
    public IReadOnlyList<TopicSubscription> Subscriptions
    {
        get
        {
            var topics = new List<TopicSubscription> { new(Topic(MessageKind.NCmd, null), 1) };
            var outputs = _node.Devices.Where(device => device.Quantities.Any(quantity => QuantityCatalogue.Of(quantity).IsOutput));
            topics.AddRange(outputs.Select(device => new TopicSubscription(Topic(MessageKind.DCmd, device.Name), 1)));
            if (_node.PrimaryHost is { } host) topics.Add(new(SparkplugTopic.State(host).ToString(), 1));
            return topics;
        }
    }

    /// <summary>Begins a new MQTT session: the next bdSeq, and the will that goes into the CONNECT.</summary>
    public OutgoingMessage Connect(Instant now)
    {
        BdSeq = unchecked((byte)(BdSeq + 1));
        _stage = Stage.Connected;
        // What the server keeps of STATE it delivers anew, and that is the newest; an older session's stamp (say, of a host whose clock ran
        // ahead) must not make us deaf to it.
        _hostSpoke = null;
        _hostOnline = false;
        return DeathMessage(now);
    }

    /// <summary>NBIRTH and a DBIRTH per device, in the order in which they are published; seq starts at 0. Also the answer to a rebirth request.
    /// Empty: not now (not connected, or the primary host is not online).</summary>
    /// <param name="outbox">What the outbox keeps.</param>
    /// <param name="values">The newest reading per device and quantity, as far as there is one; its stamp and order stay its own.</param>
    public IReadOnlyList<OutgoingMessage> Birth(Instant now, OutboxDeclaration outbox, IReadOnlyCollection<BirthValue> values)
    {
        if (!MayBirth) return [];
        _seq = 0;
        _stage = Stage.Born;
        _declared = Vitals;
        var messages = new List<OutgoingMessage>(1 + _node.Devices.Count)
        {
            new(Topic(MessageKind.NBirth, null), PayloadCodec.Encode(_births.Node(now, NextSeq(), BdSeq, outbox, Terms, Episodes, Vitals)), 0, false),
        };
        var byDevice = values.ToLookup(value => value.Device, value => value.Reading, StringComparer.Ordinal);
        foreach (var device in _node.Devices) messages.Add(DeviceBirthMessage(device, now, byDevice[device.Name]));
        return messages;
    }

    /// <summary>A batch of one device's readings: the position first, then the readings in the order of its samples, which is their order in time.
    /// Null: not now (no birth yet, or a rebirth is due).</summary>
    /// <param name="historical">Not to become live values: older than what was sent.</param>
    /// <exception cref="ArgumentException">Unknown device, undeclared quantity, or the position's samples are not as many as the readings.</exception>
    public OutgoingMessage? Data(Instant now, string device, BatchPosition position, ReadOnlySpan<Reading> readings, bool historical)
    {
        if (!MayPublishData) return null;
        var aliases = _metrics.Device(device);
        if (CountOf(position) != readings.Length) throw new ArgumentException("The position's samples must name as many metrics as there are readings.", nameof(position));
        _writer.Clear();
        _writer.Varint(1, ReadingWriter.Stamp(now));
        var mark = _writer.Open(2);
        _writer.Varint(2, aliases.Position);
        _writer.Varint(3, ReadingWriter.Stamp(readings.IsEmpty ? now : readings[0].At)); // metrics stand in the order of time
        if (historical) _writer.Boolean(5, true);
        _writer.Bytes(16, LedgerCodec.Encode(position));
        _writer.Close(mark);
        foreach (var reading in readings) ReadingWriter.WriteData(_writer, aliases.Of(reading.Quantity), reading, historical);
        _writer.Varint(3, NextSeq());
        return new(_dataTopics[device], _writer.Written.ToArray(), 0, false);
    }

    /// <summary>How the node is now: NDATA with what the last birth declared of it. Null: not now, or nothing of it was declared.</summary>
    public OutgoingMessage? Vital(Instant now, NodeVitals vitals)
    {
        if (!MayPublishData || _declared is not { } declared || declared is { BoardCelsius: null, SentBytes: null }) return null;
        var metrics = new List<Metric>(2);
        if (declared.BoardCelsius is not null) metrics.Add(Told(MetricNames.BoardTemperature, now, vitals.BoardCelsius is { } celsius ? new MetricValue.Float((float)celsius) : null));
        if (declared.SentBytes is not null) metrics.Add(Told(MetricNames.SentBytes, now, vitals.SentBytes is { } sent ? new MetricValue.Long(sent) : null));
        return new(Topic(MessageKind.NData, null), PayloadCodec.Encode(new() { Timestamp = ReadingWriter.Stamp(now), Metrics = metrics, Seq = NextSeq() }), 0, false);
    }

    /// <summary>The device is gone: DDEATH. Null: not now.</summary>
    /// <exception cref="ArgumentException">Unknown device.</exception>
    public OutgoingMessage? DeviceDeath(Instant now, string device)
    {
        _metrics.Device(device);
        if (!MayPublishData) return null;
        var payload = new Payload { Timestamp = ReadingWriter.Stamp(now), Seq = NextSeq() };
        return new(Topic(MessageKind.DDeath, device), PayloadCodec.Encode(payload), 0, false);
    }

    /// <summary>The device is back: DBIRTH. Null: not now.</summary>
    /// <exception cref="ArgumentException">Unknown device.</exception>
    public OutgoingMessage? DeviceBirth(Instant now, string device, IReadOnlyCollection<Reading> values)
    {
        var known = _metrics.Device(device).Device;
        return MayPublishData ? DeviceBirthMessage(known, now, values) : null;
    }

    /// <summary>NDEATH, to be published before a DISCONNECT of ours (the server then sends no will). The session is over. Null: there is no birth that could die.</summary>
    public OutgoingMessage? Death(Instant now)
    {
        var born = _stage is Stage.Born or Stage.RebirthDue;
        _stage = Stage.Disconnected;
        return born ? DeathMessage(now) : null;
    }

    /// <summary>The connection is gone; the server publishes the will.</summary>
    public void Disconnected() => _stage = Stage.Disconnected;

    /// <summary>A message on a command topic. Never throws on what it holds.</summary>
    public CommandOutcome OnCommand(ReadOnlySpan<char> topic, ReadOnlySpan<byte> payload)
    {
        if (!SparkplugTopic.TryParse(topic, out var parsed, out _) || parsed.Kind is not (MessageKind.NCmd or MessageKind.DCmd)) return CommandOutcome.Failed(CommandFault.BadTopic);
        if (parsed.NodeKey != _node.Key || parsed.Device is { } device && !_metrics.Has(device)) return CommandOutcome.Failed(CommandFault.NotOurs);
        if (!PayloadCodec.TryDecode(payload, out var command, out _)) return CommandOutcome.Failed(CommandFault.BadPayload);
        var (fault, rebirth, unknown) = (CommandFault.None, false, 0);
        LedgerAnswer? answer = null;
        var writes = new List<MetricWrite>();
        foreach (var metric in command.Metrics)
        {
            if (NameOf(metric, parsed.Device) is not { } name) unknown++;
            else if (name == MetricNames.Rebirth) rebirth |= metric.Value is MetricValue.Boolean { Value: true };
            else if (name != LedgerMetrics.Answer) writes.Add(new(parsed.Device, name, metric.Value, (metric.Properties?.Find(PropertyNames.Command)?.Value as MetricValue.Text)?.Value));
            else if (metric.Value is not MetricValue.Bytes bytes || !LedgerCodec.TryDecode(bytes.Value.Span, out answer)) fault = CommandFault.BadAnswer;
        }
        if (rebirth && _stage == Stage.Born) _stage = Stage.RebirthDue;
        return new(fault, rebirth, answer, writes, unknown);
    }

    /// <summary>A message on a STATE topic. Never throws on what it holds.</summary>
    public StateOutcome OnState(ReadOnlySpan<char> topic, ReadOnlySpan<byte> payload)
    {
        if (!SparkplugTopic.TryParse(topic, out var parsed, out _) || parsed.Kind != MessageKind.State) return StateOutcome.Malformed;
        if (parsed.Node != _node.PrimaryHost || _stage == Stage.Disconnected) return StateOutcome.Ignored;
        if (!HostState.TryDecode(payload, out var state)) return StateOutcome.Malformed;
        if (_hostSpoke is { } last && state.Timestamp < last) return StateOutcome.Ignored;
        _hostSpoke = state.Timestamp;
        _hostOnline = state.Online;
        var born = _stage is Stage.Born or Stage.RebirthDue;
        return (state.Online, born) switch
        {
            (true, true) => StateOutcome.Unchanged,
            (true, false) => StateOutcome.Birth,
            (false, true) => StateOutcome.DieAndReconnect,
            (false, false) => StateOutcome.Wait,
        };
    }

    private Metric Told(string name, Instant now, MetricValue? value) => new() { Alias = _metrics.Alias(null, name), Timestamp = ReadingWriter.Stamp(now), IsNull = value is null, Value = value };

    private string? NameOf(Metric metric, string? device)
    {
        if (metric.Alias is { } alias) return _metrics.Find(alias) is { } found && found.Device == device ? found.Name : null;
        if (metric.Name is not { } name) return null;
        return device is null && name == MetricNames.Rebirth || _metrics.Declares(device, name) ? name : null;
    }

    private OutgoingMessage DeviceBirthMessage(EdgeDevice device, Instant now, IEnumerable<Reading> values) =>
        new(Topic(MessageKind.DBirth, device.Name), PayloadCodec.Encode(_births.Device(now, NextSeq(), device, values)), 0, false);

    private OutgoingMessage DeathMessage(Instant now) =>
        new(Topic(MessageKind.NDeath, null), PayloadCodec.Encode(EdgeBirths.Death(now, BdSeq)), 1, false);

    private ulong NextSeq()
    {
        var seq = (ulong)_seq;
        _seq = (_seq + 1) & 0xFF;
        return seq;
    }

    private string Topic(MessageKind kind, string? device) =>
        (device is null ? SparkplugTopic.Of(kind, _node.Key) : SparkplugTopic.Of(kind, new DeviceKey(_node.Key, device))).ToString();

    private static int CountOf(BatchPosition position)
    {
        var count = 0;
        foreach (var run in position.Samples) count += run.Metrics;
        return count;
    }
}
