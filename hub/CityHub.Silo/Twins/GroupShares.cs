namespace CityHub.Silo.Twins;

/// <summary>
/// Which silo is to hold which group: the same answer on every silo that sees the same ones, evenly (no two differ by more than one), and near to the answer before when a silo comes or goes.
/// Each group prefers the silos in an order of its own (a hash of both names, as in rendezvous hashing); each silo has room for its share and keeps those that prefer it most
/// (deferred acceptance: Gale and Shapley, 1962). Pure.
/// </summary>
internal static class GroupShares
{
    /// <param name="groups">Each once.</param>
    /// <param name="silos">By name, each once; none: nobody holds anything.</param>
    /// <returns>Every group and its silo.</returns>
    public static IReadOnlyDictionary<string, string> Of(IReadOnlyCollection<string> groups, IReadOnlyCollection<string> silos)
    {
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        if (silos.Count == 0) return owners;
        var room = Rooms(groups.Count, silos);
        var kept = silos.ToDictionary(silo => silo, _ => new SortedSet<(ulong Wish, string Group)>(), StringComparer.Ordinal);
        var asks = new Queue<string>(groups.Order(StringComparer.Ordinal));
        var wishes = groups.ToDictionary(group => group, group => silos.OrderByDescending(silo => Wish(group, silo)).ThenBy(silo => silo, StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);
        var tried = groups.ToDictionary(group => group, _ => 0, StringComparer.Ordinal);
        while (asks.TryDequeue(out var group))
        {
            var silo = wishes[group][tried[group]++];
            kept[silo].Add((Wish(group, silo), group));
            if (kept[silo].Count <= room[silo]) continue;
            var least = kept[silo].Min;
            kept[silo].Remove(least);
            asks.Enqueue(least.Group);
        }
        foreach (var (silo, own) in kept)
        {
            foreach (var (_, group) in own) owners[group] = silo;
        }
        return owners;
    }

    /// <summary>The group whose owner watches a district; the same wherever the same groups are known.</summary>
    public static string HomeOf(string district, IReadOnlyCollection<string> groups) => groups.Order(StringComparer.Ordinal).MaxBy(group => Wish(district, group))!;

    // The places add up to the groups, so each is full in the end: nobody has two more than another.
    private static Dictionary<string, int> Rooms(int groups, IReadOnlyCollection<string> silos)
    {
        var (each, more) = Math.DivRem(groups, silos.Count);
        return silos.OrderByDescending(silo => Wish("", silo)).ThenBy(silo => silo, StringComparer.Ordinal).Select((silo, rank) => (silo, Room: each + (rank < more ? 1 : 0)))
            .ToDictionary(of => of.silo, of => of.Room, StringComparer.Ordinal);
    }

    /// <summary>FNV-1a of both names, its bits then mixed (the finalizer of MurmurHash3): the same in every process and release.</summary>
    private static ulong Wish(string group, string silo)
    {
        var hash = 14_695_981_039_346_656_037;
        foreach (var letter in group) hash = unchecked((hash ^ letter) * 1_099_511_628_211);
        hash = unchecked((hash ^ 0x1F) * 1_099_511_628_211);
        foreach (var letter in silo) hash = unchecked((hash ^ letter) * 1_099_511_628_211);
        hash = unchecked((hash ^ hash >> 33) * 0xFF51AFD7ED558CCD);
        hash = unchecked((hash ^ hash >> 33) * 0xC4CEB9FE1A85EC53);
        return hash ^ hash >> 33;
    }
}
