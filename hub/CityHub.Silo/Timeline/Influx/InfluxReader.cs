using System.Globalization;
using System.Text;
using SmartCity.Readings;
using SmartCity.Timeline;
using SmartCity.Watch.Repairs;

namespace CityHub.Silo.Timeline.Influx;

/// <summary>Asks an InfluxDB for readings and windows, page by page, in the written subset.</summary>
internal sealed class InfluxReader(InfluxClient client)
{
    /// <summary>Rows of one answer at most: what bounds memory.</summary>
    public const int PageRows = 10_000;

    /// <summary>Readings of a series in [from, to), by time; without repeats.</summary>
    public IEnumerable<PackedReading> Readings(SensorId sensor, Quantity quantity, Instant from, Instant to)
    {
        var (next, end) = (Stamp(from), Stamp(to));
        var page = new List<PackedReading>(PageRows);
        while (next < end)
        {
            page.Clear();
            var rows = ReadPage(sensor, quantity, next, end, page, out var last);
            // Rows of the last stamp may go on on the next page: they are left to it, unless the page is nothing else.
            if (rows == PageRows && page.Count > 0 && page[0].At < TimelineSchema.InstantOf(last))
            {
                page.RemoveAll(reading => reading.At >= TimelineSchema.InstantOf(last));
                next = TimelineSchema.Nanoseconds(TimelineSchema.InstantOf(last));
            }
            else
            {
                next = rows == PageRows ? last + 1 : end;
            }
            Chunk.SortAndDropRepeats(page);
            foreach (var reading in page) yield return reading;
        }
    }

    /// <summary>Repairs of a series in [from, to), by time.</summary>
    public IEnumerable<Repair> Repairs(SensorId sensor, Quantity quantity, Instant from, Instant to)
    {
        for (var (next, end) = (Stamp(from), Stamp(to)); next < end;)
        {
            var page = new List<Repair>();
            using var answer = client.Query(TimelineSchema.Database(Resolution.Raw), string.Create(CultureInfo.InvariantCulture,
                $"SELECT \"repaired\", \"method\", \"confidence\" FROM \"{TimelineSchema.Measurement(quantity)}\" WHERE \"sensor\" = {Text(sensor)} AND time >= {next} AND time < {end} LIMIT {PageRows}"));
            var rows = 0;
            foreach (var series in answer.Series)
            {
                var (time, value, method, confidence) = (series.Column("time"), series.Column("repaired"), series.Column("method"), series.Column("confidence"));
                foreach (var row in series.Rows)
                {
                    rows++;
                    next = InfluxSeries.Integer(row, time)!.Value + 1;
                    if (InfluxSeries.Float(row, value) is not { } repaired || InfluxSeries.Integer(row, method) is not { } by || InfluxSeries.Float(row, confidence) is not { } sure) continue;
                    page.Add(new(quantity, TimelineSchema.InstantOf(next - 1), repaired, (RepairMethod)by, sure));
                }
            }
            foreach (var repair in page) yield return repair;
            if (rows < PageRows) yield break;
        }
    }

    /// <summary>Windows that start in [from, to), rising. Those of one start under several tags, as after a move within it, are put together.</summary>
    public SortedDictionary<Instant, Window> Windows(Resolution resolution, SensorId sensor, Quantity quantity, Instant from, Instant to)
    {
        var found = new SortedDictionary<Instant, Window>();
        for (var (next, end) = (Stamp(from), Stamp(to)); next < end;)
        {
            using var answer = client.Query(TimelineSchema.Database(resolution), string.Create(CultureInfo.InvariantCulture,
                $"SELECT \"min\", \"mean\", \"max\", \"sum\", \"count\", \"good\", \"measured\" FROM \"{TimelineSchema.Measurement(quantity)}\" WHERE \"sensor\" = {Text(sensor)} AND time >= {next} AND time < {end} GROUP BY \"district\", \"node\", \"site\" LIMIT {PageRows}"));
            var full = long.MaxValue;
            foreach (var series in answer.Series)
            {
                var rows = 0;
                long last = 0;
                foreach (var (start, window) in WindowRows(series))
                {
                    found[start] = found.TryGetValue(start, out var other) ? other.And(window) : window;
                    last = TimelineSchema.Nanoseconds(start);
                    rows++;
                }
                if (rows == PageRows) full = Math.Min(full, last);
            }
            if (full == long.MaxValue) break;
            foreach (var later in found.Keys.Where(start => TimelineSchema.Nanoseconds(start) > full).ToArray()) found.Remove(later);
            next = full + 1;
        }
        return found;
    }

