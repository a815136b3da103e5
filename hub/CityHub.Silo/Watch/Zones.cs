using System.Collections.Concurrent;
using SmartCity.Watch;

namespace CityHub.Silo.Watch;

/// <summary>Time zones of this machine (Debian's <c>tzdata</c>), as the domain takes them: their offsets from 2000 to 2060.</summary>
internal static class Zones
{
    private static readonly DateTimeOffset First = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Last = new(2060, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly ConcurrentDictionary<string, Zone> Known = new(StringComparer.Ordinal); // at most as many as the machine knows

    /// <summary>A zone by its IANA name, or null: this machine knows none of that name.</summary>
    public static Zone? Find(string name)
    {
        if (name is "UTC") return Zone.Utc;
        if (Known.TryGetValue(name, out var known)) return known;
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)) return null;
        var from = new List<long> { First.ToUnixTimeMilliseconds() };
        var offsets = new List<int> { OffsetAt(zone, First) };
        for (var day = First; day < Last; day = day.AddDays(1))
        {
            var next = OffsetAt(zone, day.AddDays(1));
            if (next == offsets[^1]) continue;
            from.Add(ChangeWithin(zone, day, offsets[^1]));
            offsets.Add(next);
        }
        return Known[name] = new(name, from, offsets);
    }

    // The instant, to the second, within a day at which the offset is no longer what it was.
    private static long ChangeWithin(TimeZoneInfo zone, DateTimeOffset day, int before)
    {
        int low = 0, high = 86_400;
        while (low < high)
        {
            var mid = (low + high) / 2;
            if (OffsetAt(zone, day.AddSeconds(mid)) == before) low = mid + 1;
            else high = mid;
        }
        return day.AddSeconds(low).ToUnixTimeMilliseconds();
    }

    private static int OffsetAt(TimeZoneInfo zone, DateTimeOffset at) => (int)zone.GetUtcOffset(at).TotalMilliseconds;
}
