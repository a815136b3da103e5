using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Rig;
using SmartCity.Mqtt;

namespace Bench;

/// <summary>The generator's connection: publishes each message by itself, as many devices would, and keeps what it hears until its thread asks for it.</summary>
internal sealed class LoadLink : IMqttHandler, IDisposable
{
    private readonly MosquittoLink _link = new(TimeProvider.System, NullLogger<MosquittoLink>.Instance);
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _granted;

    public ConcurrentQueue<(string Topic, byte[] Payload)> Heard { get; } = [];

    public static async Task<LoadLink> Open(int port, string id, params string[] filters)
    {
        var link = new LoadLink();
        link._link.Open(new() { Host = "127.0.0.1", Port = port, ClientId = id, QueueLimitBytes = 64 << 20 }, link);
        await link._connected.Task.WaitAsync(Until.Patience);
        foreach (var filter in filters) link._link.Subscribe(filter, MqttQos.AtLeastOnce);
        await Until.True(() => Volatile.Read(ref link._granted) == filters.Length, "the broker grants the subscriptions");
        return link;
    }

    public bool Publish(MqttTopic topic, ReadOnlySpan<byte> payload) => _link.Publish(topic, payload, MqttQos.AtMostOnce) == MqttVerdict.Accepted;

    /// <summary>Bytes that wait for the socket.</summary>
    public long QueuedBytes => _link.QueuedBytes;

    public void Dispose() => _link.Dispose();

    void IMqttHandler.OnConnected() => _connected.TrySetResult();

    void IMqttHandler.OnDisconnected(MqttEnd end) => _connected.TrySetException(new InvalidOperationException($"the generator's connection ended: {end}"));

    void IMqttHandler.OnSubscribed(string filter, bool granted) => Interlocked.Increment(ref _granted);

    void IMqttHandler.OnMessage(ReadOnlySpan<byte> topicUtf8, ReadOnlySpan<byte> payload, MqttQos qos, bool retain) =>
        Heard.Enqueue((Encoding.UTF8.GetString(topicUtf8), payload.ToArray()));
}
