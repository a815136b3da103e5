using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace SmartCity.Mqtt.Direct;

/// <summary>The link by a client of our own, for a hub that hears tens of thousands of messages a second. Same promises as <see cref="MosquittoLink"/>; one suite tests all.</summary>
/// <param name="time">Wall clock, for the connect and close timeouts.</param>
public sealed partial class DirectLink(TimeProvider time, ILogger<DirectLink> log) : IMqttLink
{
    private static readonly Meter Meter = new("SmartCity.Mqtt");
    private static readonly Counter<long> HandlerFailures = Meter.CreateCounter<long>("mqtt_handler_failures");
    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private volatile DirectConnection? _current;
    private bool _disposed;
    private int _failureLogged;

    public bool IsConnected => _current?.IsConnected ?? false;

    public bool HearsBursts => true;

    public long QueuedBytes => _current?.QueuedBytes ?? 0;

    public bool HasRoom(long bytes) => _current?.HasRoom(bytes) ?? false;

    public void Open(MqttConnect connect, IMqttHandler handler)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_current is not null) throw new InvalidOperationException("The link is open; close it and await its end first.");
            var connection = new DirectConnection(connect, handler, time, Ended, HandlerFailed);
            _current = connection;
            connection.Start();
        }
    }

    public MqttVerdict Publish(MqttTopic topic, ReadOnlySpan<byte> payload, MqttQos qos, bool retain = false) =>
        _current?.Publish(topic, payload, qos, retain) ?? MqttVerdict.NotConnected;

    public MqttVerdict Subscribe(string filter, MqttQos qos) => _current?.Subscribe(filter, qos) ?? MqttVerdict.NotConnected;

    public void Close() => _current?.Close(JoinLimit);

    public void Drop() => _current?.Drop();

    /// <summary>Drops what is open and waits up to 5 s for its last word.</summary>
    public void Dispose()
    {
        DirectConnection? connection;
        lock (_gate)
        {
            _disposed = true;
            connection = _current;
        }
        connection?.Drop();
        connection?.Join(JoinLimit);
    }

    private void Ended(DirectConnection connection)
    {
        lock (_gate)
        {
            if (_current == connection) _current = null;
        }
    }

    private void HandlerFailed(Exception failure)
    {
        HandlerFailures.Add(1);
        if (Interlocked.Exchange(ref _failureLogged, 1) == 0) LogHandlerFailed(failure);
    }

    [LoggerMessage(LogLevel.Error, "What hears the MQTT link threw; further ones are counted in mqtt_handler_failures")]
    private partial void LogHandlerFailed(Exception failure);
}
