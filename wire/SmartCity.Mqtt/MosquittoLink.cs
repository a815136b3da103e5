using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using SmartCity.Mqtt.Mosquitto;

namespace SmartCity.Mqtt;

/// <summary>The link over Eclipse's C client, libmosquitto 2.0 (Debian package libmosquitto1).</summary>
/// <param name="time">Wall clock, for the connect timeout.</param>
public sealed partial class MosquittoLink(TimeProvider time, ILogger<MosquittoLink> log) : IMqttLink
{
    private static readonly Meter Meter = new("SmartCity.Mqtt");
    private static readonly Counter<long> HandlerFailures = Meter.CreateCounter<long>("mqtt_handler_failures");
    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private volatile Connection? _current;
    private ITimer? _deadline;
    private bool _disposed;
    private bool _failureLogged;

    static MosquittoLink()
    {
        // Sets up sockets and TLS once for the process; a second call only counts.
        if (IsInstalled) _ = Native.LibInit();
    }

    /// <summary>Whether the library can be loaded; if not, <c>apt install libmosquitto1</c>.</summary>
    public static bool IsInstalled { get; } = NativeLibrary.TryLoad("libmosquitto.so.1", out _);

    public bool IsConnected => _current?.IsConnected ?? false;

    public long QueuedBytes => _current?.QueuedBytes ?? 0;

    public bool HasRoom(long bytes) => _current?.HasRoom(bytes) ?? false;

    public void Open(MqttConnect connect, IMqttHandler handler)
    {
        if (!IsInstalled) throw new PlatformNotSupportedException("libmosquitto.so.1 is not installed: apt install libmosquitto1");
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_current is not null) throw new InvalidOperationException("The link is open; close it and await its end first.");
            var connection = new Connection(connect, handler, Ended, HandlerFailed);
            _current = connection;
            _deadline = time.CreateTimer(static state => ((Connection)state!).GiveUpUnlessConnected(), connection, connect.ConnectTimeout, Timeout.InfiniteTimeSpan);
            connection.Start();
        }
    }

    public MqttVerdict Publish(MqttTopic topic, ReadOnlySpan<byte> payload, MqttQos qos, bool retain = false) =>
        _current?.Publish(topic, payload, qos, retain) ?? MqttVerdict.NotConnected;

    public MqttVerdict Subscribe(string filter, MqttQos qos) => _current?.Subscribe(filter, qos) ?? MqttVerdict.NotConnected;

    public void Close()
    {
        lock (_gate)
        {
            if (_current is not { } connection) return;
            connection.Close();
            // A broker that stalls must not hold a clean stop for ever.
            _deadline?.Dispose();
            _deadline = time.CreateTimer(static state => ((Connection)state!).Drop(), connection, JoinLimit, Timeout.InfiniteTimeSpan);
        }
    }

    public void Drop() => _current?.Drop();

    /// <summary>Drops what is open and waits up to 5 s for its thread.</summary>
    public void Dispose()
    {
        Connection? connection;
        lock (_gate)
        {
            _disposed = true;
            connection = _current;
            _deadline?.Dispose();
            _deadline = null;
        }
        connection?.Drop();
        connection?.Join(JoinLimit);
    }

    private void Ended(Connection connection, MqttEnd end)
    {
        lock (_gate)
        {
            if (_current != connection) return;
            _current = null;
            _deadline?.Dispose();
            _deadline = null;
        }
    }

    private void HandlerFailed(Exception failure)
    {
        HandlerFailures.Add(1);
        if (_failureLogged) return;
        _failureLogged = true;
        LogHandlerFailed(failure);
    }

    [LoggerMessage(LogLevel.Error, "What hears the MQTT link threw; further ones are counted in mqtt_handler_failures")]
    private partial void LogHandlerFailed(Exception failure);
}
