using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>The calendar of the files: hours counted from 1970, days of 24 of them, UTC.</summary>
internal static class Chunk
{
    public const long HourMilliseconds = 3_600_000;

    public static long HourOf(Instant at) => Math.DivRem(at.UnixMilliseconds, HourMilliseconds, out var rest) - (rest < 0 ? 1 : 0);

    public static long DayOf(long hour) => Math.DivRem(hour, 24, out var rest) - (rest < 0 ? 1 : 0);

    /// <summary>Whether a stamp can be filed at all.</summary>
    public static bool IsFiled(Instant at) => at.UnixMilliseconds >= 0 && at <= Instant.Max;

    /// <summary>Sorts by time and order, and drops repeats.</summary>
    public static void SortAndDropRepeats(List<PackedReading> readings)
    {
        for (var i = 1; i < readings.Count; i++)
        {
            if (readings[i - 1].CompareTo(readings[i]) < 0) continue;
            readings.Sort();
            break;
        }
        var kept = 0;
        for (var i = 0; i < readings.Count; i++)
        {
            if (kept > 0 && readings[i].IsRepeatOf(readings[kept - 1])) continue;
            readings[kept++] = readings[i];
        }
        readings.RemoveRange(kept, readings.Count - kept);
    }
}
