using CityHub.Contracts;
using CityHub.Silo.Telemetry;
using CityHub.Silo.Timeline;
using SmartCity.Readings;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;
using SmartCity.Twins;
using SmartCity.Watch;

namespace CityHub.Silo.Twins;

/// <summary>What all shards share.</summary>
internal sealed record ShardParts(HubOptions Options, ITimeline Timeline, Places Places, EpisodeWriter Episodes, DistrictWatches Districts, Neighbourhoods Nearby, EventFeed Feed, Refusals Refusals, UnstoredRows Unstored,
    CityClock City, TimeProvider Wall, HubMetrics Metrics, HubVoice Voice, OutputCommands Commands, NodeCalls Calls, Microsoft.Extensions.Logging.ILogger Log);

/// <summary>
/// One mailbox loop and the nodes that live in it. Everything here runs on the loop's thread, or before it starts; what comes from outside
/// comes through the mailbox.
/// </summary>
internal sealed partial class Shard
{
    private readonly ShardParts _parts;
    private readonly Dictionary<NodeKey, NodeActor> _nodes = [];
    private readonly DeadlineIndex<SensorActor> _sensorDeadlines = new();
    private readonly DeadlineIndex<NodeActor> _nodeDeadlines = new();
    private readonly Dictionary<string, long> _birthDeadlines = new(StringComparer.Ordinal);
    private readonly RebirthBudget _rebirths;
    private readonly List<EpisodeEvent> _events = [];
    private readonly VarintWriter _writer = new();
    private readonly Stack<Cut> _spare = [];
    private readonly List<NodeActor> _changed = [];
    private readonly List<NodeActor> _owed = [];
    private readonly Queue<NodeActor> _sweep = [];
    private RuleSet _rules = RuleSet.Empty;
    private Cut _cut = new();
    private long _eventsThrough;
    private Instant _wallNow;
    private long _silenceLooked;
    private long _arrived;

    public Shard(ShardParts parts, int shards)
    {
        _parts = parts;
        _rebirths = new((double)parts.Options.RebirthsPerSecond / shards, Math.Max(1, parts.Options.RebirthsPerSecond / shards));
        _routes = _routesByTopic.GetAlternateLookup<ReadOnlySpan<byte>>();
        _wallNow = Instant.From(parts.Wall.GetUtcNow());
        ListensFrom(parts.City.Now);
    }

    /// <summary>Handles mail until the mailbox is closed.</summary>
    public void Run(Mailbox mailbox)
    {
        var chunks = new List<MailChunk>();
        var controls = new List<Action>();
        while (mailbox.Take(ref chunks, controls))
        {
            Obey(controls);
            foreach (var chunk in chunks)
            {
                _wallNow = Instant.From(_parts.Wall.GetUtcNow());
                _arrived = chunk.Arrived;
                while (chunk.Next(out var topic, out var payload, out var flags)) HandleGuarded(topic, payload, flags);
                mailbox.Return(chunk);
                EndRound();
                while (mailbox.TryTakeControl(out var control)) control();
            }
            chunks.Clear();
            _arrived = 0; // what comes to light from here on is a clock's doing
            _wallNow = Instant.From(_parts.Wall.GetUtcNow());
            LookAtClocks();
            EndRound();
        }
        mailbox.Drain(controls);
        Obey(controls);
    }

    private static void Obey(List<Action> controls)
    {
        foreach (var control in controls) control();
        controls.Clear();
    }

    /// <summary>Puts a node back as its checkpoint has it. Before <see cref="Run"/>.</summary>
    public void Restore(NodeTwin twin)
    {
        twin.Becomes(NodePresence.Unheard, _wallNow);
        var node = new NodeActor(twin);
        _nodes.Add(twin.Key, node);
        foreach (var device in twin.Sensors.Keys.ToArray()) Bind(node, device);
    }

