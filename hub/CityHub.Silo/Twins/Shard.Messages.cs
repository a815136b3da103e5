using System.Diagnostics.CodeAnalysis;
using System.Text;
using CityHub.Silo.Telemetry;
using Microsoft.Extensions.Logging;
using SmartCity.Mqtt;
using SmartCity.Readings;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;
using SmartCity.Twins;

namespace CityHub.Silo.Twins;

/// <summary>Sparkplug messages. The hot path: nothing is allocated for a reading, and little for a message.</summary>
internal sealed partial class Shard
{
    /// <summary>Topics that are remembered with the node they lead to.</summary>
    private const int RouteLimit = 200_000;

    private readonly Dictionary<byte[], Route> _routesByTopic = new(TopicBytes.Instance);
    private readonly Dictionary<byte[], Route>.AlternateLookup<ReadOnlySpan<byte>> _routes;
    private readonly List<DeviceReading> _readings = [];
    private int _messageCount;
    private int _readingCount;
    private long _byteCount;

    private sealed record Route(NodeActor Node, SparkplugTopic Topic, bool IsSenMl);

    /// <summary>A fault of ours in one message must not take the city down with it, and again with each resend: it is counted, logged with its cause, and passed over.</summary>
    private void HandleGuarded(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, MailFlags flags)
    {
        try
        {
            Handle(topic, payload, flags);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            var name = Encoding.UTF8.GetString(topic.Length > 128 ? topic[..128] : topic);
            _parts.Refusals.Add(name, RefusalReason.OurFault);
            OurFault(_parts.Log, fault, name);
        }
    }

    private void Handle(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, MailFlags flags)
    {
        _messageCount++;
        if (!_routes.TryGetValue(topic, out var route) && !TryRoute(topic, out route)) return;
        var node = route.Node;
        node.Twin.Heard(_wallNow);
        var bytes = MqttBytes.OfPublish(topic.Length, payload.Length, (MqttQos)(byte)(flags & MailFlags.QosMask));
        node.Twin.Received(bytes);
        _byteCount += bytes;
        if (route.IsSenMl) HandleSenMl(node, payload, flags);
        else HandleSparkplug(node, route.Topic, payload, flags);
    }

    private void HandleSparkplug(NodeActor node, in SparkplugTopic topic, ReadOnlySpan<byte> payload, MailFlags flags)
    {
        var session = node.Session ??= new HostSession(node.Key);
        if ((flags & MailFlags.Cut) != 0)
        {
            _parts.Refusals.Add(node.Name, RefusalReason.Oversized);
            if (IsData(topic.Kind)) AccountUnread(node, session, payload);
            return;
        }
        _readings.Clear();
        var outcome = session.Handle(topic, payload, (byte)(flags & MailFlags.QosMask), (flags & MailFlags.Retained) != 0, _wallNow, _readings);
        if (outcome.Reason != SetAsideReason.None)
        {
            _parts.Refusals.Add(node.Name, SetAside.Name(outcome.Reason));
            if (outcome.Reason == SetAsideReason.MalformedPayload && outcome.Batch is null && IsData(topic.Kind)) AccountUnread(node, session, payload);
        }
        CountTally(node, outcome.Tally);
        if (outcome.Vitals is { } vitals)
        {
            node.Twin.Told(vitals, _wallNow);
            MarkDirty(node);
        }
        switch (outcome.Event)
        {
            case HostEvent.NodeBirth:
                HandleNodeBirth(node, session, outcome);
                break;
            case HostEvent.DeviceBirth:
                HandleDeviceBirth(node, session, outcome.Device!);
                break;
            case HostEvent.NodeDeath:
                Becomes(node, NodePresence.Offline);
                break;
            case HostEvent.DeviceDeath:
                if (outcome.Device!.Attachment is SensorActor dead) dead.IsDead = true;
                break;
            case HostEvent.Data or HostEvent.None:
                if (session.IsLedgered) TakeBatch(node, outcome.Batch);
                else if (outcome.Event == HostEvent.Data) TakeUnledgered(node);
                break;
        }
        if (session.NextDeadline is { } next)
        {
            if (next <= _wallNow) AskForBirth(node, session);
            else _nodeDeadlines.Plan(node, next.UnixMilliseconds);
        }
    }

