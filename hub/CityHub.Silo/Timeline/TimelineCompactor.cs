using System.Runtime.InteropServices;
using CityHub.Silo.Sqlite;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>
/// Moves readings on: from the append log into runs (flush), from runs into the files of their days (merge). Every reading is written three times
/// in all, however much there is. Each step is made of transactions that can be repeated: a crash between two leaves repeats, which readers drop, never holes.
/// Single-threaded.
/// </summary>
internal sealed class TimelineCompactor(AppendLog log, RunFile runs, PeriodFiles days, WindowFiles windows, Retention retention, Func<Instant> city, int flushRows, TimelineMetrics metrics, DamageLog damage)
{
    /// <summary>Rows of runs that a merge reads at once at most, unless one bundle alone has more runs: what bounds its memory.</summary>
    private const int BundlesAtOnce = 2048;

    private readonly List<PackedReading> _rows = [];
    private readonly List<ulong> _found = []; // of each row the rank of its hour and its series
    private ulong[] _keys = [];
    private int[] _places = [];

    /// <summary>Sorts the oldest part of the log into a run. Returns how many rows of the log that was; null when the log has nothing more.</summary>
    public long? Flush(CancellationToken cancel)
    {
        _rows.Clear();
        _found.Clear();
        long taken = 0;
        var hours = new Dictionary<long, int>();
        var through = RunFile.Through(runs.Session);
        var before = through;
        var lease = log.Snapshot();
        var broken = true;
        try
        {
            foreach (var (number, rows, data) in AppendLog.Blocks(lease.Session, through))
            {
                if (_rows.Count >= flushRows || cancel.IsCancellationRequested) break;
                taken += rows;
                MakeRoom(rows);
                if (!Take(data, hours))
                {
                    damage.Found("log", $"block {number} of the append log");
                    log.SetAside(number);
                }
                through = number;
            }
            broken = false;
        }
        finally
        {
            AppendLog.Release(lease, broken);
        }
        if (through == before) return null;
        runs.Write(Groups(hours), through);
        return taken;
    }

    /// <summary>Merges the runs of hours that end by an instant into the files of their days. Returns hours merged.</summary>
    public int Merge(Instant endedBy, CancellationToken cancel)
    {
        var merged = 0;
        foreach (var hour in RunFile.Hours(runs.Session, 0, Chunk.HourOf(endedBy)))
        {
            if (cancel.IsCancellationRequested) break;
            if (MergeHour(hour, cancel)) merged++;
        }
        return merged;
    }

    /// <summary>Room for what one flush takes and no more: to double once again what is large already leaves as much behind as it takes.</summary>
    private void MakeRoom(long rows)
    {
        var needed = (int)Math.Min(_rows.Count + rows, Array.MaxLength);
        if (needed <= _rows.Capacity) return;
        _found.Capacity = _rows.Capacity = needed > flushRows / 2 ? Math.Max(needed, flushRows + flushRows / 4) : Math.Max(needed, 2 * _rows.Capacity);
    }

    private bool Take(byte[] data, Dictionary<long, int> hours)
    {
        if (!AppendBlockReader.TryOpen(data, out var reader)) return false;
        var now = city();
        for (var row = 0; row < reader.Rows; row++)
        {
            if (!reader.NextRow(out var series, out var reading)) return false;
            if (!Chunk.IsFiled(reading.At))
            {
                damage.Found("stamp", $"a reading of series {series} stamped {reading.At.UnixMilliseconds} ms");
                continue;
            }
            if (log.Names.SeriesName(series) is not { } name || retention.IsOver(Resolution.Raw, name.Quantity, reading.At, now))
            {
                metrics.SetAside("older-than-retention");
                continue;
            }
            var hour = Chunk.HourOf(reading.At);
            ref var rank = ref CollectionsMarshal.GetValueRefOrAddDefault(hours, hour, out var known);
            if (!known) rank = hours.Count - 1;
            _found.Add((ulong)rank << 32 | (uint)series);
            _rows.Add(reading);
        }
        return true;
    }

    private IEnumerable<(long Hour, int Series, List<PackedReading> Readings)> Groups(Dictionary<long, int> hours)
    {
        // Ranks were given as hours came; the keys sort by hour once they are in order.
        var byRank = hours.OrderBy(entry => entry.Key).ToArray();
        var place = new int[byRank.Length];
        for (var i = 0; i < byRank.Length; i++) place[byRank[i].Value] = i;
        var count = _found.Count;
        if (_keys.Length < count) (_keys, _places) = (new ulong[_found.Capacity], new int[_found.Capacity]);
        for (var i = 0; i < count; i++)
        {
            _keys[i] = (ulong)place[(int)(_found[i] >> 32)] << 32 | _found[i] & uint.MaxValue;
            _places[i] = i;
        }
        Array.Sort(_keys, _places, 0, count);
        var group = new List<PackedReading>();
        for (var start = 0; start < count;)
        {
            var end = start;
            group.Clear();
            while (end < count && _keys[end] == _keys[start]) group.Add(_rows[_places[end++]]);
            Chunk.SortAndDropRepeats(group);
            yield return (byRank[(int)(_keys[start] >> 32)].Key, (int)(_keys[start] & uint.MaxValue), group);
            start = end;
        }
    }

