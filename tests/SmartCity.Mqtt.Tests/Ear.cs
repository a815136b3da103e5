using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace SmartCity.Mqtt;

/// <summary>A link with a handler that remembers what it heard.</summary>
public sealed class Ear(IMqttLink link, string clientId, int port) : IMqttHandler, IDisposable
{
    public Ear(MqttClientKind kind, string clientId, int port) : this(MqttLinks.Create(kind, TimeProvider.System, NullLoggerFactory.Instance), clientId, port)
    {
    }

    public IMqttLink Link => link;

    public MqttConnect Connect { get; set; } = new() { Host = "127.0.0.1", Port = port, ClientId = clientId };

    public ConcurrentQueue<(string Topic, byte[] Payload, MqttQos Qos, bool Retain)> Messages { get; } = new();

    public ConcurrentQueue<MqttEnd> Ends { get; } = new();

    public ConcurrentQueue<(string Filter, bool Granted)> Subscriptions { get; } = new();

    /// <summary>How many messages had been heard at each end of a burst.</summary>
    public ConcurrentQueue<int> BurstEnds { get; } = new();

    public Action? OnMessageDo { get; set; }

    public int Connected;

    public int Writable;

    public Ear Open()
    {
        Link.Open(Connect, this);
        return this;
    }

    public Ear OpenAndWait()
    {
        Open();
        Until.True(() => Link.IsConnected, () => $"{clientId} did not connect: {string.Join(", ", Ends)}");
        return this;
    }

    public Ear SubscribeAndWait(string filter, MqttQos qos = MqttQos.AtLeastOnce)
    {
        var before = Subscriptions.Count;
        Assert.Equal(MqttVerdict.Accepted, Link.Subscribe(filter, qos));
        Until.True(() => Subscriptions.Count > before, () => $"no answer to the subscription to {filter}");
        return this;
    }

    public void AwaitMessages(int count) => Until.True(() => Messages.Count >= count, () => $"{Messages.Count} of {count} messages came");

    public MqttEnd AwaitEnd()
    {
        Until.True(() => !Ends.IsEmpty, () => "the connection did not end");
        return Ends.Last();
    }

    public void OnConnected() => Interlocked.Increment(ref Connected);

    public void OnDisconnected(MqttEnd end) => Ends.Enqueue(end);

    public void OnMessage(ReadOnlySpan<byte> topicUtf8, ReadOnlySpan<byte> payload, MqttQos qos, bool retain)
    {
        Messages.Enqueue((Encoding.UTF8.GetString(topicUtf8), payload.ToArray(), qos, retain));
        OnMessageDo?.Invoke();
    }

    public void OnBurstEnd() => BurstEnds.Enqueue(Messages.Count);

    public void OnSubscribed(string filter, bool granted) => Subscriptions.Enqueue((filter, granted));

    public void OnWritable() => Interlocked.Increment(ref Writable);

    public void Dispose() => Link.Dispose();
}
