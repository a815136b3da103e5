using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline.Influx;

/// <summary>
/// The windows that a history is made of: put together into steps by the store where that can be, one by one where not; and folded from readings where they are not up to date.
/// </summary>
/// <param name="packed">Readings of a series in [from, to), by time, those that wait in the log too.</param>
internal sealed class WindowHistory(InfluxReader reader, StepReader steps, Func<SensorId, Quantity, Instant, Instant, IEnumerable<PackedReading>> packed)
{
    /// <summary>Stretches of steps that are read window by window beside those that come put together: with more of them, all are.</summary>
    private const int MostStretches = 8;

    /// <summary>Windows and whole steps, rising.</summary>
    /// <param name="from">Start of the query, not before 1970.</param>
    /// <param name="to">Its end.</param>
    /// <param name="anew">Hours whose windows are not up to date, or that the end cuts.</param>
    public IEnumerable<KeyValuePair<Instant, Window>> Of(Resolution resolution, HistoryQuery query, Instant from, Instant to, IReadOnlySet<long> anew)
    {
        if (!CanBePutTogether(resolution, from, query.Step)) return OneByOne(resolution, query, from, to, anew);
        var found = new SortedDictionary<Instant, Window>();
        var length = (long)query.Step.TotalMilliseconds;
        var single = new SortedSet<long>();
        foreach (var (start, sum) in steps.Steps(resolution, query.Sensor, query.Quantity, from, to, query.Step))
        {
            if (sum is { } whole) found[start] = whole;
            else single.Add(StepOf(start.UnixMilliseconds));
        }
        foreach (var hour in anew)
        {
            for (var step = StepOf(Math.Max(hour * Chunk.HourMilliseconds, from.UnixMilliseconds)); step <= StepOf(Math.Min((hour + 1) * Chunk.HourMilliseconds, to.UnixMilliseconds) - 1); step++) single.Add(step);
        }
        var stretches = Stretches(single);
        if (stretches.Count > MostStretches) return OneByOne(resolution, query, from, to, anew);
        foreach (var (first, last) in stretches)
        {
            for (var step = first; step <= last; step++) found.Remove(StartOf(step));
            var end = StartOf(last + 1);
            foreach (var (start, window) in OneByOne(resolution, query, StartOf(first), end < to ? end : to, anew)) found[start] = window;
        }
        return found;

        long StepOf(long at) => (at - from.UnixMilliseconds) / length;
        Instant StartOf(long step) => new(from.UnixMilliseconds + step * length);
    }

    private static bool CanBePutTogether(Resolution resolution, Instant from, TimeSpan step)
    {
        var window = (long)TimelineSchema.Window(resolution).TotalMilliseconds;
        var length = (long)step.TotalMilliseconds;
        return length > window && length % window == 0 && from.UnixMilliseconds % window == 0;
    }

    private static List<(long First, long Last)> Stretches(SortedSet<long> steps)
    {
        var stretches = new List<(long First, long Last)>();
        foreach (var step in steps)
        {
            if (stretches is [.., var last] && last.Last == step - 1) stretches[^1] = (last.First, step);
            else stretches.Add((step, step));
        }
        return stretches;
    }

    private SortedDictionary<Instant, Window> OneByOne(Resolution resolution, HistoryQuery query, Instant from, Instant to, IReadOnlySet<long> anew)
    {
        var found = reader.Windows(resolution, query.Sensor, query.Quantity, from, to);
        foreach (var hour in anew.Order())
        {
            var (first, last) = (new Instant(hour * Chunk.HourMilliseconds), new Instant((hour + 1) * Chunk.HourMilliseconds));
            var (begin, end) = (first > from ? first : from, last < to ? last : to);
            if (begin >= end) continue;
            foreach (var stale in found.Keys.Where(start => start >= begin && start < end).ToArray()) found.Remove(stale);
            var fold = new WindowFold(first, TimelineSchema.Window(resolution), (start, window) => found[start] = window);
            foreach (var reading in packed(query.Sensor, query.Quantity, begin, end)) fold.Add(reading);
            fold.Finish();
        }
        return found;
    }
}
