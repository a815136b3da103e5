using System.Runtime.InteropServices;

namespace SmartCity.Mqtt.Mosquitto;

/// <summary>
/// One connection from CONNECT to its end: one native client and one thread that reads and writes for it. The library's own loop makes a
/// select() per packet and cannot see descriptors over 1023; ours polls once per burst.
/// </summary>
internal sealed unsafe partial class Connection
{
    private const int PollMilliseconds = 1000; // the library's keep-alive works in whole seconds
    private const int BurstPackets = 256;      // then what we have to say gets its turn
    private const int TlsReads = 8;            // decrypted packets wait inside the TLS layer, where poll does not see them

    private readonly MosquittoHandle _native;
    private readonly MqttConnect _connect;
    private readonly IMqttHandler _handler;
    private readonly Action<Connection, MqttEnd> _ended;
    private readonly Action<Exception> _handlerFailed;
    private readonly SendQueue _queue;
    private readonly Dictionary<int, string> _subscriptions = []; // waiting for their SUBACK; locked by itself
    private readonly Thread _thread;

    private volatile bool _connected;
    private volatile bool _closing;
    private volatile bool _dropping;
    private int _ending;      // 0, then 1 by whoever reports the end
    private int _sleeping;    // 1 while the loop waits in poll
    private uint _progress;   // callbacks seen by the loop's thread
    private int? _refusal;    // the CONNACK's code when it was not 0
    private int? _endCode;    // what the library gave as the reason of the end

    public Connection(MqttConnect connect, IMqttHandler handler, Action<Connection, MqttEnd> ended, Action<Exception> handlerFailed)
    {
        _connect = connect;
        _handler = handler;
        _ended = ended;
        _handlerFailed = handlerFailed;
        _queue = new SendQueue(connect.QueueLimitBytes);
        _native = new MosquittoHandle(connect.ClientId, connect.CleanSession, this);
        Configure();
        _thread = new Thread(Run) { IsBackground = true, Name = $"mqtt {connect.ClientId}" };
    }

    public bool IsConnected => _connected;

    public long QueuedBytes => _queue.Bytes;

    public bool HasRoom(long bytes)
    {
        if (_queue.HasRoom(bytes)) return true;
        WakeIfAsleep(); // it may have emptied between the look and the note
        return false;
    }

    public void Start() => _thread.Start();

    public MqttVerdict Publish(MqttTopic topic, ReadOnlySpan<byte> payload, MqttQos qos, bool retain)
    {
        if (!_connected || _closing) return MqttVerdict.NotConnected;
        var size = topic.Utf8.Length + payload.Length;
        if (!_queue.TryReserve(size)) return MqttVerdict.QueueFull;
        var mid = 0;
        int code;
        try
        {
            fixed (byte* name = topic.ZeroTerminated, bytes = payload)
            {
                code = Native.Publish(_native, &mid, name, payload.Length, bytes, (int)qos, retain);
            }
        }
        catch (ObjectDisposedException)
        {
            code = 4; // MOSQ_ERR_NO_CONN: it ended between the check and here
        }
        if (code != Native.Success) _queue.GiveBack(size);
        else
        {
            _queue.Sent(mid, size);
            WakeIfAsleep();
        }
        return Codes.OfPublish(code);
    }

    public MqttVerdict Subscribe(string filter, MqttQos qos)
    {
        if (!_connected || _closing) return MqttVerdict.NotConnected;
        int code;
        try
        {
            lock (_subscriptions) // the answer may come before we have noted the question
            {
                var mid = 0;
                code = Native.Subscribe(_native, &mid, filter, (int)qos);
                if (code == Native.Success) _subscriptions[mid] = filter;
            }
        }
        catch (ObjectDisposedException)
        {
            code = 4;
        }
        if (code == Native.Success) WakeIfAsleep();
        return Codes.OfPublish(code);
    }

    /// <summary>DISCONNECT after what is queued. Not connected yet: as <see cref="Drop"/>.</summary>
    public void Close()
    {
        if (_closing) return;
        if (!_connected) _dropping = true;
        _closing = true; // the loop says the DISCONNECT when nothing waits any more: the library would close over what does
        _native.Wake();
    }

    public void Drop()
    {
        _closing = true;
        _dropping = true;
        _native.Wake();
    }

    /// <summary>Gives the attempt up if it has not come through: its thread may hang in connect(2), and ends by itself when that returns.</summary>
    public void GiveUpUnlessConnected()
    {
        if (_connected) return;
        End(new(MqttEndReason.TimedOut, 0)); // before the loop can give a reason of its own
        Drop();
    }

    /// <summary>Waits for the thread's end, unless it is that thread that asks.</summary>
    public void Join(TimeSpan limit)
    {
        if (Thread.CurrentThread != _thread && _thread.IsAlive) _thread.Join(limit);
    }

