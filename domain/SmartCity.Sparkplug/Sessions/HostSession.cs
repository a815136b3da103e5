using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Sparkplug;

/// <summary>
/// The hub's side of one node's session, without I/O and clock: takes the node's messages as they come and says what they mean. Not
/// thread-safe: the node's mailbox owns it. All instants are the hub's wall clock. Never throws on what a message holds.
/// </summary>
public sealed partial class HostSession
{
    private readonly HostSessionLimits _limits;
    private readonly Dictionary<string, HostDevice> _devices = new(StringComparer.Ordinal);
    private readonly SeqTracker _seq;
    private bool _born;
    private ulong? _bdSeq;
    private ulong? _diedWith;
    private Instant? _lastRebirthRequest;
    private uint _arrivals;

    public HostSession(NodeKey key, HostSessionLimits? limits = null)
    {
        Key = key;
        _limits = limits ?? HostSessionLimits.Default;
        _seq = new(_limits.ReorderTimeout);
        NodeLevel = new(new(key, ""));
    }

    public NodeKey Key { get; }

    /// <summary>The node as the bearer of its own metrics: a device with the empty name. Its presence is the node's.</summary>
    public HostDevice NodeLevel { get; }

    public SessionPresence Presence => NodeLevel.Presence;

    /// <summary>Devices born at least once, in no order.</summary>
    public IReadOnlyCollection<HostDevice> Devices => _devices.Values;

    /// <summary>When the last message came, whatever became of it.</summary>
    public Instant? LastHeard { get; private set; }

    /// <summary>Its last birth declared an outbox: order and completeness come from the ledger.</summary>
    public bool IsLedgered { get; private set; }

    public Deviations Deviations { get; private set; }

    /// <summary>What its last birth said of its terms; null: it takes none.</summary>
    public EdgeTerms? Terms { get; private set; }

    /// <summary>What the node has said of itself since its birth; null: nothing of the kind.</summary>
    public NodeVitals? Vitals { get; private set; }

    /// <summary>Why a new birth is wanted; stays until the birth, whatever was asked for.</summary>
    public RebirthReason RebirthWanted { get; private set; }

    /// <summary>When <see cref="TryTakeRebirth"/> is worth another call; null: nothing waits.</summary>
    public Instant? NextDeadline => RebirthWanted == RebirthReason.None ? _seq.Deadline
        : _lastRebirthRequest is { } last ? last + _limits.RebirthInterval
        : LastHeard;

    public HostDevice? FindDevice(string name) => _devices.GetValueOrDefault(name);

    /// <summary>Takes one message of this node.</summary>
    /// <param name="qos">As delivered; the hub subscribes at QoS 1.</param>
    /// <param name="retained">Delivered from the server's memory.</param>
    /// <param name="receivedAt">The hub's wall clock at receipt.</param>
    /// <param name="readings">The caller's list; the message's readings are added at its end.</param>
    public HostOutcome Handle(in SparkplugTopic topic, ReadOnlySpan<byte> payload, byte qos, bool retained, Instant receivedAt, List<DeviceReading> readings)
    {
        if (topic.Kind is MessageKind.State or MessageKind.NCmd or MessageKind.DCmd || topic.Group != Key.Group || topic.Node != Key.Node)
        {
            return new() { Reason = SetAsideReason.NotForHost };
        }
        LastHeard = receivedAt;
        if (retained) return new() { Reason = SetAsideReason.RetainedMessage };
        if (qos != 0 && topic.Kind != MessageKind.NDeath) Deviations |= Deviations.NotAtQos0;
        return topic.Kind switch
        {
            MessageKind.NData or MessageKind.DData => Data(topic.Device, payload, receivedAt, readings),
            MessageKind.NBirth => NodeBirth(payload, receivedAt, readings),
            MessageKind.DBirth => DeviceBirth(topic.Device!, payload, receivedAt, readings),
            MessageKind.NDeath => NodeDeath(payload, qos, receivedAt),
            _ => DeviceDeath(topic.Device!, payload, receivedAt),
        };
    }

    /// <summary>
    /// Whether to send a rebirth request now: one is wanted (or the reorder timeout has run out), none was sent within the interval, and the
    /// city's budget allows it. The caller sends <see cref="HostCommands.Rebirth"/>.
    /// </summary>
    public bool TryTakeRebirth(Instant now, RebirthBudget budget)
    {
        if (_seq.Deadline is { } deadline && now >= deadline) Want(RebirthReason.SeqGap);
        if (RebirthWanted == RebirthReason.None) return false;
        if (_lastRebirthRequest is { } last && now >= last && now - last < _limits.RebirthInterval) return false;
        if (!budget.TryTake(now)) return false;
        _lastRebirthRequest = now;
        return true;
    }

