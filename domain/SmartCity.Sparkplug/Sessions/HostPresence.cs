using SmartCity.Readings;

namespace SmartCity.Sparkplug;

/// <summary>
/// The hub's own STATE on one server: will, birth, death (Sparkplug 3.0, sections 5.4 and 6.4.26). The way: <see cref="Connect"/>, CONNECT
/// with the will and a clean session, subscribe <see cref="Subscriptions"/>, publish <see cref="Online"/>.
/// </summary>
/// <param name="host">The host id that nodes name as their primary host.</param>
public sealed class HostPresence(string host)
{
    private readonly string _topic = SparkplugTopic.State(host).ToString();
    private Instant _connectedAt;
    private bool _online;

    /// <summary>The whole namespace and, with it, the hub's own STATE; QoS 1.</summary>
    public IReadOnlyList<TopicSubscription> Subscriptions => [new($"{SparkplugTopic.Namespace}/#", 1)];

    /// <summary>The will for the next CONNECT: offline, stamped with the time of connecting.</summary>
    public OutgoingMessage Connect(Instant now)
    {
        _connectedAt = now;
        _online = false;
        return Message(false, now);
    }

    /// <summary>Online, with the will's stamp, so that the will of this very session is not older than its birth.</summary>
    public OutgoingMessage Online()
    {
        _online = true;
        return Message(true, _connectedAt);
    }

    /// <summary>Offline, before a DISCONNECT of ours.</summary>
    public OutgoingMessage Death(Instant now)
    {
        _online = false;
        return Message(false, now);
    }

    /// <summary>A message on a STATE topic. Not null: it says that we are offline though we are not (the will of an older connection, say): publish this at once.</summary>
    public OutgoingMessage? OnState(ReadOnlySpan<char> topic, ReadOnlySpan<byte> payload)
    {
        if (!_online || !topic.SequenceEqual(_topic) || !HostState.TryDecode(payload, out var state) || state.Online) return null;
        return Online();
    }

    private OutgoingMessage Message(bool online, Instant at) => new(_topic, new HostState(online, at).Encode(), 1, true);
}
