using System.Buffers;
using System.Text;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;

namespace SmartCity.Mqtt.MqttNet;

/// <summary>
/// One connection from CONNECT to its end. MQTTnet's publish is a task a message; behind it stands a queue of ours, limited in bytes, with one
/// sender that keeps the order. What the handler hears comes one call at a time.
/// </summary>
internal sealed class MqttNetConnection
{
    private readonly MqttConnect _connect;
    private readonly IMqttHandler _handler;
    private readonly TimeProvider _time;
    private readonly Action<MqttNetConnection> _ended;
    private readonly Action<Exception> _handlerFailed;
    private readonly MqttClientOptions _options;
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly Channel<Outgoing> _outgoing = Channel.CreateUnbounded<Outgoing>(new() { SingleReader = true });
    private readonly ByteQueue _queue;
    private readonly SemaphoreSlim _inflight;
    private readonly TaskCompletionSource<MqttEnd> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _dropping = new();
    private readonly Lock _speaking = new();
    private volatile bool _connected;
    private volatile bool _closing;
    private ITimer? _patience;

    /// <exception cref="ArgumentException">A TLS file cannot be read.</exception>
    public MqttNetConnection(MqttConnect connect, IMqttHandler handler, TimeProvider time, Action<MqttNetConnection> ended, Action<Exception> handlerFailed)
    {
        (_connect, _handler, _time, _ended, _handlerFailed) = (connect, handler, time, ended, handlerFailed);
        _options = MqttNetWords.Of(connect);
        _queue = new ByteQueue(connect.QueueLimitBytes);
        _inflight = new SemaphoreSlim(connect.MaxInflight);
        _client.ApplicationMessageReceivedAsync += Received;
        _client.DisconnectedAsync += Disconnected;
    }

    public bool IsConnected => _connected;

    public long QueuedBytes => _queue.Bytes;

    public bool HasRoom(long bytes) => _queue.HasRoom(bytes);

    public void Start() => _ = Task.Run(Run);

    public MqttVerdict Publish(MqttTopic topic, ReadOnlySpan<byte> payload, MqttQos qos, bool retain)
    {
        if (!_connected || _closing) return MqttVerdict.NotConnected;
        if (payload.Length > MqttNetWords.MaxPayloadBytes) return MqttVerdict.Refused;
        var size = topic.Utf8.Length + payload.Length;
        if (!_queue.TryReserve(size)) return MqttVerdict.QueueFull;
        if (_outgoing.Writer.TryWrite(new(topic.Name, payload.ToArray(), qos, retain, null, size))) return MqttVerdict.Accepted;
        _queue.GiveBack(size);
        return MqttVerdict.NotConnected;
    }

    public MqttVerdict Subscribe(string filter, MqttQos qos)
    {
        if (!_connected || _closing) return MqttVerdict.NotConnected;
        return _outgoing.Writer.TryWrite(new("", [], qos, false, filter, 0)) ? MqttVerdict.Accepted : MqttVerdict.NotConnected;
    }

    /// <summary>DISCONNECT after what is queued. Not connected yet, or not done in time: as <see cref="Drop"/>.</summary>
    public void Close(TimeSpan patience)
    {
        if (_closing) return;
        _closing = true;
        if (!_connected) Drop();
        // A broker that stalls must not hold a clean stop for ever.
        else _patience = _time.CreateTimer(static state => ((MqttNetConnection)state!).Drop(), this, patience, Timeout.InfiniteTimeSpan);
        _outgoing.Writer.TryComplete();
    }

    /// <summary>Cuts the socket: no DISCONNECT is said.</summary>
    public void Drop()
    {
        _closing = true;
        _dropping.Cancel();
        _lost.TrySetResult(new(MqttEndReason.Closed, 0));
    }

    public void Join(TimeSpan limit) => _over.Task.Wait(limit);

    private async Task Run()
    {
        var end = await Connect() ?? await Speak();
        _connected = false;
        _outgoing.Writer.TryComplete();
        _client.Dispose();
        if (_patience is { } patience) await patience.DisposeAsync();
        _ended(this);
        Guarded(handler => handler.OnDisconnected(_closing ? new(MqttEndReason.Closed, 0) : end));
        _over.TrySetResult();
    }

    /// <summary>Null: connected.</summary>
    private async Task<MqttEnd?> Connect()
    {
        using var deadline = new CancellationTokenSource(_connect.ConnectTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _dropping.Token);
        try
        {
            var answer = await _client.ConnectAsync(_options, both.Token);
            if (answer.ResultCode != MqttClientConnectResultCode.Success) return MqttNetEnds.OfRefusal(answer.ResultCode);
            if (_dropping.IsCancellationRequested) return new(MqttEndReason.Closed, 0);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return deadline.IsCancellationRequested ? new(MqttEndReason.TimedOut, 0) : MqttNetEnds.OfConnect(failure);
        }
        _connected = true;
        Guarded(static handler => handler.OnConnected());
        return null;
    }

