using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Rig;
using SmartCity.Mqtt;

namespace ReadingPath;

/// <summary>Somebody on the broker with a card, or with none.</summary>
internal sealed class EnrolledClient : IMqttHandler, IAsyncDisposable
{
    private readonly MosquittoLink _link = new(TimeProvider.System, NullLogger<MosquittoLink>.Instance);
    private int _granted;

    public ConcurrentQueue<(string Topic, string Text)> Heard { get; } = new();

    public MqttEnd? End { get; private set; }

    public bool IsConnected => _link.IsConnected;

    /// <summary>Begins to connect; how it went is to be awaited.</summary>
    public static EnrolledClient Open(int port, string id, string authority, string? card)
    {
        var client = new EnrolledClient();
        client._link.Open(new() { Host = "127.0.0.1", Port = port, ClientId = id, Tls = new(authority, card, card) }, client);
        return client;
    }

    public static async Task<EnrolledClient> Connect(int port, string id, string card)
    {
        var client = Open(port, id, card, card);
        await Until.True(() => client.IsConnected || client.End is not null, $"{id} is let in or sent away");
        Assert.True(client.IsConnected, $"{id} was sent away: {client.End}");
        return client;
    }

    public async Task<EnrolledClient> Listen(params string[] filters)
    {
        foreach (var filter in filters) Assert.Equal(MqttVerdict.Accepted, _link.Subscribe(filter, MqttQos.AtLeastOnce));
        await Until.True(() => Volatile.Read(ref _granted) >= filters.Length, "the broker answers the subscriptions");
        return this;
    }

    /// <summary>Returns when the broker has acknowledged it: then it has passed it on, or refused it without a word.</summary>
    public async Task Say(string topic, string text)
    {
        Assert.Equal(MqttVerdict.Accepted, _link.Publish(new(topic), Encoding.UTF8.GetBytes(text), MqttQos.AtLeastOnce));
        await Until.True(() => _link.QueuedBytes == 0 || End is not null, "the broker acknowledges");
    }

    public async ValueTask DisposeAsync()
    {
        _link.Close();
        await Until.True(() => End is not null, "the connection ends");
        _link.Dispose();
    }

    public void OnConnected()
    {
    }

    public void OnDisconnected(MqttEnd end) => End = end;

    public void OnMessage(ReadOnlySpan<byte> topicUtf8, ReadOnlySpan<byte> payload, MqttQos qos, bool retain) =>
        Heard.Enqueue((Encoding.UTF8.GetString(topicUtf8), Encoding.UTF8.GetString(payload)));

    public void OnSubscribed(string filter, bool granted) => Interlocked.Increment(ref _granted);
}