    private void Configure()
    {
        Check(Native.IntOption(_native, Native.ProtocolOption, Native.Mqtt311));
        Check(Native.IntOption(_native, Native.NoDelayOption, 1));
        Check(Native.ThreadedSet(_native, true));
        Check(Native.MaxInflightSet(_native, (uint)_connect.MaxInflight));
        if (_connect.User is { } user) Check(Native.UserSet(_native, user, _connect.Password));
        if (_connect.Tls is { } tls) Check(Native.TlsSet(_native, tls.CaFile, null, tls.CertificateFile, tls.KeyFile, 0));
        if (_connect.Will is { } will)
        {
            fixed (byte* name = will.Topic.ZeroTerminated, bytes = will.Payload.Span)
            {
                Check(Native.WillSet(_native, name, will.Payload.Length, bytes, (int)will.Qos, will.Retain));
            }
        }
        Native.ConnectCallbackSet(_native, &OnConnect);
        Native.DisconnectCallbackSet(_native, &OnDisconnect);
        Native.PublishCallbackSet(_native, &OnPublish);
        Native.MessageCallbackSet(_native, &OnMessage);
        Native.SubscribeCallbackSet(_native, &OnSubscribe);
    }

    private void Check(int code)
    {
        if (code == Native.Success) return;
        _native.Dispose();
        throw new ArgumentException($"The MQTT library refuses these settings (code {code}): a client id, credentials, a will or a TLS file.");
    }

    private void Run()
    {
        MqttEnd end;
        try
        {
            var code = _dropping ? Native.Success : Native.Connect(_native, _connect.Host, _connect.Port, (int)_connect.KeepAlive.TotalSeconds);
            if (code != Native.Success) end = Codes.OfConnect(code);
            else
            {
                code = Loop();
                end = _refusal is { } refusal ? Codes.OfRefusal(refusal)
                    : _closing ? new(MqttEndReason.Closed, 0)
                    : Codes.OfLoop(_endCode is { } given and not 0 ? given : code);
            }
        }
        finally
        {
            _connected = false;
            _native.Dispose(); // closes the socket; a drop sends no DISCONNECT
        }
        End(end);
    }

    private int Loop()
    {
        var code = Native.Success;
        var said = false;
        var fds = stackalloc Native.PollFd[2];
        while (!_dropping && code == Native.Success)
        {
            var socket = Native.Socket(_native);
            if (socket < 0) break;
            fds[0] = new() { Fd = socket, Events = Native.PollIn };
            fds[1] = new() { Fd = _native.WakeFd, Events = Native.PollIn };
            Interlocked.Exchange(ref _sleeping, 1); // a publisher from here on wakes us; one before is seen by the next line
            if (Native.WantWrite(_native)) fds[0].Events |= Native.PollOut;
            var ready = Native.Poll(fds, 2, _dropping ? 0 : PollMilliseconds);
            Volatile.Write(ref _sleeping, 0);
            if (ready > 0 && fds[1].Revents != 0)
            {
                ulong drained;
                _ = Native.Read(_native.WakeFd, &drained, sizeof(ulong));
            }
            if (ready > 0 && (fds[0].Revents & (Native.PollIn | Native.PollError | Native.PollHangUp)) != 0) code = ReadBurst();
            if (code == Native.Success && Native.WantWrite(_native)) code = Native.LoopWrite(_native, 1);
            if (code == Native.Success) code = Native.LoopMisc(_native);
            if (_closing && !said && _queue.IsEmpty && !Native.WantWrite(_native))
            {
                said = true;
                if (Native.Disconnect(_native) != Native.Success) break;
            }
            if (_queue.TakeRelief()) Guarded(static handler => handler.OnWritable());
        }
        return code;
    }

    private int ReadBurst()
    {
        for (var packets = 0; packets < BurstPackets; packets++)
        {
            var before = _progress;
            var code = Native.LoopRead(_native, 1);
            if (code != Native.Success) return code;
            if (_dropping || (_progress == before && (_connect.Tls is null || packets >= TlsReads))) break;
        }
        return Native.Success;
    }

    private void WakeIfAsleep()
    {
        Interlocked.MemoryBarrier(); // our packet is queued before we look, as the loop looks after it says that it sleeps
        if (Volatile.Read(ref _sleeping) == 1 && Interlocked.Exchange(ref _sleeping, 0) == 1) _native.Wake();
    }

    private void End(MqttEnd end)
    {
        if (Interlocked.Exchange(ref _ending, 1) != 0) return;
        _connected = false;
        _ended(this, end);
        Guarded(handler => handler.OnDisconnected(end));
    }

    private void Guarded(Action<IMqttHandler> call)
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

    private static Connection Of(nint owner) => (Connection)GCHandle.FromIntPtr(owner).Target!;
}
