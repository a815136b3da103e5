using SmartCity.Readings;
using SmartCity.Watch.Repairs;

namespace CityHub.Silo.Timeline;

/// <summary>Rows of a series of repairs. A crash may leave two for one reading: the surer one counts.</summary>
internal static class RepairRows
{
    /// <param name="rows">By time.</param>
    public static IEnumerable<Repair> Of(IEnumerable<Reading> rows)
    {
        Repair? last = null;
        foreach (var row in rows)
        {
            if (!Repair.TryOf(row, out var next)) continue;
            if (last is { } before && before.At != next.At) yield return before;
            last = last?.At == next.At && last.Value.Confidence >= next.Confidence ? last : next;
        }
        if (last is { } end) yield return end;
    }
}
