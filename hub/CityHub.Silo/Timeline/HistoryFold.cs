using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>Folds readings or windows in rising time into the steps of a history.</summary>
internal static class HistoryFold
{
    /// <summary>A calendar's end of a query that has none.</summary>
    public static Instant Clip(Instant at) => at <= Instant.Max ? at : Instant.Max;

    public static IReadOnlyList<HistoryPoint> OfReadings(HistoryQuery query, IEnumerable<PackedReading> readings)
    {
        var points = new List<HistoryPoint>();
        if (query.Quality != HistoryQuality.Any)
        {
            var fold = new WindowFold(query.From, query.Step, (start, window) => Add(points, query, start, window));
            foreach (var reading in readings) fold.Add(reading);
            fold.Finish();
            return points;
        }
        // Good and doubtful ones together: as if none were good, but counted.
        long step = -1;
        var good = 0;
        var all = new WindowFold(query.From, query.Step, (start, window) =>
        {
            if (window.Measured > 0) points.Add(new(start, window.Min, window.Mean, window.Max, window.Count, good));
        });
        foreach (var reading in readings)
        {
            var next = (reading.At.UnixMilliseconds - query.From.UnixMilliseconds) / (long)query.Step.TotalMilliseconds;
            var window = Window.Of(reading);
            // The fold closes a step with the first reading of the next, so the count of good ones is closed just before.
            if (next != step) all.Finish();
            good = (next == step ? good : 0) + window.Good;
            step = next;
            all.Add(reading.At, window with { Good = 0 });
        }
        all.Finish();
        return points;
    }

    public static IReadOnlyList<HistoryPoint> OfWindows(HistoryQuery query, IEnumerable<(Instant Start, Window Window)> windows)
    {
        var points = new List<HistoryPoint>();
        var fold = new WindowFold(query.From, query.Step, (start, window) => Add(points, query, start, window));
        // What began before the first step belongs to it: only where no finer resolution is kept any more.
        foreach (var (start, window) in windows) fold.Add(start < query.From ? query.From : start, window);
        fold.Finish();
        return points;
    }

    private static void Add(List<HistoryPoint> points, HistoryQuery query, Instant start, Window window)
    {
        if (window.Shown == 0 || query.Quality == HistoryQuality.Good && window.Good == 0) return;
        points.Add(new(start, window.Min, window.Mean, window.Max, window.Count, window.Good));
    }
}
