using System.Collections.Concurrent;
using SmartCity.Telemetry;

namespace CityHub.Silo.Twins;

/// <summary>The group hosts that run in this process. Thread-safe.</summary>
internal sealed class GroupHosts
{
    private readonly ConcurrentDictionary<GroupHost, byte> _hosts = [];

    /// <summary>In a cluster: that this silo is in it, and may well hold nothing.</summary>
    public bool IsInCluster { get; set; }

    /// <summary>Groups of the settings that no silo holds, as it seems from here.</summary>
    public IReadOnlyCollection<string> Missing { get; set; } = [];

    public IEnumerable<GroupHost> All => _hosts.Keys;

    public IReadOnlySet<string> Groups => All.SelectMany(host => host.Groups).ToHashSet(StringComparer.Ordinal);

    public void Add(GroupHost host) => _hosts[host] = 0;

    public void Remove(GroupHost host) => _hosts.TryRemove(host, out _);

    /// <summary>Commands of all of them whose answer never came.</summary>
    public IReadOnlyList<OutputCommand> UnansweredCommands => [.. All.SelectMany(host => host.Commands.Unanswered)];

    /// <summary>Calls to nodes of all of them whose answer never came.</summary>
    public IReadOnlyList<NodeCall> UnansweredCalls => [.. All.SelectMany(host => host.Calls.Unanswered)];
}
