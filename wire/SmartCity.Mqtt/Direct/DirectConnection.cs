namespace SmartCity.Mqtt.Direct;

/// <summary>
/// One connection from CONNECT to its end. One thread reads as much as the kernel holds in one call and hears all packets in it; the other says
/// in one call all that was queued since its last. What the handler hears comes one call at a time.
/// </summary>
internal sealed partial class DirectConnection
{
    private readonly MqttConnect _connect;
    private readonly IMqttHandler _handler;
    private readonly TimeProvider _time;
    private readonly Action<DirectConnection> _ended;
    private readonly Action<Exception> _handlerFailed;
    private readonly DirectWire _wire;
    private readonly Speech _speech;
    private readonly Thread _reader;
    private readonly Lock _speaking = new();
    private readonly Lock _life = new();
    private readonly object _gathering = new(); // waited on by the reader
    private volatile bool _connected;
    private volatile bool _dropping;
    private bool _over;            // under _speaking: the handler has heard the end
    private MqttEndReason? _cause; // under _life: why we ended it ourselves
    private ITimer? _timer;        // under _life: until connected the deadline, then the keep-alive, at last the patience of a close

    /// <exception cref="ArgumentException">A TLS file cannot be read.</exception>
    public DirectConnection(MqttConnect connect, IMqttHandler handler, TimeProvider time, Action<DirectConnection> ended, Action<Exception> handlerFailed)
    {
        (_connect, _handler, _time, _ended, _handlerFailed) = (connect, handler, time, ended, handlerFailed);
        _wire = new DirectWire(connect);
        _speech = new Speech(connect, _wire, time, () => Guarded(static to => to.OnWritable()));
        _reader = new Thread(Run) { IsBackground = true, Name = $"mqtt {connect.ClientId}" };
    }

    public bool IsConnected => _connected;

    public long QueuedBytes => _speech.QueuedBytes;

    public bool HasRoom(long bytes) => _speech.HasRoom(bytes);

    public void Start()
    {
        Wake(() => EndBy(MqttEndReason.TimedOut, unlessConnected: true), _connect.ConnectTimeout, Timeout.InfiniteTimeSpan);
        _reader.Start();
    }

    public MqttVerdict Publish(MqttTopic topic, ReadOnlySpan<byte> payload, MqttQos qos, bool retain) =>
        _connected ? _speech.Publish(topic, payload, qos, retain) : MqttVerdict.NotConnected;

    public MqttVerdict Subscribe(string filter, MqttQos qos) => _connected ? _speech.Subscribe(filter, qos) : MqttVerdict.NotConnected;

    /// <summary>DISCONNECT after what is queued. Not connected yet, or not done in time: as <see cref="Drop"/>.</summary>
    public void Close(TimeSpan patience)
    {
        lock (_life)
        {
            if (_cause is not null) return;
            _cause = MqttEndReason.Closed;
        }
        if (!_connected)
        {
            Drop();
            return;
        }
        Wake(Drop, patience, Timeout.InfiniteTimeSpan); // a broker that stalls must not hold a clean stop for ever
        _speech.Close();
    }

    /// <summary>Cuts the socket: no DISCONNECT is said.</summary>
    public void Drop()
    {
        _dropping = true;
        EndBy(MqttEndReason.Closed);
    }

    /// <summary>Waits for the reader's end, unless it is that thread that asks.</summary>
    public void Join(TimeSpan limit)
    {
        if (Thread.CurrentThread != _reader && _reader.IsAlive) _reader.Join(limit);
    }

    private void Run()
    {
        MqttEnd end;
        try
        {
            _wire.Open();
            _speech.Connect();
            end = Read();
        }
        catch (Exception failure) when (DirectEnds.IsOfTheWorld(failure))
        {
            end = _connected ? DirectEnds.OfLoss(failure) : DirectEnds.OfConnect(failure);
        }
        finally
        {
            _connected = false;
            _speech.End();
            _wire.Dispose();
        }
        End(end);
    }

    /// <summary>Ends it for a reason of ours. The first reason counts.</summary>
    private void EndBy(MqttEndReason reason, bool unlessConnected = false)
    {
        lock (_life)
        {
            if (unlessConnected && _connected) return;
            _cause ??= reason;
        }
        _wire.Cut();
        lock (_gathering) Monitor.Pulse(_gathering);
        // The resolver of names cannot be interrupted: the handler need not wait for it.
        if (unlessConnected) End(new(reason, 0));
    }

    private void End(MqttEnd end)
    {
        lock (_life)
        {
            _timer?.Dispose();
            _timer = null;
            if (_cause is { } ours) end = new(ours, 0);
        }
        lock (_speaking)
        {
            if (_over) return;
            _over = true;
            _ended(this);
            Call(to => to.OnDisconnected(end));
        }
    }

    private void Wake(Action then, TimeSpan after, TimeSpan every)
    {
        lock (_life)
        {
            _timer?.Dispose();
            _timer = _time.CreateTimer(static then => ((Action)then!)(), then, after, every);
        }
    }

    private void Guarded(Action<IMqttHandler> call)
    {
        lock (_speaking)
        {
            if (!_over) Call(call);
        }
    }

    private void Call(Action<IMqttHandler> call)
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