    /// <summary>Rows of windows as they stand in an answer.</summary>
    public static IEnumerable<(Instant Start, Window Window)> WindowRows(InfluxSeries series)
    {
        var (time, min, mean, max, total) = (series.Column("time"), series.Column("min"), series.Column("mean"), series.Column("max"), series.Column("sum"));
        var (count, good, measured) = (series.Column("count"), series.Column("good"), series.Column("measured"));
        foreach (var row in series.Rows)
        {
            var sum = new Window(InfluxSeries.Float(row, min) ?? 0, 0, InfluxSeries.Float(row, max) ?? 0, (int)(InfluxSeries.Integer(row, count) ?? 0), (int)(InfluxSeries.Integer(row, good) ?? 0), (int)(InfluxSeries.Integer(row, measured) ?? 0));
            yield return (TimelineSchema.InstantOf(InfluxSeries.Integer(row, time)!.Value), sum with { Sum = InfluxSeries.Float(row, total) ?? (InfluxSeries.Float(row, mean) ?? 0) * sum.Shown }); // of before sums were written
        }
    }

    /// <summary>A name as InfluxQL text. What <see cref="TagText"/> leaves to escape is the quotation mark.</summary>
    public static string Text(SensorId sensor) => $"'{TagText.Encode(sensor.Value).Replace("'", "\\'", StringComparison.Ordinal)}'";

    /// <summary>Only these sensors; empty: all.</summary>
    public static string Only(IReadOnlyCollection<string>? sensors)
    {
        if (sensors is not { Count: > 0 }) return "";
        var text = new StringBuilder();
        foreach (var sensor in sensors) text.Append(text.Length == 0 ? " AND (" : " OR ").Append(CultureInfo.InvariantCulture, $"\"sensor\" = {Text(new(sensor))}");
        return text.Append(')').ToString();
    }

    private int ReadPage(SensorId sensor, Quantity quantity, long from, long to, List<PackedReading> page, out long last)
    {
        using var answer = client.Query(TimelineSchema.Database(Resolution.Raw), string.Create(CultureInfo.InvariantCulture,
            $"SELECT \"value\", \"quality\", \"order\", \"clock\", \"fault\" FROM \"{TimelineSchema.Measurement(quantity)}\" WHERE \"sensor\" = {Text(sensor)} AND time >= {from} AND time < {to} LIMIT {PageRows}"));
        var rows = 0;
        last = from;
        foreach (var series in answer.Series)
        {
            var (time, value, quality) = (series.Column("time"), series.Column("value"), series.Column("quality"));
            var (order, clock, fault) = (series.Column("order"), series.Column("clock"), series.Column("fault"));
            foreach (var row in series.Rows)
            {
                rows++;
                last = InfluxSeries.Integer(row, time)!.Value;
                var measured = InfluxSeries.Float(row, value);
                var failed = InfluxSeries.Integer(row, fault);
                // A query beside a write may find some fields of a line and not yet the others. Every line has these: what lacks one is still in the log.
                if (InfluxSeries.Integer(row, order) is not { } place || InfluxSeries.Integer(row, quality) is not { } flagged || (measured is null && failed is null)) continue;
                var flags = new ReadingFlags((Quality)flagged, (ClockTrust)(InfluxSeries.Integer(row, clock) ?? 0), measured is null ? (ReadFault)failed!.Value : 0);
                page.Add(new(TimelineSchema.InstantOf(last), new(unchecked((ulong)place)), measured ?? 0, flags));
            }
        }
        return rows;
    }

    // What lies outside of the stamps that 63 bits hold was never written.
    private static long Stamp(Instant at) => TimelineSchema.Nanoseconds(at.UnixMilliseconds < 0 ? new(0) : at > TimelineSchema.Last ? TimelineSchema.Last + TimeSpan.FromMilliseconds(1) : at);
}
