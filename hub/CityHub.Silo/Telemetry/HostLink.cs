using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using SmartCity.Mqtt;
using SmartCity.Readings;
using SmartCity.Sparkplug;

namespace CityHub.Silo.Telemetry;

/// <summary>
/// The hub as Sparkplug host application of one ingest group: connects with a will, subscribes, says that it is online, and does so again
/// whenever the connection ends. Messages go to the gate. Takes the wall clock.
/// </summary>
public sealed partial class HostLink : IMqttHandler
{
    private readonly string _group;
    private readonly IMqttLink _link;
    private readonly MqttOptions _options;
    private readonly IngestGate _gate;
    private readonly TimeProvider _wall;
    private readonly HubMetrics _metrics;
    private readonly ILogger _log;
    private readonly MqttTopic _stateTopic;
    private readonly string[] _filters;
    private readonly string? _password;
    private readonly Channel<LinkNews> _news = Channel.CreateUnbounded<LinkNews>(new() { SingleReader = true });
    private readonly Lock _presenceGate = new();
    private readonly HostPresence _presence;
    private volatile bool _isOnline;

    public HostLink(string group, IMqttLink link, MqttOptions options, string? password, IngestGate gate, TimeProvider wall, HubMetrics metrics, ILogger log)
    {
        (_group, _link, _options, _password, _gate, _wall, _metrics, _log) = (group, link, options, password, gate, wall, metrics, log);
        HostId = "cityhub-" + group;
        _presence = new(HostId);
        _stateTopic = new(SparkplugTopic.State(HostId).ToString());
        _filters = [_stateTopic.Name, $"{SparkplugTopic.Namespace}/{group}/#", $"senml/{group}/+"];
    }

    public string HostId { get; }

    /// <summary>Subscribed, and STATE said so.</summary>
    public bool IsOnline => _isOnline;

    /// <summary>Why the last attempt ended; null while online or before the first.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Told each time the hub has gone online or is no longer.</summary>
    public event Action<string, bool>? OnlineChanged;

    /// <summary>Hands a command to the connection, QoS 0. False: not taken.</summary>
    public bool Send(MqttTopic topic, ReadOnlySpan<byte> payload) => _isOnline && _link.Publish(topic, payload, MqttQos.AtMostOnce) == MqttVerdict.Accepted;

    /// <summary>Keeps the connection until cancelled; then says offline and closes.</summary>
    public async Task Run(CancellationToken stopping)
    {
        var pause = _options.ReconnectAfter;
        try
        {
            while (true)
            {
                var wasOnline = await Session(stopping);
                pause = wasOnline ? _options.ReconnectAfter : pause * 2 < _options.ReconnectLimit ? pause * 2 : _options.ReconnectLimit;
                await Task.Delay(pause * (0.8 + 0.4 * Random.Shared.NextDouble()), _wall, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Leave();
        }
    }

    /// <summary>One connection, from its opening to its end. True: it was online.</summary>
    private async Task<bool> Session(CancellationToken stopping)
    {
        OutgoingMessage will;
        lock (_presenceGate) will = _presence.Connect(Instant.From(_wall.GetUtcNow()));
        while (_news.Reader.TryRead(out _))
        {
        }
        _link.Open(new()
        {
            Host = _options.Host,
            Port = _options.Port,
            ClientId = HostId,
            KeepAlive = _options.KeepAlive,
            User = _options.User,
            Password = _password,
            Tls = _options.CaFile is { Length: > 0 } ca ? new(ca, _options.CertificateFile, _options.KeyFile) : null,
            Will = new(_stateTopic, will.Payload, (MqttQos)will.Qos, will.Retain),
        }, this);
        var granted = 0;
        var wasOnline = false;
        while (true)
        {
            var news = await _news.Reader.ReadAsync(stopping);
            switch (news.Kind)
            {
                case LinkNewsKind.Connected:
                    foreach (var filter in _filters) _link.Subscribe(filter, MqttQos.AtLeastOnce);
                    break;
                case LinkNewsKind.Subscribed when !news.Granted:
                    SubscriptionRefused(HostId, news.Filter);
                    _link.Drop();
                    break;
                case LinkNewsKind.Subscribed when ++granted == _filters.Length:
                    lock (_presenceGate) PublishState(_presence.Online());
                    (_isOnline, wasOnline, Trouble) = (true, true, null);
                    Online(HostId, _options.Host, _options.Port);
                    OnlineChanged?.Invoke(_group, true);
                    break;
                case LinkNewsKind.Ended:
                    End(news.End);
                    return wasOnline;
                case LinkNewsKind.Subscribed:
                    break;
            }
        }
    }

    private void End(MqttEnd end)
    {
        _metrics.Reconnects.Add(1, new KeyValuePair<string, object?>("reason", end.Reason.ToString()));
        var reason = end.ToString();
        if (_isOnline || Trouble != reason) Ended(HostId, _options.Host, _options.Port, reason);
        Trouble = reason;
        if (!_isOnline) return;
        _isOnline = false;
        OnlineChanged?.Invoke(_group, false);
    }

    /// <summary>A clean stop: the death first, since no will is sent after a DISCONNECT.</summary>
    private async Task Leave()
    {
        if (!_isOnline) _link.Drop();
        else
        {
            _isOnline = false;
            lock (_presenceGate) PublishState(_presence.Death(Instant.From(_wall.GetUtcNow())));
            _link.Close();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5), _wall);
            try
            {
                while ((await _news.Reader.ReadAsync(patience.Token)).Kind != LinkNewsKind.Ended)
                {
                }
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                _link.Drop();
            }
        }
        _link.Dispose();
    }

