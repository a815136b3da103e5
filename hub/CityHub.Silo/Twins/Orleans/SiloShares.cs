using Microsoft.Extensions.Options;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>Which silo is to hold a group, by those that are in the cluster as this one sees it. Thread-safe.</summary>
internal sealed class SiloShares(IClusterMembershipService membership, IOptions<HubOptions> hub)
{
    /// <summary>What the name of a silo that takes no groups ends with, for all to see: the membership carries names.</summary>
    private const string ShowsOnly = ".shows";

    private volatile Shares? _last;

    /// <summary>The name under which a silo joins.</summary>
    public static string NameOf(EngineOptions engine) => engine.HoldsGroups ? engine.Silo : engine.Silo + ShowsOnly;

    /// <summary>The silos that take groups, by name.</summary>
    public IReadOnlyList<string> Silos => Now().Silos;

    /// <summary>The silo that is to hold a group; null: none takes any.</summary>
    public string? OwnerOf(string group) => Now().Owners.GetValueOrDefault(group);

    /// <summary>Where a group is to be activated. Any of them when the one that is to have it cannot.</summary>
    /// <param name="able">Those that run a release which can.</param>
    public SiloAddress? Place(string group, IReadOnlyCollection<SiloAddress> able)
    {
        var members = membership.CurrentSnapshot.Members;
        var named = able.Where(silo => members.TryGetValue(silo, out var member) && TakesGroups(member)).ToLookup(silo => members[silo].Name, StringComparer.Ordinal);
        if (OwnerOf(group) is { } owner && named[owner].Any()) return named[owner].First();
        return GroupShares.Of(hub.Value.GroupsOrDefault, [.. named.Select(silo => silo.Key)]).TryGetValue(group, out var other) ? named[other].First() : null;
    }

    private Shares Now()
    {
        var snapshot = membership.CurrentSnapshot;
        if (_last is { } last && last.Version == snapshot.Version) return last;
        string[] silos = [.. snapshot.Members.Values.Where(member => member.Status == SiloStatus.Active && TakesGroups(member)).Select(member => member.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return _last = new(snapshot.Version, silos, GroupShares.Of(hub.Value.GroupsOrDefault, silos));
    }

    private static bool TakesGroups(ClusterMember member) => !member.Name.EndsWith(ShowsOnly, StringComparison.Ordinal);

    private sealed record Shares(MembershipVersion Version, IReadOnlyList<string> Silos, IReadOnlyDictionary<string, string> Owners);
}
