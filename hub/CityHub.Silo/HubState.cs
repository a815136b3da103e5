using CityHub.Silo.Timeline;
using CityHub.Silo.Twins;

namespace CityHub.Silo;

/// <summary>Why the hub does not take readings, by part. Thread-safe.</summary>
public sealed class HubState
{
    private readonly GroupHosts _hosts;
    private readonly ITimeline _timeline;

    internal HubState(GroupHosts hosts, ITimeline timeline) => (_hosts, _timeline) = (hosts, timeline);

    public IReadOnlyDictionary<string, string> NotReady()
    {
        var parts = new Dictionary<string, string>();
        var runs = false;
        foreach (var host in _hosts.All)
        {
            runs = true;
            foreach (var link in host.Links)
            {
                if (!link.IsOnline) parts["mqtt " + link.HostId] = link.Trouble ?? "connecting";
            }
            if (host.Commits.Trouble is { } timeline) parts["timeline"] = timeline;
            if ((host.Episodes.Trouble ?? host.Commits.JournalTrouble) is { } register) parts["register"] = register;
        }
        if (!runs && !_hosts.IsInCluster) return new Dictionary<string, string> { ["hub"] = "starting or stopping" };
        foreach (var group in _hosts.Missing) parts["group " + group] = "nobody holds it";
        if (_timeline.Trouble is { } trouble) parts.TryAdd("timeline", trouble);
        return parts;
    }
}
