using System.Collections.Concurrent;
using SmartCity.Mqtt;
using SmartCity.Readings;
using SmartCity.Sparkplug;

namespace CityHub.Silo.Telemetry;

/// <summary>What the hub says to nodes: commands, by the connection of their group. Thread-safe.</summary>
public sealed class HubVoice
{
    private readonly ConcurrentDictionary<string, HostLink> _links = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<NodeKey, MqttTopic> _topics = [];
    private readonly ConcurrentDictionary<DeviceKey, MqttTopic> _deviceTopics = [];

    public void Through(string group, HostLink link) => _links[group] = link;

    /// <summary>Nothing more goes through a group's connection, if it is one of these.</summary>
    public void Ends(string group, IReadOnlyList<HostLink> links)
    {
        if (_links.TryGetValue(group, out var link) && links.Contains(link)) _links.TryRemove(new(group, link));
    }

    /// <summary>Sends a command to a node. False: there is no connection, or it takes no more; the node will ask or resend.</summary>
    public bool Say(NodeKey node, byte[] payload) =>
        _links.TryGetValue(node.Group, out var link)
        && link.Send(_topics.GetOrAdd(node, static key => new(SparkplugTopic.Of(MessageKind.NCmd, key).ToString())), payload);

    /// <summary>Sends a command to a device, as <see cref="Say(NodeKey, byte[])"/>; whether it came through is told by its answer alone.</summary>
    public bool Say(DeviceKey device, byte[] payload) =>
        _links.TryGetValue(device.Node.Group, out var link)
        && link.Send(_deviceTopics.GetOrAdd(device, static key => new(SparkplugTopic.Of(MessageKind.DCmd, key).ToString())), payload);
}