    private static bool IsData(MessageKind kind) => kind is MessageKind.NData or MessageKind.DData;

    private void HandleNodeBirth(NodeActor node, HostSession session, in HostOutcome outcome)
    {
        node.Twin.Unledgered = !session.IsLedgered;
        MarkDirty(node);
        if (outcome.Outbox is { } declaration)
        {
            var declared = node.Twin.Ledger.Declare(declaration);
            OweAnswer(node);
            if (declared.OutboxReplaced)
            {
                OutboxReplaced(_parts.Log, node.Name, declaration.Outbox);
                _parts.Feed.Tell(_wallNow, "node.outbox-replaced", node.Name);
            }
            foreach (var (lane, batches) in declared.Gaps)
            {
                _parts.Metrics.Gaps.Add((long)(batches.Last - batches.First + 1), new KeyValuePair<string, object?>("lane", lane.ToString()));
                _parts.Refusals.Lost(node.Name, (long)(batches.Last - batches.First + 1));
                Gap(_parts.Log, node.Name, lane, batches.First, batches.Last);
                _parts.Feed.Tell(_wallNow, "node.gap", node.Name);
            }
        }
        node.Told = outcome.Episodes ?? [];
        HearAnswer(node, outcome.Terms);
        Becomes(node, NodePresence.Online);
        TakeBirthValues(node, session);
    }

    private void HandleDeviceBirth(NodeActor node, HostSession session, HostDevice device)
    {
        if (!node.Sensors.ContainsKey(device.Key.Device) && node.Sensors.Count >= NodeTwin.MaxSensors)
        {
            _parts.Refusals.Add(node.Name, RefusalReason.TooMany);
            return;
        }
        _parts.Places.Suggest(device.Key, device.Place, _parts.City.Now);
        var sensor = Bind(node, device.Key.Device);
        sensor.IsDead = false;
        NoteBirthOfOutputs(sensor);
        device.Attachment = sensor;
        AdoptEpisodes(sensor);
        MarkDirty(node);
        TakeBirthValues(node, session);
    }

    /// <summary>
    /// What a birth says of values. A ledgered node's come in its batches, in their order, and are not taken from here: a newer value that got ahead
    /// of the breach that the hub had not stored when it was killed would open an episode of its own beside the one that is in the register.
    /// Another node's come only here.
    /// </summary>
    private void TakeBirthValues(NodeActor node, HostSession session)
    {
        if (_readings.Count > 0 && !session.IsLedgered) TakeUnledgered(node, isBirth: true);
    }

