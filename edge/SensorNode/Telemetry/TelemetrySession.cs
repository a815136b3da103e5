using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SensorNode.Readings;
using SensorNode.Readings.Outbox;
using SmartCity.Mqtt;
using SmartCity.Readings;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;

namespace SensorNode.Telemetry;

/// <summary>
/// The node's end of the wire: connects with the next will, waits for its host, is born, sends what the outbox holds, hears answers and commands,
/// and starts again when any of that ends. One loop does it all; the link and the outbox only wake it.
/// </summary>
/// <param name="time">Wall clock.</param>
/// <param name="celsius">Asks the board how warm it is. Null: the session tells nothing of the node itself, since it speaks for one that is elsewhere.</param>
public sealed partial class TelemetrySession(TelemetryPlan plan, DiskOutbox outbox, IMqttLink link, TimeProvider time, ILogger<TelemetrySession> log, RemoteTerms? terms = null, OutputOrders? outputs = null, EdgeWatch? watch = null, Func<double?>? celsius = null) : BackgroundService
{
    private static readonly TimeSpan GapBirthInterval = TimeSpan.FromSeconds(10); // births for gaps, while a full outbox drops and drops

    private static readonly TimeSpan EpisodeBirthInterval = TimeSpan.FromSeconds(1); // births for what our own rules find, while one of them flaps

    private readonly LinkEvents _events = new();
    private readonly Backoff _backoff = new(Random.Shared);
    private readonly long _start = time.GetTimestamp();
    private readonly EdgeNode _node = TelemetryPlan.Declared(plan.Node, outbox);
    private EdgeSession _session = null!;
    private BatchSender _sender = null!;
    private int _connection;        // its number; of the link's words only the current one's count
    private bool _isOpen;           // the link has not said its end
    private TimeSpan _connectAt;
    private TimeSpan _bornAt;
    private TimeSpan _vitalAt;      // when the node tells of itself again
    private ITimer _timer = null!;  // for what is due next; unset while nothing is
    private long _rounds;
    private long _episodesTold;     // the version of the watch that the last birth told
    private bool _toldToEnd;
    private SessionStatus _status = SessionStatus.Starting;
    private MqttEndReason? _lastEnd;

    public TelemetryCounts Counts { get; } = new();

    /// <summary>Where the session stands.</summary>
    public SessionStatus Status => _status;

    /// <summary>How often its loop has come round.</summary>
    public long Rounds => Volatile.Read(ref _rounds);

    /// <summary>Has its loop come round.</summary>
    public void Nudge() => _events.Wake();

    private TimeSpan Elapsed => time.GetElapsedTime(_start);

    private Instant Now => Instant.From(time.GetUtcNow());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the host starts the next service, not us
        _session = new(_node, outbox.BdSeq) { Terms = terms?.Said };
        using var sender = _sender = new(_node, outbox, link, _session, Counts, plan.BytesADay);
        _events.OnDroppedMessage = Counts.DroppedCommand;
        outbox.Changed += _events.Wake;
        if (watch is not null) watch.Changed += _events.Wake;
        await using var timer = _timer = time.CreateTimer(_ => _events.Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            _events.Wake();
            while (await _events.WaitAsync(stoppingToken))
            {
                while (_events.TryRead(out var happened)) On(happened!);
                Work();
                Interlocked.Increment(ref _rounds);
                if (_toldToEnd) break;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // shutting down
        }
        finally
        {
            outbox.Changed -= _events.Wake;
            if (watch is not null) watch.Changed -= _events.Wake;
            await SayGoodbyeAsync();
        }
    }

    private void Work()
    {
        var now = Elapsed;
        if (!_isOpen && now >= _connectAt) Connect();
        if (_session.MayPublishData)
        {
            if (_sender.GapToTell() && now - _bornAt >= GapBirthInterval || HasEpisodesToTell && now - _bornAt >= EpisodeBirthInterval) Birth();
            if (_sender.Send(Now, now)) _events.Wake();
            if (now >= _vitalAt && _sender.HasRoom) TellVitals(now);
        }
        WakeAt(Due());
        Counts.BacklogBatches = (long)Enum.GetValues<Lane>().Aggregate(0ul, (sum, lane) => sum + Backlog(lane));
        if (_session.MayPublishData) Say(Counts.BacklogBatches > (_status == SessionStatus.CatchingUp ? 100 : 1000) ? SessionStatus.CatchingUp : SessionStatus.Live);
    }