    void IMqttHandler.OnConnected() => _news.Writer.TryWrite(new(LinkNewsKind.Connected));

    void IMqttHandler.OnSubscribed(string filter, bool granted) => _news.Writer.TryWrite(new(LinkNewsKind.Subscribed) { Filter = filter, Granted = granted });

    void IMqttHandler.OnDisconnected(MqttEnd end) => _news.Writer.TryWrite(new(LinkNewsKind.Ended) { End = end });

    void IMqttHandler.OnMessage(ReadOnlySpan<byte> topicUtf8, ReadOnlySpan<byte> payload, MqttQos qos, bool retain)
    {
        if (topicUtf8.SequenceEqual(_stateTopic.Utf8)) HearState(payload);
        else _gate.Take(topicUtf8, payload, qos, retain, more: _link.HearsBursts);
    }

    void IMqttHandler.OnBurstEnd() => _gate.EndBurst();

    /// <summary>Somebody (an old will, another tool) says that we are offline while we are not: said again (tck-id-host-topic-phid-birth-message).</summary>
    private void HearState(ReadOnlySpan<byte> payload)
    {
        lock (_presenceGate)
        {
            if (_presence.OnState(_stateTopic.Name, payload) is not { } correction) return;
            PublishState(correction);
        }
        StateCorrected(HostId);
    }

    private void PublishState(OutgoingMessage state) => _link.Publish(_stateTopic, state.Payload, (MqttQos)state.Qos, state.Retain);

    [LoggerMessage(LogLevel.Information, "Host {HostId} is online at {Host}:{Port}")]
    private partial void Online(string hostId, string host, int port);

    [LoggerMessage(LogLevel.Warning, "Host {HostId} has no connection to {Host}:{Port}: {Reason}. It goes on trying.")]
    private partial void Ended(string hostId, string host, int port, string reason);

    [LoggerMessage(LogLevel.Error, "Host {HostId} may not subscribe to {Filter}: the broker refuses it")]
    private partial void SubscriptionRefused(string hostId, string filter);

    [LoggerMessage(LogLevel.Warning, "Somebody said that host {HostId} is offline; said again that it is online")]
    private partial void StateCorrected(string hostId);

    private enum LinkNewsKind : byte
    {
        Connected,
        Subscribed,
        Ended,
    }

    private readonly record struct LinkNews(LinkNewsKind Kind)
    {
        public string Filter { get; init; } = "";
        public bool Granted { get; init; }
        public MqttEnd End { get; init; }
    }
}