    private async Task<MqttEnd> Speak()
    {
        var sending = Send();
        await Task.WhenAny(sending, _lost.Task);
        if (_lost.Task.IsCompleted) return await _lost.Task;
        try
        {
            await sending; // closed, and all is said
            await _client.DisconnectAsync(new MqttClientDisconnectOptions(), _dropping.Token);
        }
        catch (Exception failure) when (failure is MqttCommunicationException or OperationCanceledException)
        {
            // It ended before our last word; that is the end as well.
        }
        return new(MqttEndReason.Closed, 0);
    }

    private async Task Send()
    {
        try
        {
            await foreach (var next in _outgoing.Reader.ReadAllAsync(_dropping.Token))
            {
                if (next.Filter is { } filter)
                {
                    _ = Ask(filter, next.Qos); // its answer comes while we go on
                    continue;
                }
                if (next.Qos == MqttQos.AtLeastOnce) await _inflight.WaitAsync(_dropping.Token);
                // The library sends in the order of these calls; only an acknowledgement is not waited for here.
                var sent = Hand(next);
                if (next.Qos == MqttQos.AtMostOnce) await sent;
            }
            for (var i = 0; i < _connect.MaxInflight; i++) await _inflight.WaitAsync(_dropping.Token); // every acknowledgement is in
        }
        catch (OperationCanceledException) when (_dropping.IsCancellationRequested)
        {
            // Dropped: what waits is not said.
        }
    }

    private async Task Hand(Outgoing next)
    {
        try
        {
            await _client.PublishAsync(new MqttApplicationMessage
            {
                Topic = next.Topic,
                Payload = new ReadOnlySequence<byte>(next.Payload),
                QualityOfServiceLevel = (MqttQualityOfServiceLevel)next.Qos,
                Retain = next.Retain,
            }, _dropping.Token);
        }
        catch (Exception failure) when (failure is MqttCommunicationException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection is ending; its owner hears of that, and repeats what matters.
        }
        if (next.Qos == MqttQos.AtLeastOnce) _inflight.Release();
        _queue.GiveBack(next.Size);
        if (_queue.TakeRelief()) Guarded(static handler => handler.OnWritable());
    }

    private async Task Ask(string filter, MqttQos qos)
    {
        var granted = false;
        try
        {
            var asked = new MqttClientSubscribeOptionsBuilder().WithTopicFilter(filter, (MqttQualityOfServiceLevel)qos).Build();
            var answer = await _client.SubscribeAsync(asked, _dropping.Token);
            granted = answer.Items.All(item => item.ResultCode <= MqttClientSubscribeResultCode.GrantedQoS2);
        }
        catch (Exception failure) when (failure is MqttCommunicationException or OperationCanceledException or ObjectDisposedException)
        {
            return; // no answer came, and none will on this connection
        }
        Guarded(handler => handler.OnSubscribed(filter, granted));
    }

    private Task Received(MqttApplicationMessageReceivedEventArgs arrived)
    {
        if (_dropping.IsCancellationRequested) return Task.CompletedTask;
        var message = arrived.ApplicationMessage;
        var topic = Encoding.UTF8.GetBytes(message.Topic);
        var payload = message.Payload;
        var bytes = payload.IsSingleSegment ? payload.First : payload.ToArray();
        lock (_speaking)
        {
            try
            {
                _handler.OnMessage(topic, bytes.Span, (MqttQos)Math.Min((byte)message.QualityOfServiceLevel, (byte)MqttQos.AtLeastOnce), message.Retain);
            }
            catch (Exception failure)
            {
                _handlerFailed(failure);
            }
        }
        return Task.CompletedTask;
    }

    private Task Disconnected(MqttClientDisconnectedEventArgs how)
    {
        if (how.ClientWasConnected) _lost.TrySetResult(MqttNetEnds.OfLoss(how.Exception));
        return Task.CompletedTask;
    }

    private void Guarded(Action<IMqttHandler> call)
    {
        lock (_speaking)
        {
            try
            {
                call(_handler);
            }
            catch (Exception failure)
            {
                _handlerFailed(failure);
            }
        }
    }

    /// <param name="Filter">Not null: a subscription.</param>
    private readonly record struct Outgoing(string Topic, byte[] Payload, MqttQos Qos, bool Retain, string? Filter, int Size);
}