    /// <summary>When something is to be done though nothing happens.</summary>
    private TimeSpan? Due()
    {
        if (!_isOpen) return _connectAt;
        if (!_session.MayPublishData) return null;
        var gap = HasEpisodesToTell ? _bornAt + EpisodeBirthInterval : _sender.GapToTell() ? _bornAt + GapBirthInterval : (TimeSpan?)null;
        return Earlier(Earlier(Earlier(gap, _sender.Window.NextTick), _sender.BudgetDue(Elapsed)), celsius is null || !_sender.HasRoom ? null : _vitalAt); // a link with room again wakes us
    }

    private static TimeSpan? Earlier(TimeSpan? a, TimeSpan? b) => a < b || b is null ? a : b;

    private bool HasEpisodesToTell => watch is not null && watch.Version != _episodesTold;

    private void WakeAt(TimeSpan? due)
    {
        // Set anew each time: a timer may fire a moment early, and one that is thought to be set would never fire again.
        var wait = due is { } at ? TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((at - Elapsed).TotalMilliseconds))) : Timeout.InfiniteTimeSpan;
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private ulong Backlog(Lane lane)
    {
        _sender.Window.Extend(lane, outbox.Kept(lane));
        return _sender.Window.Backlog(lane);
    }

    private void Connect()
    {
        var will = _session.Connect(Now);
        // Kept before the CONNECT goes out, so that no two connections share a number. A disk that refuses does not silence the node:
        // the outbox says so, and the number is kept with the next write that comes through.
        outbox.KeepBdSeq(_session.BdSeq);
        _isOpen = true;
        _connection++;
        link.Open(plan.Broker with { Will = new(new(will.Topic), will.Payload, MqttQos.AtLeastOnce, will.Retain) }, _events.Of(_connection));
    }

    private void On(LinkEvent happened)
    {
        if (happened is LinkEvent.Woken || happened.Connection != _connection) return;
        switch (happened)
        {
            case LinkEvent.Connected:
                _backoff.Reset();
                _lastEnd = null;
                foreach (var topic in _session.Subscriptions) link.Subscribe(topic.Filter, (MqttQos)topic.Qos);
                Say(SessionStatus.WaitingForHost);
                break;
            case LinkEvent.Subscribed { Granted: true }:
                if (_node.PrimaryHost is null && !_session.MayPublishData) Birth();
                break;
            case LinkEvent.Subscribed refused:
                LogSubscriptionRefused(refused.Filter);
                link.Drop(); // without commands there are no answers: better to be seen as gone
                break;
            case LinkEvent.Ended ended:
                OnEnd(ended.End);
                break;
            case LinkEvent.Message message when message.Topic.StartsWith(StatePrefix, StringComparison.Ordinal):
                OnState(message);
                break;
            case LinkEvent.Message message:
                OnCommand(message);
                break;
        }
    }

    private void OnEnd(MqttEnd end)
    {
        _session.Disconnected();
        _isOpen = false;
        Counts.Ended(end.Reason);
        _connectAt = Elapsed + _backoff.Next();
        if (_lastEnd != end.Reason && end.Reason != MqttEndReason.Closed) LogEnd(end, plan.Broker.Host, plan.Broker.Port);
        _lastEnd = end.Reason;
        _status = SessionStatus.Offline;
    }

    private void OnState(LinkEvent.Message message)
    {
        switch (_session.OnState(message.Topic, message.Payload))
        {
            case StateOutcome.Birth:
                Birth();
                break;
            case StateOutcome.DieAndReconnect:
                LogHostGone(_node.PrimaryHost!);
                Die();
                break;
            case StateOutcome.Wait or StateOutcome.Unchanged or StateOutcome.Ignored or StateOutcome.Malformed:
                break;
        }
    }

    private void OnCommand(LinkEvent.Message message)
    {
        var command = _session.OnCommand(message.Topic, message.Payload);
        if (command.Fault != CommandFault.None) Counts.SetAside(command.Fault);
        if (command.Answer is { } answer) OnAnswer(answer);
        OnOutputs(command.Writes);
        if (OnTerms(command.Writes) | command.Rebirth && _session.MayBirth) Birth();
    }

    /// <summary>Whether there was something to answer: by a birth, which is how a node says what it is now.</summary>
    private bool OnTerms(IReadOnlyList<MetricWrite> writes)
    {
        if (terms is null) return false;
        var asked = false;
        foreach (var write in writes)
        {
            if (write is not { Device: null, Metric: MetricNames.Terms, Value: MetricValue.Text text }) continue;
            _toldToEnd |= terms.Apply(text.Value);
            _session.Terms = terms.Said;
            asked = true;
        }
        return asked;
    }

    /// <summary>Answered by the device's own readings: the loop that has the output tells back what it is.</summary>
    private void OnOutputs(IReadOnlyList<MetricWrite> writes)
    {
        foreach (var write in writes)
        {
            if (write.Device is not { } device) continue;
            var taken = QuantityCatalogue.Find(write.Metric) is { IsOutput: true } row && write.Value is MetricValue.Boolean on && outputs?.TryAsk(device, row.Quantity, on.Value, write.Command) == true;
            if (!taken) Counts.SetAside(CommandFault.NotWritable);
            else LogOrder(device);
        }
    }

    private void OnAnswer(LedgerAnswer answer)
    {
        var outcome = _sender.Window.Take(answer, Elapsed);
        Counts.Answered(outcome);
        if (outcome == AnswerOutcome.Impossible)
        {
            // Our disk has lost what it had called safe. Numbers go on above what the hub has seen, and a birth tells it where we stand.
            foreach (var lane in answer.Lanes) outbox.SkipTo(lane.Lane, Math.Max(lane.Through, lane.Above.Count > 0 ? lane.Above[^1].Last : 0) + 1);
            if (_session.MayBirth) Birth();
            return;
        }
        if (outcome is AnswerOutcome.LessThanBefore) LogLessThanBefore();
        foreach (var lane in Enum.GetValues<Lane>()) outbox.MarkAnswered(lane, _sender.Window.AnsweredThrough(lane));
    }

    private void Birth()
    {
        var declared = outbox.Declaration();
        (_episodesTold, _session.Episodes) = (watch?.Version ?? 0, watch?.Said); // the version first: what comes between is told again
        _session.Vitals = Vitals();
        foreach (var message in _session.Birth(Now, declared, outbox.Newest()))
        {
            if (_sender.Publish(message)) continue;
            link.Drop(); // half a birth is none
            return;
        }
        Counts.Born();
        _bornAt = Elapsed;
        _vitalAt = _bornAt + NodeVitals.Every(plan.BytesADay);
        _sender.Born(declared, _bornAt);
    }

    private NodeVitals? Vitals() => celsius is null ? null : new(celsius(), (ulong)Counts.SentBytesTotal, (ulong?)plan.BytesADay);

    private void TellVitals(TimeSpan now)
    {
        _vitalAt = now + NodeVitals.Every(plan.BytesADay);
        if (Vitals() is { } vitals && _session.Vital(Now, vitals) is { } message) _sender.Publish(message);
    }

    private void Die()
    {
        // QoS 1: the link awaits the acknowledgement before it closes, so the death is heard.
        if (_session.Death(Now) is { } death) _sender.Publish(death);
        link.Close();
    }

    private async Task SayGoodbyeAsync()
    {
        if (!_isOpen) return;
        Die();
        // The link gives up by itself after some seconds, and always says its end.
        while (_isOpen && await _events.WaitAsync(CancellationToken.None))
        {
            while (_events.TryRead(out var happened))
            {
                if (happened is LinkEvent.Ended ended && ended.Connection == _connection) _isOpen = false;
            }
        }
        LogStopped();
    }

    private void Say(SessionStatus status)
    {
        if (_status == status) return;
        _status = status;
        LogStatus(status, _node.Key, _node.PrimaryHost ?? "(none)", Counts.BacklogBatches);
    }

    private const string StatePrefix = $"{SparkplugTopic.Namespace}/STATE/";

    [LoggerMessage(LogLevel.Information, "{Status}: node {Node}, host {Host}, {Backlog} batches not answered for")]
    private partial void LogStatus(SessionStatus status, NodeKey node, string host, long backlog);

    [LoggerMessage(LogLevel.Warning, "Not connected to {Host}:{Port}: {End}")]
    private partial void LogEnd(MqttEnd end, string host, int port);

    [LoggerMessage(LogLevel.Warning, "Host {Host} is offline; the outbox keeps what is measured until it is back")]
    private partial void LogHostGone(string host);

    [LoggerMessage(LogLevel.Error, "The broker refuses the subscription to {Filter}")]
    private partial void LogSubscriptionRefused(string filter);

    [LoggerMessage(LogLevel.Warning, "The hub has less than it had answered for; what is kept of it is sent again")]
    private partial void LogLessThanBefore();

    [LoggerMessage(LogLevel.Information, "A command switches output {Device}")]
    private partial void LogOrder(string device);

    [LoggerMessage(LogLevel.Information, "Death published, connection closed")]
    private partial void LogStopped();
}

/// <summary>Where a session stands.</summary>
public enum SessionStatus : byte
{
    Starting,
    Offline,

    /// <summary>Connected; the host's STATE does not say that it is online.</summary>
    WaitingForHost,

    /// <summary>Born, with a thousand batches or more to send.</summary>
    CatchingUp,

    Live,
}