    /// <summary>A batch of a ledgered node: accounted for, and its readings taken; or left for the node to resend.</summary>
    private void TakeBatch(NodeActor node, Position? batch)
    {
        if (batch is not { } position || !HasRoom(position.Lane) || !Account(node, position)) return;
        var first = _cut.RowCount;
        foreach (ref readonly var item in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_readings))
        {
            if (SensorOf(node, item.Device) is not { } sensor || !IsBelievable(node, item.Reading)) continue;
            Observe(sensor, item.Reading);
            AddRow(sensor, item.Reading.WithQuality(sensor.Twin.Judged));
            AddRepairs(sensor);
        }
        EndBatch(node, position, first);
    }

    /// <summary>Accounts for a batch that could not be read past its position, so that the node does not resend it for ever.</summary>
    private void AccountUnread(NodeActor node, HostSession session, ReadOnlySpan<byte> payload)
    {
        if (!session.IsLedgered || !IngestGate.TryPeekPosition(payload, out var bytes) || !LedgerCodec.TryDecode(bytes, out BatchPosition? batch)) return;
        if (Account(node, batch.Position)) EndBatch(node, batch.Position, _cut.RowCount);
    }

    private bool Account(NodeActor node, Position position)
    {
        switch (node.Twin.Ledger.Account(position))
        {
            case LedgerVerdict.New:
                return true;
            case LedgerVerdict.Duplicate:
                _parts.Refusals.Add(node.Name, RefusalReason.DuplicateBatch);
                OweAnswer(node); // the answer may have been lost
                return false;
            case LedgerVerdict.TooScattered:
                _parts.Refusals.Add(node.Name, RefusalReason.TooScattered);
                return false;
        }
        return false;
    }

    private void EndBatch(NodeActor node, Position position, int firstRow)
    {
        if (node.TimelineNumber < 0) node.TimelineNumber = _parts.Timeline.Node(node.Key);
        var rows = _cut.RowCount - firstRow;
        _cut.Marks.Add(new(node.TimelineNumber, node.Twin.Ledger.Outbox!.Value.Value, (byte)position.Lane, position.Batch, firstRow, rows));
        CountRows(rows);
        MarkDirty(node);
        OweAnswer(node);
    }

    /// <summary>Readings without our ledger: what is known already is left out, as far as stamp and value can tell.</summary>
    private void TakeUnledgered(NodeActor node, bool isBirth = false)
    {
        if (!HasRoom(Lane.Raw)) return;
        var first = _cut.RowCount;
        foreach (ref readonly var item in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_readings))
        {
            if (SensorOf(node, item.Device) is { } sensor) TakeUnledgered(sensor, item.Reading, isBirth);
        }
        CountRows(_cut.RowCount - first);
        MarkDirty(node);
    }

    private void TakeUnledgered(SensorActor sensor, in Reading reading, bool isBirth)
    {
        if (!IsBelievable(sensor.Node, reading)) return;
        var known = sensor.Twin.TryGetLive(reading.Quantity, out var live) && (isBirth ? live.Newest.At >= reading.At : IsSame(live.Newest, reading));
        if (known || Observe(sensor, reading) == ObserveOutcome.Duplicate)
        {
            if (!isBirth) _parts.Refusals.Add(sensor.Node.Name, RefusalReason.DuplicateReading);
            return;
        }
        AddRow(sensor, reading.WithQuality(sensor.Twin.Judged));
        AddRepairs(sensor);
    }

    private static bool IsSame(in Reading a, in Reading b) =>
        a.At == b.At && a.Fault == b.Fault && a.TryGetValue(out var x) == b.TryGetValue(out var y) && x.Equals(y);

    private ObserveOutcome Observe(SensorActor sensor, in Reading reading)
    {
        _parts.City.Follow(reading.At);
        if (sensor.Heard(reading, _wallNow)) _parts.Feed.Tell(_wallNow, HubEvents.SensorOnline, sensor.Twin.Id.Value);
        if (reading.Quality == Quality.Fail) _parts.Refusals.Add(sensor.Node.Name, RefusalReason.Implausible);
        var repairs = sensor.Plan.RepairsOf(reading.Quantity);
        var outcome = LooksAround(sensor, reading, repairs, out var checks)
            ? Observe(sensor, reading.WithQuality(_parts.Nearby.Compare(sensor, reading, checks)), _parts.City.Now)
            : Observe(sensor, reading, _parts.City.Now);
        if (repairs is not null && outcome == ObserveOutcome.Newest) Repair(sensor, reading, repairs);
        return outcome;
    }

    private ObserveOutcome Observe(SensorActor sensor, in Reading reading, Instant cityNow)
    {
        sensor.Node.Clock = reading.Clock;
        var outcome = sensor.Twin.Observe(reading, sensor.Node.Twin.Ledger.Epoch, cityNow, sensor.Plan, _events);
        PlanLook(sensor);
        if (sensor.Awaited is { } awaited) HearAnswer(sensor, awaited, reading);
        if (outcome is ObserveOutcome.Merged or ObserveOutcome.TooLate && sensor.Plan.Learns(reading.Quantity)) _parts.Metrics.Unlearnt.Add(1);
        if (sensor.Plan.TellsDistrict(reading.Quantity)) NoteForDistrict(sensor, reading, outcome);
        return outcome;
    }

    private void AddRow(SensorActor sensor, in Reading reading)
    {
        if (_cut.Arrived == 0) _cut.Arrived = _arrived;
        _cut.Add(new(sensor.SeriesOf(_parts.Timeline, reading.Quantity), reading));
    }

    private void CountRows(int rows)
    {
        _readingCount += rows;
        if (rows > 0) _parts.Unstored.Add(rows);
    }

    /// <summary>Whether more can be kept while a store is away. What matters more than raw readings is taken a while longer.</summary>
    private bool HasRoom(Lane lane)
    {
        var over = _parts.Unstored.IsOver || _parts.Episodes.Outstanding > _parts.Options.UnwrittenEventLimit;
        if (!over || lane == Lane.Alert && !_parts.Unstored.IsFarOver && _parts.Episodes.Outstanding <= 2L * _parts.Options.UnwrittenEventLimit) return true;
        _parts.Metrics.Shed.Add(1, new KeyValuePair<string, object?>("reason", "shed_store"));
        return false;
    }

    /// <summary>Whether a stamp can be true.</summary>
    private bool IsBelievable(NodeActor node, in Reading reading)
    {
        // A city clock that follows the data cannot judge them.
        var now = _parts.City.Kind == CityClockKind.Data ? _wallNow : _parts.City.Now;
        if (reading.At > now + _parts.Options.FutureLimit) _parts.Refusals.Add(node.Name, RefusalReason.Future);
        else if (reading.At < now - _parts.Options.PastLimit) _parts.Refusals.Add(node.Name, RefusalReason.Ancient);
        else return true;
        return false;
    }

    private SensorActor? SensorOf(NodeActor node, HostDevice device)
    {
        if (device.Attachment is SensorActor known) return known;
        if (!node.Sensors.ContainsKey(device.Key.Device) && node.Sensors.Count >= NodeTwin.MaxSensors) return null;
        var sensor = Bind(node, device.Key.Device);
        device.Attachment = sensor;
        return sensor;
    }

    private void CountTally(NodeActor node, MetricTally tally)
    {
        if (tally == default) return;
        _parts.Refusals.Add(node.Name, RefusalReason.Uncatalogued, tally.Uncatalogued);
        _parts.Refusals.Add(node.Name, RefusalReason.NotANumber, tally.NotNumeric + tally.NotFinite);
        _parts.Refusals.Add(node.Name, RefusalReason.BadTimestamp, tally.BadTimestamp);
    }

    private void FlushCounts()
    {
        if (_messageCount > 0) _parts.Metrics.Messages.Add(_messageCount);
        if (_readingCount > 0) _parts.Metrics.Readings.Add(_readingCount);
        if (_byteCount > 0) _parts.Metrics.ReceivedBytes.Add(_byteCount);
        (_messageCount, _readingCount, _byteCount) = (0, 0, 0);
    }

    private bool TryRoute(ReadOnlySpan<byte> topic, [NotNullWhen(true)] out Route? route)
    {
        route = null;
        var text = Encoding.UTF8.GetString(topic);
        NodeKey key;
        SparkplugTopic parsed = default;
        var isSenMl = text.StartsWith("senml/", StringComparison.Ordinal);
        if (isSenMl)
        {
            var levels = text.Split('/');
            key = new(levels[1], levels[2]);
            if (SparkplugId.Check(key.Group) != TopicFault.None || SparkplugId.Check(key.Node) != TopicFault.None) return Malformed(text);
        }
        else
        {
            if (!SparkplugTopic.TryParse(text, out parsed, out _)) return Malformed(text);
            key = parsed.NodeKey;
        }
        if (!_nodes.TryGetValue(key, out var node))
        {
            if (_nodes.Count >= _parts.Options.NodeLimit)
            {
                _parts.Refusals.Add(key.Group, RefusalReason.TooMany);
                return false;
            }
            node = NodeFor(key);
        }
        route = new(node, parsed, isSenMl);
        if (_routesByTopic.Count < RouteLimit) _routesByTopic.Add(topic.ToArray(), route);
        return true;
    }

    private bool Malformed(string topic)
    {
        _parts.Refusals.Add(topic.Length > 128 ? topic[..128] : topic, RefusalReason.MalformedTopic);
        return false;
    }

    [LoggerMessage(LogLevel.Error, "A message on {Topic} could not be handled for a fault of ours; it was passed over")]
    private static partial void OurFault(ILogger log, Exception fault, string topic);

    [LoggerMessage(LogLevel.Warning, "Node {Node} has another outbox than before ({Outbox}): a new card, or a wiped one. A new order begins.")]
    private static partial void OutboxReplaced(ILogger log, string node, OutboxId outbox);

    [LoggerMessage(LogLevel.Warning, "Node {Node} no longer keeps batches {First} to {Last} of lane {Lane}, and they never came: they are lost.")]
    private static partial void Gap(ILogger log, string node, Lane lane, ulong first, ulong last);
}
