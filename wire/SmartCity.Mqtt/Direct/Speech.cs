namespace SmartCity.Mqtt.Direct;

/// <summary>
/// What goes out on one connection: packets are queued by anyone and written by one thread, all that is there in one call. Thread-safe.
/// </summary>
/// <param name="writable">Told when somebody waits for room and there is.</param>
internal sealed class Speech(MqttConnect connect, DirectWire wire, TimeProvider time, Action writable)
{
    private const long Never = 0;

    private readonly object _gate = new(); // waited on by the writer
    private readonly ByteQueue _queue = new(connect.QueueLimitBytes);
    private readonly SendWindow _window = new(connect.MaxInflight);
    private PacketWriter _queued = new();
    private PacketWriter _written = new();
    private long _unwritten; // bytes of QoS 0 in _queued, as the queue counts them
    private bool _sleeping;
    private bool _closing;
    private bool _isEnded;
    private bool _acknowledging;
    private long _lastSaid;
    private long _lastHeard;
    private long _pingAsked = Never;

    public long QueuedBytes => _queue.Bytes;

    public bool HasRoom(long bytes) => _queue.HasRoom(bytes);

    /// <summary>Says CONNECT, on the caller's thread.</summary>
    public void Connect()
    {
        var packet = new PacketWriter();
        packet.Connect(connect);
        wire.Write(packet.Written.Span);
    }

    /// <summary>Starts the thread that writes.</summary>
    public void Begin()
    {
        _lastSaid = time.GetTimestamp();
        new Thread(Write) { IsBackground = true, Name = $"mqtt> {connect.ClientId}" }.Start();
    }

    public MqttVerdict Publish(MqttTopic topic, ReadOnlySpan<byte> payload, MqttQos qos, bool retain)
    {
        var size = topic.Utf8.Length + payload.Length;
        if (size + 4 > PacketWriter.MostBytes) return MqttVerdict.Refused;
        if (!_queue.TryReserve(size)) return MqttVerdict.QueueFull;
        lock (_gate)
        {
            if (_closing || _isEnded)
            {
                _queue.GiveBack(size);
                return MqttVerdict.NotConnected;
            }
            if (qos == MqttQos.AtMostOnce)
            {
                _queued.Publish(topic.Utf8, payload, qos, retain, 0);
                _unwritten += size;
            }
            else if (_window.TryTake(size) is { } id) _queued.Publish(topic.Utf8, payload, qos, retain, id);
            else _window.Wait(new(topic, payload.ToArray(), retain));
            WakeWriter();
        }
        return MqttVerdict.Accepted;
    }

    public MqttVerdict Subscribe(string filter, MqttQos qos)
    {
        lock (_gate)
        {
            if (_closing || _isEnded) return MqttVerdict.NotConnected;
            if (_window.TryAsk(filter) is not { } id) return MqttVerdict.QueueFull;
            _queued.Subscribe(id, filter, qos);
            WakeWriter();
        }
        return MqttVerdict.Accepted;
    }

    /// <summary>Queues a PUBACK, which goes with <see cref="SayAcknowledgements"/>, or with what is said before.</summary>
    public void Acknowledge(ushort id)
    {
        lock (_gate) _queued.PubAck(id);
        _acknowledging = true;
    }

    /// <summary>For the thread that reads, after a burst.</summary>
    public void SayAcknowledgements()
    {
        if (!_acknowledging) return;
        _acknowledging = false;
        lock (_gate) WakeWriter();
    }

    /// <summary>The broker has a message of QoS 1: the next may go.</summary>
    public void Acknowledged(ushort id)
    {
        lock (_gate)
        {
            _queue.GiveBack(_window.Acknowledged(id));
            while (_window.TryNext() is var (message, next)) _queued.Publish(message.Topic.Utf8, message.Payload, MqttQos.AtLeastOnce, message.Retain, next);
            WakeWriter();
        }
        if (_queue.TakeRelief()) writable();
    }

    /// <summary>The filter that a SUBACK answers; null: none of ours.</summary>
    public string? Answered(ushort id)
    {
        lock (_gate) return _window.Answered(id);
    }

    public void Heard() => Volatile.Write(ref _lastHeard, time.GetTimestamp());

    public void PingAnswered() => Volatile.Write(ref _pingAsked, Never);

    /// <summary>Pings a broker that we said nothing to, or heard nothing of, for long. False: it did not answer the last one.</summary>
    public bool KeepAlive()
    {
        var now = time.GetTimestamp();
        var heard = Volatile.Read(ref _lastHeard);
        var asked = Volatile.Read(ref _pingAsked);
        if (asked != Never) return time.GetElapsedTime(Math.Max(asked, heard), now) < connect.KeepAlive;
        // Looked at four times in the time: late by one look it is still said within it [MQTT-3.1.2-23].
        if (time.GetElapsedTime(Volatile.Read(ref _lastSaid), now) < connect.KeepAlive * 0.75 && time.GetElapsedTime(heard, now) < connect.KeepAlive) return true;
        Volatile.Write(ref _pingAsked, Math.Max(now, 1));
        lock (_gate)
        {
            if (_isEnded) return true;
            _queued.PingReq();
            WakeWriter();
        }
        return true;
    }

    /// <summary>Takes nothing more; says what is queued, awaits its acknowledgements, then says DISCONNECT.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closing = true;
            WakeWriter();
        }
    }

    /// <summary>The connection is over: the writer ends, what is queued is not said.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isEnded = true;
            WakeWriter();
        }
    }

    private void Write()
    {
        try
        {
            while (Next() is var (bytes, isLast))
            {
                Volatile.Write(ref _lastSaid, time.GetTimestamp());
                wire.Write(_written.Written.Span);
                if (isLast)
                {
                    wire.EndWriting();
                    return;
                }
                _queue.GiveBack(bytes);
                if (_queue.TakeRelief()) writable();
            }
        }
        catch (Exception failure) when (DirectEnds.IsOfTheWorld(failure))
        {
            wire.Cut(); // the thread that reads hears of it, and reports the end
        }
    }

    /// <summary>Waits for something to say, now in <see cref="_written"/>: the bytes of QoS 0 in it, and whether it is the last. Null: the connection is over.</summary>
    private (long Bytes, bool IsLast)? Next()
    {
        _written.Clear();
        lock (_gate)
        {
            while (true)
            {
                if (_isEnded) return null;
                var isLast = _closing && _window.IsEmpty;
                if (isLast) _queued.Disconnect();
                if (!_queued.IsEmpty)
                {
                    (_queued, _written) = (_written, _queued);
                    var bytes = _unwritten;
                    _unwritten = 0;
                    return (bytes, isLast);
                }
                _sleeping = true;
                Monitor.Wait(_gate);
                _sleeping = false;
            }
        }
    }

    /// <summary>Within the gate.</summary>
    private void WakeWriter()
    {
        if (_sleeping) Monitor.Pulse(_gate);
    }
}