    private bool MergeHour(long hour, CancellationToken cancel)
    {
        var ofHour = RunFile.Runs(runs.Session, hour);
        if (ofHour.Count == 0) return false;
        var bundles = runs.Session.Number("select max(bundle) from run where hour = $1", hour)!.Value + 1;
        var width = Math.Max(1, BundlesAtOnce / ofHour.Count);
        for (long from = 0; from < bundles; from += width)
        {
            if (cancel.IsCancellationRequested) return false;
            MergeRange(hour, ofHour, from, from + width);
        }
        runs.Drop(hour, ofHour[^1]);
        return true;
    }

    private void MergeRange(long hour, List<long> ofHour, long from, long to)
    {
        var found = new SortedDictionary<int, List<PackedReading>>();
        foreach (var run in ofHour)
        {
            foreach (var bundle in RunFile.Bundles(runs.Session, hour, run, from, to))
            {
                if (!TakeRows(bundle, found)) damage.Found("run", $"a bundle of run {run}, hour {hour}");
            }
        }
        if (found.Count == 0) return;
        var files = new Dictionary<string, SqliteSession>(StringComparer.Ordinal);
        var former = new Dictionary<Quantity, List<SqliteSession>>();
        var all = new List<(int Series, Quantity Quantity, List<PackedReading> Readings)>(found.Count);
        try
        {
            foreach (var (series, readings) in found)
            {
                var (sensor, quantity) = log.Names.SeriesName(series)!.Value;
                var kind = days.KindOf(quantity);
                if (!files.TryGetValue(kind, out var day))
                {
                    files.Add(kind, day = days.OpenWriter(DayFiles.DayOf(hour), kind));
                    day.Execute("BEGIN IMMEDIATE");
                }
                TakeFormer(hour, series, quantity, readings, former);
                MergeSeries(day, hour, series, readings);
                if (sensor.Repaired is null) all.Add((series, quantity, readings)); // windows are of what was measured
            }
            // Windows first: should we end here, the runs are still there and all of it is done again.
            windows.Write(hour, all);
            foreach (var day in files.Values) day.Execute("COMMIT");
        }
        finally
        {
            foreach (var file in files.Values.Concat(former.Values.SelectMany(of => of))) file.Dispose();
        }
    }

    /// <summary>Adds what an hour has in the file of before, when its quantity is kept for another time now: windows are of all its readings, wherever they are.</summary>
    private void TakeFormer(long hour, int series, Quantity quantity, List<PackedReading> readings, Dictionary<Quantity, List<SqliteSession>> former)
    {
        if (!former.TryGetValue(quantity, out var files)) former.Add(quantity, files = days.OpenFormer(DayFiles.DayOf(hour), quantity));
        foreach (var file in files)
        {
            foreach (var (id, data) in DayFiles.Parts(file, hour, series))
            {
                if (!SeriesBlock.TryRead(data, readings)) damage.Found("day", $"block {id} of day {DayFiles.DayOf(hour):yyyy-MM-dd}");
            }
        }
    }

    private static bool TakeRows(byte[] bundle, SortedDictionary<int, List<PackedReading>> found)
    {
        if (!AppendBlockReader.TryOpen(bundle, out var reader)) return false;
        List<PackedReading>? readings = null;
        var last = -1;
        for (var row = 0; row < reader.Rows; row++)
        {
            if (!reader.NextRow(out var series, out var reading)) return false;
            if (series != last && !found.TryGetValue(series, out readings)) found.Add(series, readings = []);
            last = series;
            readings!.Add(reading);
        }
        return true;
    }

    private void MergeSeries(SqliteSession day, long hour, int series, List<PackedReading> readings)
    {
        var damaged = new HashSet<long>();
        var old = new List<long>();
        foreach (var (id, data) in DayFiles.Parts(day, hour, series))
        {
            if (SeriesBlock.TryRead(data, readings)) old.Add(id);
            else
            {
                damaged.Add(id);
                damage.Found("day", $"block {id} of day {DayFiles.DayOf(hour):yyyy-MM-dd}");
            }
        }
        Chunk.SortAndDropRepeats(readings);
        metrics.Merge(DayFiles.Replace(day, hour, series, CollectionsMarshal.AsSpan(readings), damaged, old));
    }
}
