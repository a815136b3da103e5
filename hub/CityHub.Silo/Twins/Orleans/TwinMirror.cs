using System.Collections.Concurrent;
using CityHub.Contracts;
using SmartCity.Readings;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>The twins of the groups that other silos hold, as those last told. Thread-safe.</summary>
internal sealed class TwinMirror
{
    private readonly ConcurrentDictionary<string, Image> _groups = new(StringComparer.Ordinal);

    /// <param name="held">Groups that this silo holds by now, and knows better.</param>
    public IEnumerable<TwinPage> Pages(IReadOnlySet<string> held) => _groups.Where(group => !held.Contains(group.Key)).Select(group => group.Value.Page);

    public SensorView? Sensor(SensorId id) => _groups.Values.Select(group => group.ById.GetValueOrDefault(id)).FirstOrDefault(view => view is not null);

    /// <returns>What has happened since the last look, as whoever listens to the silo that holds the group has heard: kind and subject.</returns>
    public IReadOnlyList<(string Kind, string Subject)> Take(string group, TwinPage page)
    {
        var before = _groups.GetValueOrDefault(group);
        _groups[group] = new(page, page.Sensors.ToDictionary(sensor => sensor.Id), page.Nodes.ToDictionary(node => node.Key, node => node.Presence));
        return before is null ? [] : [.. Changes(before, page)];
    }

    /// <summary>It is held here by now; what others said of it is of the past.</summary>
    public void Forget(string group) => _groups.TryRemove(group, out _);

    private static IEnumerable<(string Kind, string Subject)> Changes(Image before, TwinPage page)
    {
        foreach (var node in page.Nodes)
        {
            if (before.Presences.TryGetValue(node.Key, out var presence) && presence == node.Presence) continue;
            if (HubEvents.OfNode(node.Presence) is { } kind) yield return (kind, node.Key.ToString());
        }
        foreach (var sensor in page.Sensors)
        {
            if (!before.ById.TryGetValue(sensor.Id, out var earlier) || earlier.Presence == sensor.Presence) continue;
            if (sensor.Presence == Presence.Stale) yield return (HubEvents.SensorStale, sensor.Id.Value);
            else if (earlier.Presence == Presence.Stale && sensor.Presence == Presence.Online) yield return (HubEvents.SensorOnline, sensor.Id.Value);
        }
    }

    private sealed record Image(TwinPage Page, Dictionary<SensorId, SensorView> ById, Dictionary<NodeKey, Presence> Presences);
}
