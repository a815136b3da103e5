using CityHub.Contracts;
using CityHub.Silo.Timeline;
using CityHub.Silo.Twins;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Silo.Watch;

/// <summary>Why a rehearsal was not held.</summary>
public enum RehearsalRefusal : byte
{
    /// <summary>Another one is running; there is one at a time.</summary>
    Busy = 1,

    /// <summary>More readings than one rehearsal takes.</summary>
    TooMany = 2,
}

/// <summary>
/// Tries rules out on the stored past, beside those in force. Readings are taken in the order of their stamps, each as if it had come at once: the
/// timeline keeps when they were measured, not when they came. Sensors stand where they stand today.
/// </summary>
public sealed class RuleRehearsal(ITwinViews engine, ITimeline timeline, EpisodeBoard board)
{
    /// <summary>Most readings of one rehearsal: a minute of one core.</summary>
    public const long MostReadings = 20_000_000;

    private int _busy;

    /// <summary>Replays readings stamped in [from, to).</summary>
    /// <returns>The report, or why there is none.</returns>
    public async Task<(RehearsalReport? Report, RehearsalRefusal? Refusal)> Run(RuleFolder proposed, Instant from, Instant to, CancellationToken cancel)
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0) return (null, RehearsalRefusal.Busy);
        try
        {
            return await Task.Run(() => Replay(proposed, from, to, cancel), cancel);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    private (RehearsalReport?, RehearsalRefusal?) Replay(RuleFolder proposed, Instant from, Instant to, CancellationToken cancel)
    {
        var rehearsal = new Rehearsal(board.Rules, proposed.As(0));
        var queue = new PriorityQueue<Series, long>();
        try
        {
            foreach (var sensor in engine.Sensors())
            {
                foreach (var live in sensor.Values) Enqueue(queue, new(sensor.Id, sensor.Place, timeline.Read(sensor.Id, live.Quantity, from, to).GetEnumerator()));
            }
            var readings = 0L;
            while (queue.TryDequeue(out var series, out _))
            {
                if (++readings > MostReadings) return (null, RehearsalRefusal.TooMany);
                if ((readings & 0xFFF) == 0) cancel.ThrowIfCancellationRequested();
                var reading = series.Readings.Current;
                rehearsal.Take(new(series.Sensor, series.Place.District, series.Place.Site, series.Place.Tags, Reordered(reading), 0, reading.At));
                Enqueue(queue, series);
            }
            return (rehearsal.Finish(to), null);
        }
        finally
        {
            while (queue.TryDequeue(out var series, out _)) series.Readings.Dispose();
        }
    }

    private sealed record Series(SensorId Sensor, Place Place, IEnumerator<Reading> Readings);

    private static void Enqueue(PriorityQueue<Series, long> queue, Series series)
    {
        if (series.Readings.MoveNext()) queue.Enqueue(series, series.Readings.Current.At.UnixMilliseconds);
        else series.Readings.Dispose();
    }

    // Over the years a sensor has had several outboxes, each with an order of its own; stamps are the one order that spans them.
    private static Reading Reordered(in Reading reading)
    {
        var order = new ReadingOrder((ulong)Math.Max(0, reading.At.UnixMilliseconds));
        return reading.TryGetValue(out var value)
            ? Reading.Measured(reading.Quantity, reading.At, order, value, reading.Clock, reading.Quality)
            : Reading.Failed(reading.Quantity, reading.At, order, reading.Fault!.Value, reading.Clock);
    }
}