    /// <summary>Hands over what is to be made durable, and goes on with an empty cut.</summary>
    public Cut TakeCut(CutRequest request)
    {
        EndRound();
        var cut = _cut;
        cut.CityTime = _parts.City.Now;
        cut.EventsThrough = _eventsThrough;
        if (request.Answers)
        {
            foreach (var node in _owed) Answer(node, cut);
            _owed.Clear();
        }
        if (request.NewSweep)
        {
            foreach (var node in _changed) _sweep.Enqueue(node);
            _changed.Clear();
        }
        var left = request.StateBytes;
        while (left > 0 && _sweep.TryDequeue(out var node)) left -= Capture(node, cut);
        cut.SweepLeft = _sweep.Count;
        lock (_spare) _cut = _spare.TryPop(out var spare) ? spare : new();
        return cut;
    }

    public void Return(Cut cut)
    {
        cut.Clear();
        lock (_spare) _spare.Push(cut);
    }

    private void Answer(NodeActor node, Cut cut)
    {
        node.AnswerDue = false;
        if (node.Session is { } session && node.Twin.Ledger.Answer() is { } due && session.Answer(due, _wallNow) is { } message) cut.Answers.Add((node.Key, message.Payload));
    }

    private int Capture(NodeActor node, Cut cut)
    {
        node.IsDirty = false;
        _writer.Clear();
        node.Twin.Write(_writer);
        cut.States.Add(new(node.Key, _writer.ToArray()));
        return _writer.Length;
    }

    public void Use(RuleSet rules)
    {
        _rules = rules;
        _plans.Clear();
        var now = _parts.City.Now;
        foreach (var node in _nodes.Values)
        {
            foreach (var sensor in node.Sensors.Values)
            {
                sensor.Plan = PlanOf(sensor.Place.Place);
                sensor.Twin.Replan(now, sensor.Plan, _events);
                PlanLook(sensor);
            }
            MarkDirty(node);
        }
        EndRound();
    }

    /// <summary>The connection of a group came or went: until a node speaks again, nobody knows whether it is there.</summary>
    public void OnlineChanged(string group, bool online)
    {
        var now = Instant.From(_parts.Wall.GetUtcNow());
        if (online)
        {
            _birthDeadlines[group] = (now + _parts.Options.BirthDeadline).UnixMilliseconds;
            ListensFrom(_parts.City.Now);
            return;
        }
        _birthDeadlines.Remove(group);
        foreach (var node in _nodes.Values)
        {
            if (node.Key.Group != group || node.Twin.Presence != NodePresence.Online) continue;
            node.Session?.ConnectionLost(now);
            node.Twin.Becomes(NodePresence.Stale, now);
            MarkDirty(node);
        }
    }

    public List<NodeView> NodeViews()
    {
        var views = new List<NodeView>(_nodes.Count);
        var now = Instant.From(_parts.Wall.GetUtcNow());
        foreach (var node in _nodes.Values) views.Add(node.View(now));
        return views;
    }

    public List<SensorView> SensorViews()
    {
        var views = new List<SensorView>();
        foreach (var node in _nodes.Values)
        {
            foreach (var sensor in node.Sensors.Values) views.Add(sensor.View());
        }
        return views;
    }

    /// <summary>Appends what its sensors have of a quantity to a list that other shards append to as well.</summary>
    public bool Latest(Quantity quantity, List<LatestValue> into)
    {
        lock (into)
        {
            foreach (var node in _nodes.Values)
            {
                foreach (var sensor in node.Sensors.Values)
                {
                    if (!sensor.Twin.TryGetLive(quantity, out var live)) continue;
                    var newest = live.Newest;
                    into.Add(new(sensor.Twin.Id, newest.At, newest.TryGetValue(out var value) && double.IsFinite(value) ? value : null, newest.Quality));
                }
            }
        }
        return true;
    }

    public SensorView? View(DeviceKey device) =>
        _nodes.TryGetValue(device.Node, out var node) && node.Sensors.TryGetValue(device.Device, out var sensor) ? sensor.View() : null;

