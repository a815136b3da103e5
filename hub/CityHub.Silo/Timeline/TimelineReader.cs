using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>
/// Reads one series from wherever its readings are just now. The log's snapshot is taken first, then the runs', then the files of days are opened:
/// readings move in that order, so each is met at least once, and what is met twice is a repeat, which is dropped.
/// </summary>
internal sealed class TimelineReader(AppendLog log, RunFile runs, PeriodFiles days, WindowFiles windows, DamageLog damage)
{
    /// <summary>Hours from the one of <paramref name="from"/> to the one of <paramref name="to"/>, each sorted, without repeats; not cut at the ends.</summary>
    public IEnumerable<List<PackedReading>> Chunks(int series, Quantity quantity, Instant from, Instant to)
    {
        if (to <= from) yield break;
        var (firstHour, endHour) = Hours(from, to);
        var recent = Recent(series, firstHour, endHour);
        var filed = days.Periods(DayFiles.DayOf(firstHour), DayFiles.DayOf(endHour - 1));
        foreach (var day in filed.Union(recent.Keys.Select(DayFiles.DayOf)).Order())
        {
            var files = days.OpenReaders(day, quantity, damage);
            try
            {
                var midnight = (long)(day - DateTime.UnixEpoch).TotalHours;
                for (var hour = Math.Max(firstHour, midnight); hour < Math.Min(endHour, midnight + 24); hour++)
                {
                    var readings = ReadHour(files, hour, series);
                    if (recent.TryGetValue(hour, out var more)) readings.AddRange(more);
                    if (readings.Count == 0) continue;
                    Chunk.SortAndDropRepeats(readings);
                    yield return readings;
                }
            }
            finally
            {
                foreach (var file in files) file.Dispose();
            }
        }
    }

    /// <summary>Windows of minutes or hours that start in [from, to), rising, as if all were filed: hours with readings that are not, and one that the end cuts, are folded anew.</summary>
    public IEnumerable<(Instant Start, Window Window)> Windows(Resolution resolution, int series, Quantity quantity, Instant from, Instant to)
    {
        var (firstHour, endHour) = Hours(from, to);
        var anew = Recent(series, firstHour, endHour).Keys.ToHashSet();
        if (to.UnixMilliseconds % Chunk.HourMilliseconds != 0) anew.Add(endHour - 1);
        var filed = windows.Of(resolution, series, quantity, from, to);
        if (anew.Count == 0) return filed;
        var found = filed.Where(window => !anew.Contains(Chunk.HourOf(window.Start))).ToList();
        foreach (var hour in anew.Order())
        {
            var (begin, end) = (new Instant(hour * Chunk.HourMilliseconds), new Instant((hour + 1) * Chunk.HourMilliseconds));
            var fold = new WindowFold(begin, TimelineSchema.Window(resolution), (start, window) =>
            {
                if (start >= from) found.Add((start, window));
            });
            foreach (var chunk in Chunks(series, quantity, begin, end))
            {
                foreach (var reading in chunk)
                {
                    if (reading.At < to) fold.Add(reading);
                }
            }
            fold.Finish();
        }
        found.Sort((a, b) => a.Start.CompareTo(b.Start));
        return found;
    }

    private static (long First, long End) Hours(Instant from, Instant to) =>
        (Chunk.HourOf(new(Math.Max(0, from.UnixMilliseconds))), Chunk.HourOf(new(Math.Min(to.UnixMilliseconds - 1, Instant.Max.UnixMilliseconds))) + 1);

    private List<PackedReading> ReadHour(List<SqliteSession> files, long hour, int series)
    {
        var readings = new List<PackedReading>();
        foreach (var file in files)
        {
            try
            {
                foreach (var (id, data) in DayFiles.Parts(file, hour, series))
                {
                    if (!SeriesBlock.TryRead(data, readings)) damage.Found("day", $"block {id} of day {DayFiles.DayOf(hour):yyyy-MM-dd}");
                }
            }
            catch (SqliteException error)
            {
                damage.Found("day", $"hour {hour % 24} of day {DayFiles.DayOf(hour):yyyy-MM-dd} ({SqliteFault.Name(error)})");
            }
        }
        return readings;
    }

    /// <summary>What is in the log or in runs, by hour, as it comes.</summary>
    private Dictionary<long, List<PackedReading>> Recent(int series, long firstHour, long endHour)
    {
        var byHour = new Dictionary<long, List<PackedReading>>();
        var ofLog = log.Snapshot();
        var broken = true;
        try
        {
            using var ofRuns = runs.Readers.Rent();
            ofRuns.Broken = true;
            ofRuns.Session.Execute("BEGIN");
            var through = RunFile.Through(ofRuns.Session);
            foreach (var hour in RunFile.Hours(ofRuns.Session, firstHour, endHour)) FromRuns(ofRuns.Session, hour, series, byHour);
            ofRuns.Session.Execute("COMMIT");
            ofRuns.Broken = false;
            FromLog(ofLog.Session, through, series, firstHour, endHour, byHour);
            broken = false;
        }
        finally
        {
            AppendLog.Release(ofLog, broken);
        }
        return byHour;
    }

    private void FromRuns(SqliteSession session, long hour, int series, Dictionary<long, List<PackedReading>> byHour)
    {
        var bundle = series / RunFile.BundleSeries;
        foreach (var run in RunFile.Runs(session, hour))
        {
            foreach (var data in RunFile.Bundles(session, hour, run, bundle, bundle + 1))
            {
                if (!TakeFrom(data, series, hour, hour + 1, byHour)) damage.Found("run", $"a bundle of run {run}, hour {hour}");
            }
        }
    }

    private void FromLog(SqliteSession session, long through, int series, long firstHour, long endHour, Dictionary<long, List<PackedReading>> byHour)
    {
        foreach (var (number, _, data) in AppendLog.Blocks(session, through))
        {
            if (!TakeFrom(data, series, firstHour, endHour, byHour)) damage.Found("log", $"block {number} of the append log");
        }
    }

    private static bool TakeFrom(byte[] data, int series, long firstHour, long endHour, Dictionary<long, List<PackedReading>> byHour)
    {
        if (!AppendBlockReader.TryOpen(data, out var reader)) return false;
        for (var row = 0; row < reader.Rows; row++)
        {
            if (!reader.NextRow(out var found, out var reading)) return false;
            if (found != series || !Chunk.IsFiled(reading.At)) continue;
            var hour = Chunk.HourOf(reading.At);
            if (hour >= firstHour && hour < endHour) Of(byHour, hour).Add(reading);
        }
        return true;
    }

    private static List<PackedReading> Of(Dictionary<long, List<PackedReading>> byHour, long hour)
    {
        if (!byHour.TryGetValue(hour, out var readings)) byHour.Add(hour, readings = []);
        return readings;
    }
}
