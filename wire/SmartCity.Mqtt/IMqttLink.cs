namespace SmartCity.Mqtt;

/// <summary>
/// One MQTT 3.1.1 connection at a time, for either end of the wire. Reconnecting is the owner's, because a Sparkplug session needs a new
/// will before every CONNECT: the owner opens again after <see cref="IMqttHandler.OnDisconnected"/>. Thread-safe.
/// </summary>
public interface IMqttLink : IDisposable
{
    /// <summary>Whether the broker has accepted the connection and it has not ended.</summary>
    bool IsConnected { get; }

    /// <summary>Payload and topic bytes accepted and not yet written to the socket (QoS 0) or not yet acknowledged (QoS 1).</summary>
    long QueuedBytes { get; }

    /// <summary>
    /// Whether fewer than so many bytes are queued. If not, <see cref="IMqttHandler.OnWritable"/> is called once at most half of them are:
    /// for a sender that keeps the queue short, so that what is urgent does not stand behind what is not.
    /// </summary>
    bool HasRoom(long bytes);

    /// <summary>Whether it hears messages a burst at a time and says the end of each, see <see cref="IMqttHandler.OnBurstEnd"/>. If not, each message stands for itself.</summary>
    bool HearsBursts => false;

    /// <summary>
    /// Begins to connect and returns at once. The handler hears either <see cref="IMqttHandler.OnConnected"/> and later
    /// <see cref="IMqttHandler.OnDisconnected"/>, or the latter alone: exactly one end for every opening.
    /// </summary>
    /// <exception cref="InvalidOperationException">A connection is open: close it and await its end first.</exception>
    /// <exception cref="ObjectDisposedException">The link has been disposed of.</exception>
    void Open(MqttConnect connect, IMqttHandler handler);

    /// <summary>Hands a message to the connection, which copies it.</summary>
    MqttVerdict Publish(MqttTopic topic, ReadOnlySpan<byte> payload, MqttQos qos, bool retain = false);

    /// <summary>Asks for a subscription; the broker's answer is <see cref="IMqttHandler.OnSubscribed"/>.</summary>
    MqttVerdict Subscribe(string filter, MqttQos qos);

    /// <summary>
    /// Sends what is queued, awaits the acknowledgements of QoS 1, then DISCONNECT: the broker forgets the will. Gives up after 5 s, as a drop.
    /// </summary>
    void Close();

    /// <summary>Cuts the connection without a word, as a crash would: the broker publishes the will.</summary>
    void Drop();
}

/// <summary>
/// Hears a link. Calls come from the link's own thread, one at a time per connection: copy and hand over, do not block.
/// What a handler throws is counted and goes no further.
/// </summary>
public interface IMqttHandler
{
    void OnConnected();

    /// <summary>The connection, or the attempt, has ended. A new one may be opened from here.</summary>
    void OnDisconnected(MqttEnd end);

    /// <summary>A message. Both spans are valid during the call only.</summary>
    void OnMessage(ReadOnlySpan<byte> topicUtf8, ReadOnlySpan<byte> payload, MqttQos qos, bool retain);

    /// <summary>No more messages are at hand just now: what was heard since the last end can be handed on together. Of links that hear bursts.</summary>
    void OnBurstEnd()
    {
    }

    /// <summary>The broker's answer to a subscription.</summary>
    void OnSubscribed(string filter, bool granted)
    {
    }

    /// <summary>After a <see cref="MqttVerdict.QueueFull"/>: half of the queue's limit is free again. Or what <see cref="IMqttLink.HasRoom"/> promises.</summary>
    void OnWritable()
    {
    }
}

/// <summary>Delivery of one message: at most once, or at least once.</summary>
public enum MqttQos : byte
{
    AtMostOnce = 0,
    AtLeastOnce = 1,
}

/// <summary>What became of a publish or subscribe.</summary>
public enum MqttVerdict : byte
{
    /// <summary>Copied and queued: on its way, no more than that.</summary>
    Accepted,

    NotConnected,

    /// <summary>More than <see cref="MqttConnect.QueueLimitBytes"/> would wait: nothing was taken.</summary>
    QueueFull,

    /// <summary>The library refuses it: a topic with wildcards, or a payload over MQTT's 268,435,455 bytes.</summary>
    Refused,
}

/// <summary>Why a connection or an attempt ended.</summary>
public enum MqttEndReason : byte
{
    /// <summary>We closed it.</summary>
    Closed,

    /// <summary>The host name has no address.</summary>
    HostNotFound,

    /// <summary>Nobody listens there, or no way leads there.</summary>
    Unreachable,

    /// <summary>No CONNACK within <see cref="MqttConnect.ConnectTimeout"/>.</summary>
    TimedOut,

    /// <summary>It was up and is gone.</summary>
    ConnectionLost,

    /// <summary>No answer to a ping.</summary>
    KeepAliveExpired,

    RefusedProtocol,
    RefusedClientId,
    RefusedUnavailable,
    RefusedCredentials,
    RefusedNotAuthorised,

    /// <summary>The TLS handshake or a certificate failed.</summary>
    TlsFailed,

    /// <summary>The other end broke MQTT's rules.</summary>
    ProtocolError,

    /// <summary>Anything else: see the native code.</summary>
    Failed,
}

/// <summary>The end of a connection: our name for it, and the library's number.</summary>
public readonly record struct MqttEnd(MqttEndReason Reason, int NativeCode)
{
    public override string ToString() => Reason == MqttEndReason.Failed ? $"{Reason} ({NativeCode})" : Reason.ToString();
}