    private void LookAtClocks()
    {
        var city = _parts.City.Now;
        while (_sensorDeadlines.TryTake(city.UnixMilliseconds, out var sensor))
        {
            sensor.Twin.Advance(city, sensor.Plan, _events);
            MarkDirty(sensor.Node);
            if (sensor.Twin.NextDeadline is { } next) _sensorDeadlines.Plan(sensor, Math.Max(next.UnixMilliseconds, city.UnixMilliseconds + 1));
        }
        while (_nodeDeadlines.TryTake(_wallNow.UnixMilliseconds, out var node)) LookAtNode(node);
        LookForBirths();
        LookForSilence();
    }

    // Once a second is soon enough: the least grace is ten. A city clock that follows the data replays what nobody waits for.
    private void LookForSilence()
    {
        if (_wallNow.UnixMilliseconds - _silenceLooked < 1000 || _parts.City.Kind == CityClockKind.Data) return;
        _silenceLooked = _wallNow.UnixMilliseconds;
        foreach (var node in _nodes.Values)
        {
            if (node.Twin.Presence != NodePresence.Online) continue;
            foreach (var sensor in node.Sensors.Values)
            {
                if (sensor.Look(_wallNow)) _parts.Feed.Tell(_wallNow, HubEvents.SensorStale, sensor.Twin.Id.Value);
            }
        }
    }

    private void LookForBirths()
    {
        if (_birthDeadlines.Count == 0) return;
        foreach (var (group, deadline) in _birthDeadlines)
        {
            if (_wallNow.UnixMilliseconds < deadline) continue;
            _birthDeadlines.Remove(group); // allowed while enumerating, since .NET Core 3.0
            foreach (var node in _nodes.Values)
            {
                if (node.Key.Group == group && node.Twin.Presence == NodePresence.Unheard) Becomes(node, NodePresence.Stale);
            }
        }
    }

    private void LookAtNode(NodeActor node)
    {
        if (node.Session is { } session)
        {
            AskForBirth(node, session);
            return;
        }
        if (node.Twin.LastHeard is not { } heard || node.Twin.Presence != NodePresence.Online) return;
        var silentAt = heard + _parts.Options.SenMlSilence;
        if (silentAt <= _wallNow) Becomes(node, NodePresence.Stale);
        else _nodeDeadlines.Plan(node, silentAt.UnixMilliseconds);
    }

    private void AskForBirth(NodeActor node, HostSession session)
    {
        if (session.TryTakeRebirth(_wallNow, _rebirths) && _parts.Voice.Say(node.Key, HostCommands.Rebirth(node.Key, _wallNow).Payload)) _parts.Metrics.Rebirths.Add(1);
        if (session.NextDeadline is { } next) _nodeDeadlines.Plan(node, Math.Max(next.UnixMilliseconds, _wallNow.UnixMilliseconds + 100));
    }

    private void Becomes(NodeActor node, NodePresence presence)
    {
        if (!node.Twin.Becomes(presence, _wallNow)) return;
        MarkDirty(node);
        if (presence == NodePresence.Online)
        {
            foreach (var sensor in node.Sensors.Values) sensor.Expect(_wallNow);
        }
        if (HubEvents.OfNode(node.Presence) is { } kind) _parts.Feed.Tell(_wallNow, kind, node.Name);
    }

    private void MarkDirty(NodeActor node)
    {
        if (node.IsDirty) return;
        node.IsDirty = true;
        _changed.Add(node);
    }

    private void OweAnswer(NodeActor node)
    {
        if (node.AnswerDue) return;
        node.AnswerDue = true;
        _owed.Add(node);
    }

    private void PlanLook(SensorActor sensor)
    {
        if (sensor.Twin.NextDeadline is { } next) _sensorDeadlines.Plan(sensor, next.UnixMilliseconds);
    }

    /// <summary>Passes on what came to light. Events never wait for the next commit.</summary>
    private void EndRound()
    {
        if (_events.Count > 0)
        {
            _eventsThrough = _parts.Episodes.Post(_events);
            _events.Clear();
            if (_arrived != 0) _parts.Metrics.EventSeconds.Record(_parts.Wall.GetElapsedTime(_arrived).TotalSeconds);
        }
        TellDistricts();
        FlushCounts();
    }
}