    /// <summary>
    /// The hub lost its connection: what was missed is unknown, so node and devices are stale and nothing counts before the next birth.
    /// Aliases must not be kept: a birth that was missed may have given them to other metrics.
    /// </summary>
    public void ConnectionLost(Instant now)
    {
        if (Presence is not SessionPresence.Online) return;
        EndSession(SessionPresence.Stale, now);
    }

    /// <summary>The ledger's answer as a command to this node: alias alone, no seq. Null: the node has declared none in this session.</summary>
    public OutgoingMessage? Answer(LedgerAnswer answer, Instant now)
    {
        if (!_born || !NodeLevel.Metrics.HasAnswer) return null;
        return HostCommands.Answer(Key, NodeLevel.Metrics.AnswerAlias, answer, now);
    }

    /// <summary>A command that switches an output of a device. Null: the device is not born in this session, or has declared no such output.</summary>
    /// <param name="command">Its id: the node does each once.</param>
    public OutgoingMessage? Switch(string device, Quantity output, bool on, string command, Instant now) =>
        _born && FindDevice(device) is { Presence: SessionPresence.Online } born && born.Metrics.Declares(output, out var alias)
            ? HostCommands.Switch(born.Key, alias, output, on, command, now) : null;

    private HostOutcome NodeDeath(ReadOnlySpan<byte> payload, byte qos, Instant receivedAt)
    {
        if (!PayloadReader.TryOpen(payload, out var reader, out var fault)) return Malformed(fault);
        ulong? bdSeq = null;
        while (reader.Next(out var metric))
        {
            if (metric.HasName && metric.NameUtf8.SequenceEqual("bdSeq"u8) && metric.Field is ValueField.Int or ValueField.Long) bdSeq = metric.Bits;
        }
        if (reader.Fault != PayloadFault.None) return Malformed(reader.Fault);
        if (qos == 0) Deviations |= Deviations.DeathAtQos0;
        // A birth without bdSeq (a known deviation) dies by any death; otherwise the numbers must be the same.
        if (!_born || _bdSeq is not null && bdSeq != _bdSeq) return new() { Reason = SetAsideReason.DeathUnmatched };
        _diedWith = _bdSeq;
        EndSession(SessionPresence.Offline, receivedAt);
        return new() { Event = HostEvent.NodeDeath };
    }

    private HostOutcome DeviceDeath(string name, ReadOnlySpan<byte> payload, Instant receivedAt)
    {
        if (!_born) return Wanted(RebirthReason.BeforeBirth, SetAsideReason.BeforeBirth);
        if (!PayloadReader.TryOpen(payload, out var reader, out var fault)) return Malformed(fault);
        if (!TakeSeq(ref reader, receivedAt)) return new() { Reason = SetAsideReason.BadSeq };
        if (FindDevice(name) is not { Presence: SessionPresence.Online } device) return Wanted(RebirthReason.UnknownDevice, SetAsideReason.UnknownDevice);
        device.Presence = SessionPresence.Offline;
        device.Since = Stamp(reader.HasTimestamp, reader.Timestamp) ?? receivedAt;
        device.Metrics = MetricTable.Empty;
        return new() { Event = HostEvent.DeviceDeath, Device = device };
    }

    private void EndSession(SessionPresence presence, Instant at)
    {
        _born = false;
        _seq.Stop();
        RebirthWanted = RebirthReason.None;
        NodeLevel.Metrics = MetricTable.Empty;
        (NodeLevel.Presence, NodeLevel.Since) = (presence, at);
        EndDevices(presence, at);
    }

    private void EndDevices(SessionPresence presence, Instant at)
    {
        foreach (var device in _devices.Values)
        {
            device.Metrics = MetricTable.Empty;
            (device.Presence, device.Since) = (presence, at);
        }
    }

    private bool TakeSeq(ref PayloadReader reader, Instant receivedAt)
    {
        if (!reader.HasSeq || reader.Seq > byte.MaxValue) return false;
        _seq.Take((byte)reader.Seq, receivedAt);
        return true;
    }

    private HostOutcome Wanted(RebirthReason wanted, SetAsideReason reason)
    {
        Want(wanted);
        return new() { Reason = reason };
    }

    private void Want(RebirthReason reason)
    {
        if (RebirthWanted == RebirthReason.None) RebirthWanted = reason;
    }

    private static HostOutcome Malformed(PayloadFault fault) => new() { Reason = SetAsideReason.MalformedPayload, PayloadFault = fault };

    /// <summary>Null when there is none or it is past the year 9999.</summary>
    private static Instant? Stamp(bool has, ulong milliseconds) =>
        has && milliseconds <= (ulong)Instant.Max.UnixMilliseconds ? new Instant((long)milliseconds) : null;
}
