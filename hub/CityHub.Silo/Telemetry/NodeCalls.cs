using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Twins;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Silo.Telemetry;

/// <summary>
/// Sees calls to nodes through: written down first, then sent until a birth of the node answers by the call's id, or given up. Takes the wall clock. Thread-safe.
/// </summary>
/// <param name="answerWithin">After this long a call is given up; an answer that comes later still counts.</param>
public sealed partial class NodeCalls(IRegister register, TimeSpan answerWithin, EventFeed feed, TimeProvider wall, HubMetrics metrics, ILogger<NodeCalls> log) : INodeCalls
{
    /// <summary>Calls that wait for their answer at most.</summary>
    public const int MostWaiting = 1_000;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Dictionary<NodeKey, CommandRepeat<NodeCall>> _waiting = [];
    private readonly Dictionary<NodeKey, NodeCall> _unanswered = [];
    private readonly HashSet<NodeKey> _asking = []; // on its way into the register
    private readonly Queue<NodeCall> _ended = []; // not written down yet
    private volatile Action<NodeCall>? _send;
    private bool _away;

    public TimeSpan AnswerWithin => answerWithin;

    /// <summary>The newest call to each node whose answer never came.</summary>
    public IReadOnlyList<NodeCall> Unanswered
    {
        get { lock (_gate) return [.. _unanswered.Values]; }
    }

    /// <summary>Takes up what stood when the hub was last stopped.</summary>
    /// <param name="ours">Others see to the rest.</param>
    public void Load(Func<NodeCall, bool> ours)
    {
        lock (_gate)
        {
            foreach (var call in register.StandingCalls().Where(ours))
            {
                if (call.State == NodeCallState.Waiting) _waiting[call.Node] = new(call, call.AskedAt, answerWithin);
                else _unanswered[call.Node] = call;
            }
        }
    }

    public async Task<NodeCallVerdict> Ask(NodeCall call)
    {
        lock (_gate)
        {
            if (_waiting.ContainsKey(call.Node)) return NodeCallVerdict.OtherWaits;
            if (_waiting.Count + _asking.Count >= MostWaiting) return NodeCallVerdict.TooMany;
            if (!_asking.Add(call.Node)) return NodeCallVerdict.OtherWaits;
        }
        try
        {
            await register.KeepCall(call); // not given up half way: what is written down is sent
            lock (_gate) _waiting[call.Node] = new(call, call.AskedAt, answerWithin);
        }
        finally
        {
            lock (_gate) _asking.Remove(call.Node);
        }
        Asked(call.Node, call.Id, call.By);
        feed.Tell(Now, "node.asked", call.Node.ToString());
        Look(); // the first time at once
        return NodeCallVerdict.Asked;
    }

    public IReadOnlyList<NodeCall> List(NodeKey node, int limit) => register.Calls(node, limit);

    /// <summary>What a birth of a node says became of the last call; be it late.</summary>
    public void Heard(NodeKey node, string answer)
    {
        var now = Now;
        NodeCall? ended;
        lock (_gate)
        {
            var asked = _waiting.TryGetValue(node, out var repeat) ? repeat.Command : _unanswered.GetValueOrDefault(node);
            ended = asked?.Answered(answer, now);
            if (ended is null) return;
            _waiting.Remove(node);
            _unanswered.Remove(node);
            End(ended);
        }
        Answered(node, ended.Id, ended.Answer);
        feed.Tell(now, "node.answered", node.ToString());
    }

    /// <summary>Sends what is due, gives up what is over, writes down what has ended, until cancelled.</summary>
    /// <param name="send">Hands a call to its node, if that can be reached just now.</param>
    public async Task Run(Action<NodeCall> send, CancellationToken stopping)
    {
        _send = send;
        using var timer = new PeriodicTimer(LookEvery, wall);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            Look();
            await WriteDown();
        }
    }

    private void Look()
    {
        if (_send is not { } send) return;
        var now = Now;
        List<NodeCall> due = [], over = [];
        lock (_gate)
        {
            foreach (var (node, repeat) in _waiting)
            {
                var step = repeat.Look(now);
                if (step == RepeatStep.Send)
                {
                    _waiting[node] = repeat.Sent(now); // allowed while enumerating: the key is there
                    due.Add(repeat.Command);
                }
                else if (step == RepeatStep.GiveUp) over.Add(repeat.Command with { State = NodeCallState.Unanswered, EndedAt = now });
            }
            foreach (var call in over)
            {
                _waiting.Remove(call.Node);
                _unanswered[call.Node] = call;
                End(call);
            }
        }
        foreach (var call in due) send(call);
        foreach (var call in over)
        {
            GivenUp(call.Node, call.Id, answerWithin);
            feed.Tell(now, "node.unanswered", call.Node.ToString());
        }
    }

    /// <summary>Within the gate.</summary>
    private void End(NodeCall call)
    {
        _ended.Enqueue(call);
        metrics.NodeCalls.Add(1, new KeyValuePair<string, object?>("outcome", call.State.ToString().ToLowerInvariant()));
    }

    private async Task WriteDown()
    {
        while (true)
        {
            NodeCall? ended;
            lock (_gate)
            {
                if (!_ended.TryPeek(out ended)) return;
            }
            try
            {
                await register.EndCall(ended);
                _away = false;
            }
            catch (RegisterUnavailableException away)
            {
                if (!_away) NotWritten(away.Message);
                _away = true;
                return; // it stays at the head
            }
            lock (_gate) _ended.Dequeue();
        }
    }

    private Instant Now => Instant.From(wall.GetUtcNow());

    [LoggerMessage(LogLevel.Information, "Node {Node} is called ({Call}), by {By}")]
    private partial void Asked(NodeKey node, string call, string by);

    [LoggerMessage(LogLevel.Information, "Node {Node} answers call {Call}: {Answer}")]
    private partial void Answered(NodeKey node, string call, string answer);

    [LoggerMessage(LogLevel.Error, "Node {Node} did not answer call {Call} within {Limit}; nobody knows what it made of it")]
    private partial void GivenUp(NodeKey node, string call, TimeSpan limit);

    [LoggerMessage(LogLevel.Error, "What became of calls to nodes cannot be written down: {Cause}. It is tried again.")]
    private partial void NotWritten(string cause);
}
