using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>
/// Reads one series from wherever its readings are just now. The log's snapshot is taken first, then the runs', then the files of days are opened:
/// readings move in that order, so each is met at least once, and what is met twice is a repeat, which is dropped.
/// </summary>
internal sealed class TimelineReader(AppendLog log, RunFile runs, DayFiles days, DamageLog damage)
{
    /// <summary>Hours from the one of <paramref name="from"/> to the one of <paramref name="to"/>, each sorted, without repeats; not cut at the ends.</summary>
    public IEnumerable<List<PackedReading>> Chunks(int series, Instant from, Instant to)
    {
        if (to <= from) yield break;
        var (firstHour, endHour) = (Chunk.HourOf(new(Math.Max(0, from.UnixMilliseconds))), Chunk.HourOf(new(Math.Min(to.UnixMilliseconds - 1, Instant.Max.UnixMilliseconds))) + 1);
        var recent = Recent(series, firstHour, endHour);
        var filed = days.Days(Chunk.DayOf(firstHour), Chunk.DayOf(endHour - 1) + 1);
        foreach (var day in filed.Union(recent.Keys.Select(Chunk.DayOf)).Order())
        {
            using var file = filed.Contains(day) ? Open(day) : null;
            for (var hour = Math.Max(firstHour, day * 24); hour < Math.Min(endHour, day * 24 + 24); hour++)
            {
                var readings = file is null ? [] : ReadHour(file, hour, series);
                if (recent.TryGetValue(hour, out var more)) readings.AddRange(more);
                if (readings.Count == 0) continue;
                Chunk.SortAndDropRepeats(readings);
                yield return readings;
            }
        }
    }

    private SqliteSession? Open(long day)
    {
        try
        {
            return days.OpenReader(day);
        }
        catch (SqliteException error)
        {
            damage.Found("day", $"the file of day {DayFiles.Name(day)} ({SqliteFault.Name(error)})");
            return null;
        }
    }

    private List<PackedReading> ReadHour(SqliteSession file, long hour, int series)
    {
        var readings = new List<PackedReading>();
        try
        {
            foreach (var (id, data) in DayFiles.Parts(file, hour, series))
            {
                if (!SeriesBlock.TryRead(data, readings)) damage.Found("day", $"block {id} of day {DayFiles.Name(Chunk.DayOf(hour))}");
            }
        }
        catch (SqliteException error)
        {
            damage.Found("day", $"hour {hour % 24} of day {DayFiles.Name(Chunk.DayOf(hour))} ({SqliteFault.Name(error)})");
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
        while (AppendLog.Blocks(session, through, 16) is { Count: > 0 } blocks)
        {
            foreach (var (number, _, data) in blocks)
            {
                through = number;
                if (!TakeFrom(data, series, firstHour, endHour, byHour)) damage.Found("log", $"block {number} of the append log");
            }
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
