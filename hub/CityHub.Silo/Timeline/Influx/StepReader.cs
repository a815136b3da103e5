using System.Globalization;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline.Influx;

/// <summary>
/// Lets the store put windows together into steps, so that a month of minutes need not come here row by row. The store can add up, but not decide between good and doubtful windows
/// (<see cref="Window.And"/>); where that matters the good ones are asked for by themselves. Windows of before their sum was written are left to whoever asks.
/// </summary>
internal sealed class StepReader(InfluxClient client)
{
    /// <summary>Steps that start in [from, to) by their start. Null: the store cannot tell, for it has windows without a sum there.</summary>
    /// <param name="from">Where a window starts, and the first step.</param>
    /// <param name="step">Whole windows.</param>
    public Dictionary<Instant, Window?> Steps(Resolution resolution, SensorId sensor, Quantity quantity, Instant from, Instant to, TimeSpan step)
    {
        var steps = new Dictionary<Instant, Window?>();
        var (mixedFrom, mixedTo) = (to, from);
        foreach (var (start, sum, isWhole) in Ask(resolution, sensor, quantity, from, to, step, good: false))
        {
            steps[start] = isWhole ? sum : null;
            // All good or none: whatever their windows are, their sum is that of the one kind.
            if (!isWhole || sum.Good == 0 || sum.Good == sum.Measured) continue;
            mixedFrom = start < mixedFrom ? start : mixedFrom;
            mixedTo = start + step > mixedTo ? start + step : mixedTo;
        }
        if (mixedFrom >= mixedTo) return steps;
        foreach (var (start, sum, _) in Ask(resolution, sensor, quantity, mixedFrom, mixedTo < to ? mixedTo : to, step, good: true))
        {
            if (steps.GetValueOrDefault(start) is { } all) steps[start] = sum with { Count = all.Count, Good = all.Good, Measured = all.Measured };
        }
        return steps;
    }

    private IEnumerable<(Instant Start, Window Sum, bool IsWhole)> Ask(Resolution resolution, SensorId sensor, Quantity quantity, Instant from, Instant to, TimeSpan step, bool good)
    {
        var (length, seconds) = ((long)step.TotalSeconds, from.UnixMilliseconds / 1000);
        using var answer = client.Query(TimelineSchema.Database(resolution), string.Create(CultureInfo.InvariantCulture,
            $"SELECT min(\"min\") AS \"min\", max(\"max\") AS \"max\", sum(\"sum\") AS \"sum\", sum(\"count\") AS \"count\", sum(\"good\") AS \"good\", sum(\"measured\") AS \"measured\", count(\"mean\") AS \"means\", count(\"sum\") AS \"sums\" FROM \"{TimelineSchema.Measurement(quantity)}\" WHERE {(good ? "\"good\" > 0 AND " : "")}\"sensor\" = {InfluxReader.Text(sensor)} AND time >= {TimelineSchema.Nanoseconds(from)} AND time < {TimelineSchema.Nanoseconds(to)} GROUP BY time({length}s, {seconds % length}s) fill(none)"));
        foreach (var series in answer.Series)
        {
            var (time, min, max, sum) = (series.Column("time"), series.Column("min"), series.Column("max"), series.Column("sum"));
            var (count, all, measured, means, sums) = (series.Column("count"), series.Column("good"), series.Column("measured"), series.Column("means"), series.Column("sums"));
            foreach (var row in series.Rows)
            {
                yield return (
                    TimelineSchema.InstantOf(InfluxSeries.Integer(row, time)!.Value),
                    new(InfluxSeries.Float(row, min) ?? 0, InfluxSeries.Float(row, sum) ?? 0, InfluxSeries.Float(row, max) ?? 0, (int)(InfluxSeries.Integer(row, count) ?? 0), (int)(InfluxSeries.Integer(row, all) ?? 0), (int)(InfluxSeries.Integer(row, measured) ?? 0)),
                    InfluxSeries.Integer(row, means) == InfluxSeries.Integer(row, sums));
            }
        }
    }
}
