using System.Text;
using System.Threading.Channels;
using SmartCity.Mqtt;

namespace SensorNode.Telemetry;

/// <summary>What wakes a session.</summary>
internal abstract record LinkEvent(int Connection)
{
    /// <summary>Something to look after: time has passed, the outbox has changed, the link has room.</summary>
    public sealed record Woken() : LinkEvent(0);

    public sealed record Connected(int Connection) : LinkEvent(Connection);

    public sealed record Ended(int Connection, MqttEnd End) : LinkEvent(Connection);

    public sealed record Subscribed(int Connection, string Filter, bool Granted) : LinkEvent(Connection);

    public sealed record Message(int Connection, string Topic, byte[] Payload) : LinkEvent(Connection);
}

/// <summary>Hands what a link says to its session, in its order. A connection's messages are bounded: commands beyond that are dropped and counted.</summary>
internal sealed class LinkEvents
{
    private const int MaxMessages = 1024;

    private readonly Channel<LinkEvent> _channel = Channel.CreateUnbounded<LinkEvent>(new() { SingleReader = true });
    private int _woken;
    private int _messages;

    public Action? OnDroppedMessage { get; set; }

    /// <summary>Waits for an event.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken stopping) => _channel.Reader.WaitToReadAsync(stopping);

    public bool TryRead(out LinkEvent? read)
    {
        if (!_channel.Reader.TryRead(out read)) return false;
        if (read is LinkEvent.Woken) Interlocked.Exchange(ref _woken, 0);
        if (read is LinkEvent.Message) Interlocked.Decrement(ref _messages);
        return true;
    }

    public void Wake()
    {
        if (Interlocked.Exchange(ref _woken, 1) == 0) _channel.Writer.TryWrite(new LinkEvent.Woken());
    }

    /// <summary>The handler of one connection: what a former one still says is known by its number.</summary>
    public IMqttHandler Of(int connection) => new Handler(this, connection);

    private sealed class Handler(LinkEvents events, int connection) : IMqttHandler
    {
        public void OnConnected() => events._channel.Writer.TryWrite(new LinkEvent.Connected(connection));

        public void OnDisconnected(MqttEnd end) => events._channel.Writer.TryWrite(new LinkEvent.Ended(connection, end));

        public void OnSubscribed(string filter, bool granted) => events._channel.Writer.TryWrite(new LinkEvent.Subscribed(connection, filter, granted));

        public void OnWritable() => events.Wake();

        public void OnMessage(ReadOnlySpan<byte> topicUtf8, ReadOnlySpan<byte> payload, MqttQos qos, bool retain)
        {
            if (Interlocked.Increment(ref events._messages) > MaxMessages)
            {
                Interlocked.Decrement(ref events._messages);
                events.OnDroppedMessage?.Invoke();
                return;
            }
            events._channel.Writer.TryWrite(new LinkEvent.Message(connection, Encoding.UTF8.GetString(topicUtf8), payload.ToArray()));
        }
    }
}
