using CityHub.Silo.Timeline;
using SmartCity.Readings;

namespace Faults;

/// <summary>
/// Compares the levels that a line took with a contact's readings: every level that lasted longer than the debounce and the outbox's
/// commit has a reading that says so, and no reading says what the line was not.
/// </summary>
internal static class ContactOracle
{
    /// <summary>The debounce in the fault run's node files, and what a loaded machine needs to look.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(1500);

    public static IReadOnlyList<Reading> Compare(ITimeline timeline, SensorId sensor, Quantity quantity, IReadOnlyList<GivenLevel> given, IReadOnlyList<Outage> outages, Verdict verdict)
    {
        var stored = ClimateOracle.Good(timeline, sensor, quantity, verdict);
        verdict.Stored += stored.Count;
        verdict.Given += given.Count;
        foreach (var (order, (at, value)) in stored)
        {
            if (!Plausible(given, at.UnixMilliseconds, value != 0)) verdict.Fault($"{sensor}: {order} says {value} at {at}, the line did not");
        }
        for (var i = 0; i < given.Count; i++)
        {
            var (from, to) = (given[i].Wall, i + 1 < given.Count ? given[i + 1].Wall : long.MaxValue);
            // Down in that time, or too short to be told: nothing was promised.
            if (to - from < 2 * Settling.TotalMilliseconds || outages.Any(o => o.From < from + 2 * Settling.TotalMilliseconds && o.To > from)) continue;
            var told = stored.Values.Any(r => r.At.UnixMilliseconds >= from && r.At.UnixMilliseconds <= from + Settling.TotalMilliseconds && (r.Value != 0) == given[i].High);
            if (!told) verdict.Fault($"{sensor}: the line went {(given[i].High ? "high" : "low")} at {new Instant(from)} and no reading tells it");
        }
        return stored.Select(s => Reading.Measured(quantity, s.Value.At, s.Key, s.Value.Value)).ToArray();
    }

    /// <summary>A simulated line writes the level it is found at when it is opened, some milliseconds after its board stamped the node's first look.</summary>
    private const long OpeningMilliseconds = 250;

    /// <summary>The line had this level at that instant, or had it until less than the settling time before.</summary>
    private static bool Plausible(IReadOnlyList<GivenLevel> given, long at, bool high)
    {
        for (var i = 0; i < given.Count; i++)
        {
            var end = i + 1 < given.Count ? given[i + 1].Wall : long.MaxValue;
            if (given[i].High == high && given[i].Wall <= at + OpeningMilliseconds && at <= (end == long.MaxValue ? end : end + (long)Settling.TotalMilliseconds)) return true;
        }
        return given.Count == 0;
    }
}

/// <summary>A node was not running between these Unix milliseconds.</summary>
internal readonly record struct Outage(long From, long To);
