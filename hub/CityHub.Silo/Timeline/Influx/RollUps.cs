using System.Globalization;
using System.Numerics;
using CityHub.Contracts;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline.Influx;

/// <summary>
/// Computes the windows that new and late readings touch, by the hub and for every dialect alike: minutes by asking the store for the aggregates of its own raw readings,
/// where each stands once; hours from the minutes. Writing them again changes nothing but what was wrong.
/// </summary>
internal sealed partial class RollUps(InfluxClient client, ShipBook book, LineDelivery delivery, Retention retention, Func<Instant> city, TimeSpan every, TimeProvider wall, ILogger log) : IDisposable
{
    /// <summary>How long after its end a window waits for what is still on its way here.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly LineWriter _lines = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private bool _away;

    public async Task Run(CancellationToken stopping)
    {
        while (true)
        {
            await Task.Delay(every, wall, stopping);
            await Turn(city() - Grace, stopping);
        }
    }

    /// <summary>Computes everything that ended by an instant, after a turn that is under way. False: some of it could not be, and is due still.</summary>
    public async Task<bool> Turn(Instant endedBy, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            return await Compute(endedBy, cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<bool> Compute(Instant endedBy, CancellationToken cancel)
    {
        var all = true;
        foreach (var resolution in (Resolution[])[Resolution.Minute, Resolution.Hour])
        {
            foreach (var (key, minutes, sensors) in book.TakeDue(resolution, endedBy))
            {
                var done = false;
                try
                {
                    if (resolution == Resolution.Minute) await Minutes(key, minutes, sensors, cancel);
                    else await Hour(key, sensors, cancel);
                    done = true;
                }
                catch (TimelineUnavailableException cause)
                {
                    if (!_away) Postponed(cause.Message);
                    (_away, all) = (true, false);
                }
                finally
                {
                    if (!done) book.NotDone(key, minutes);
                }
                if (!done) continue;
                _away = false;
                if (resolution == Resolution.Minute) Next(key, sensors);
                book.Done(key, minutes);
            }
        }
        ExpireShorter();
        return all;
    }

    private void Next(DueKey key, IReadOnlyCollection<string>? sensors)
    {
        if (sensors is not { Count: > 0 }) book.Touch(Resolution.Hour, key.Quantity, key.Hour, 1, null);
        else foreach (var sensor in sensors) book.Touch(Resolution.Hour, key.Quantity, key.Hour, 1, sensor);
    }

    private async Task Minutes(DueKey key, ulong minutes, IReadOnlyCollection<string>? sensors, CancellationToken cancel)
    {
        var (first, last) = (BitOperations.TrailingZeroCount(minutes), 63 - BitOperations.LeadingZeroCount(minutes));
        var start = new Instant(key.Hour * Chunk.HourMilliseconds);
        var (from, to) = (start + TimeSpan.FromMinutes(first), start + TimeSpan.FromMinutes(last + 1));
        if (retention.IsOver(Resolution.Minute, key.Quantity, from, city())) return;
        var windows = new Dictionary<SeriesTags, SortedDictionary<Instant, Window>>();
        // Of good readings and of all that have a value: what is shown is decided as everywhere else.
        Ask(windows, key.Quantity, from, to, sensors, "\"quality\" = 1 AND ", (_, row) => new(row.Min, row.Sum, row.Max, 0, row.Values, row.Values));
        Ask(windows, key.Quantity, from, to, sensors, "", (good, row) => good.Good > 0
            ? good with { Count = row.Rows, Measured = row.Values }
            : new(row.Min, row.Sum, row.Max, row.Rows, 0, row.Values));
        await Write(Resolution.Minute, key.Quantity, windows, cancel);
    }

    private void Ask(Dictionary<SeriesTags, SortedDictionary<Instant, Window>> windows, Quantity quantity, Instant from, Instant to, IReadOnlyCollection<string>? sensors, string where, Func<Window, Aggregates, Window> put)
    {
        using var answer = client.Query(TimelineSchema.Database(Resolution.Raw), string.Create(CultureInfo.InvariantCulture,
            $"SELECT min(\"value\") AS \"min\", sum(\"value\") AS \"sum\", max(\"value\") AS \"max\", count(\"value\") AS \"measured\", count(\"quality\") AS \"count\" FROM \"{TimelineSchema.Measurement(quantity)}\" WHERE {where}time >= {TimelineSchema.Nanoseconds(from)} AND time < {TimelineSchema.Nanoseconds(to)}{InfluxReader.Only(sensors)} GROUP BY time(1m), \"district\", \"node\", \"sensor\", \"site\" fill(none)"));
        foreach (var series in answer.Series)
        {
            var tags = Tags(series);
            if (!windows.TryGetValue(tags, out var ofSeries)) windows.Add(tags, ofSeries = []);
            var (time, min, sum, max, measured, count) = (series.Column("time"), series.Column("min"), series.Column("sum"), series.Column("max"), series.Column("measured"), series.Column("count"));
            foreach (var row in series.Rows)
            {
                var found = new Aggregates(InfluxSeries.Float(row, min) ?? 0, InfluxSeries.Float(row, sum) ?? 0, InfluxSeries.Float(row, max) ?? 0, (int)(InfluxSeries.Integer(row, measured) ?? 0), (int)(InfluxSeries.Integer(row, count) ?? 0));
                if (found.Rows == 0 && found.Values == 0) continue;
                var start = TimelineSchema.InstantOf(InfluxSeries.Integer(row, time)!.Value);
                ofSeries[start] = put(ofSeries.GetValueOrDefault(start), found);
            }
        }
    }

    private async Task Hour(DueKey key, IReadOnlyCollection<string>? sensors, CancellationToken cancel)
    {
        var start = new Instant(key.Hour * Chunk.HourMilliseconds);
        if (retention.IsOver(Resolution.Hour, key.Quantity, start, city())) return;
        var windows = new Dictionary<SeriesTags, SortedDictionary<Instant, Window>>();
        using (var answer = client.Query(TimelineSchema.Database(Resolution.Minute), string.Create(CultureInfo.InvariantCulture,
            $"SELECT \"min\", \"mean\", \"max\", \"sum\", \"count\", \"good\", \"measured\" FROM \"{TimelineSchema.Measurement(key.Quantity)}\" WHERE time >= {TimelineSchema.Nanoseconds(start)} AND time < {TimelineSchema.Nanoseconds(start + TimeSpan.FromHours(1))}{InfluxReader.Only(sensors)} GROUP BY \"district\", \"node\", \"sensor\", \"site\"")))
        {
            foreach (var series in answer.Series)
            {
                var whole = InfluxReader.WindowRows(series).Select(row => row.Window).Aggregate(default(Window), (sum, next) => sum.Count == 0 ? next : sum.And(next));
                windows[Tags(series)] = new() { [start] = whole };
            }
        }
        await Write(Resolution.Hour, key.Quantity, windows, cancel);
    }

    private async Task Write(Resolution resolution, Quantity quantity, Dictionary<SeriesTags, SortedDictionary<Instant, Window>> windows, CancellationToken cancel)
    {
        _lines.Clear();
        foreach (var (tags, ofSeries) in windows)
        {
            var head = tags.Head(quantity);
            foreach (var (start, window) in ofSeries) TimelineLines.Window(_lines, head, start, window);
            if (_lines.Lines < 10_000) continue;
            await delivery.Deliver(TimelineSchema.Database(resolution), _lines.Written, _lines.Ends, cancel);
            _lines.Clear();
        }
        await delivery.Deliver(TimelineSchema.Database(resolution), _lines.Written, _lines.Ends, cancel);
    }

    // Quantities that are kept shorter than their database are deleted up to their time, once an hour of the city.
    private long _expiredHour;

    private void ExpireShorter()
    {
        var now = city();
        if (Chunk.HourOf(now) == _expiredHour || !client.CanDelete) return;
        try
        {
            foreach (var resolution in Enum.GetValues<Resolution>())
            {
                foreach (var row in QuantityCatalogue.All)
                {
                    if (retention.Keep(resolution, row.Quantity) is not { } keep || keep == retention.Longest(resolution)) continue;
                    client.DeleteBefore(TimelineSchema.Database(resolution), TimelineSchema.Measurement(row.Quantity), now - keep);
                }
            }
            _expiredHour = Chunk.HourOf(now);
        }
        catch (TimelineUnavailableException cause)
        {
            if (!_away) Postponed(cause.Message);
            _away = true;
        }
    }

    private static SeriesTags Tags(InfluxSeries series) => new(series.Tag("district"), series.Tag("node"), series.Tag("sensor"), series.Tag("site"));

    private readonly record struct Aggregates(double Min, double Sum, double Max, int Values, int Rows);

    [LoggerMessage(LogLevel.Warning, "Windows cannot be computed just now: {Cause}. They are due still")]
    private partial void Postponed(string cause);
}
