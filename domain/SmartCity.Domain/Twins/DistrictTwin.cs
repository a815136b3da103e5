using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Twins;

/// <summary>
/// A district's roll-up: how many sensors and nodes, how many of them online, open episodes by severity. It is told facts, and told twice it
/// counts once. Mutable, single owner, no clock.
/// </summary>
public sealed class DistrictTwin(string id)
{
    private readonly Dictionary<SensorId, bool> _sensors = [];
    private readonly Dictionary<NodeKey, bool> _nodes = [];
    private readonly Dictionary<EpisodeId, Severity> _open = [];
    private readonly int[] _bySeverity = new int[(int)Severity.Critical + 1];

    public string Id { get; } = id;

    public int Sensors => _sensors.Count;

    public int SensorsOnline { get; private set; }

    public int Nodes => _nodes.Count;

    public int NodesOnline { get; private set; }

    /// <summary>Episodes of this severity that are neither cleared nor withdrawn.</summary>
    public int OpenEpisodes(Severity severity) => _bySeverity[(int)severity];

    /// <summary>A sensor stands in this district, and its node is online or not.</summary>
    public void Sensor(SensorId sensor, bool online) => SensorsOnline += Count(_sensors, sensor, online);

    /// <summary>A sensor stands here no longer.</summary>
    public void SensorLeft(SensorId sensor) => SensorsOnline -= Forget(_sensors, sensor);

    /// <summary>A node has a sensor in this district, and is online or not.</summary>
    public void Node(NodeKey node, bool online) => NodesOnline += Count(_nodes, node, online);

    /// <summary>A node has no sensor here any longer.</summary>
    public void NodeLeft(NodeKey node) => NodesOnline -= Forget(_nodes, node);

    /// <summary>An episode of this district as it stands now.</summary>
    public void Episode(Episode episode)
    {
        if (_open.Remove(episode.Id, out var before)) _bySeverity[(int)before]--;
        if (!episode.IsOpen) return;
        _open.Add(episode.Id, episode.Severity);
        _bySeverity[(int)episode.Severity]++;
    }

    private static int Count<TKey>(Dictionary<TKey, bool> known, TKey key, bool online) where TKey : notnull
    {
        var before = known.GetValueOrDefault(key);
        known[key] = online;
        return (online ? 1 : 0) - (before ? 1 : 0);
    }

    private static int Forget<TKey>(Dictionary<TKey, bool> known, TKey key) where TKey : notnull =>
        known.Remove(key, out var online) && online ? 1 : 0;
}
