using System.Runtime.InteropServices;
using CityHub.Silo.Sqlite;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>
/// Runs: what one flush took from the append log, sorted by hour and series. Written in rising (hour, run, bundle), so a flush costs
/// what it writes and no more, however many series there are. A row is packed like a block of the append log. The compactor writes; readers read beside it.
/// </summary>
internal sealed class RunFile : IDisposable
{
    /// <summary>Series in one row.</summary>
    public const int BundleSeries = 64;

    private readonly SqliteSession _session;
    private readonly AppendBlockWriter _bundle = new();

    public RunFile(string path)
    {
        _session = new SqliteSession(path, readOnly: false, pageSize: 16384);
        SqliteMigrations.Apply(_session, "CityHub.Silo.Timeline.Migrations.Runs");
        Readers = new(path);
    }

    public SqliteReaders Readers { get; }

    /// <summary>The session of the compactor.</summary>
    public SqliteSession Session => _session;

    /// <summary>The last append block that a flush took.</summary>
    public static long Through(SqliteSession session) => session.Number("select value from meta where key = 'through'") ?? 0;

    /// <summary>Hours that have runs, rising, from one on.</summary>
    public static List<long> Hours(SqliteSession session, long from, long to)
    {
        var hours = new List<long>();
        while (session.Number("select min(hour) from run where hour >= $1", from) is { } hour && hour < to)
        {
            hours.Add(hour);
            from = hour + 1;
        }
        return hours;
    }

    /// <summary>Runs of an hour, rising.</summary>
    public static List<long> Runs(SqliteSession session, long hour)
    {
        var runs = new List<long>();
        long last = 0;
        while (session.Number("select min(run) from run where hour = $1 and run > $2", hour, last) is { } run)
        {
            runs.Add(run);
            last = run;
        }
        return runs;
    }

    /// <summary>Bundles of one run of an hour, from one up to but not including another.</summary>
    public static List<byte[]> Bundles(SqliteSession session, long hour, long run, long from, long to) =>
        session.List("select data from run where hour = $1 and run = $2 and bundle >= $3 and bundle < $4 order by bundle", r => r.GetFieldValue<byte[]>(0), hour, run, from, to);

    /// <summary>Writes a flush: one transaction that also says how far the log is in here.</summary>
    /// <param name="groups">By hour, then series, rising.</param>
    public void Write(IEnumerable<(long Hour, int Series, List<PackedReading> Readings)> groups, long through)
    {
        _session.Execute("BEGIN IMMEDIATE");
        try
        {
            var run = _session.Number("select value from meta where key = 'next'")!.Value;
            (long Hour, long Bundle)? open = null;
            _bundle.Clear();
            foreach (var (hour, series, readings) in groups)
            {
                if (open is { } last && last != (hour, series / BundleSeries)) Close(run, last);
                open = (hour, series / BundleSeries);
                foreach (ref readonly var reading in CollectionsMarshal.AsSpan(readings)) _bundle.Add(series, reading, (byte)(series & 0xFF));
            }
            if (open is { } end) Close(run, end);
            _session.Execute("update meta set value = $1 where key = 'next'", run + 1);
            _session.Execute("update meta set value = $1 where key = 'through'", through);
            _session.Execute("COMMIT");
        }
        catch
        {
            TryRollback();
            throw;
        }
    }

    /// <summary>Drops the runs of an hour up to one, after their merge.</summary>
    public void Drop(long hour, long throughRun) => _session.Execute("delete from run where hour = $1 and run <= $2", hour, throughRun);

    public void Dispose()
    {
        Readers.Dispose();
        _session.Dispose();
    }

    private void Close(long run, (long Hour, long Bundle) key)
    {
        _session.Execute("insert into run (hour, run, bundle, data) values ($1, $2, $3, $4)", key.Hour, run, key.Bundle, _bundle.Finish().ToArray());
        _bundle.Clear();
    }

    private void TryRollback()
    {
        try
        {
            _session.Execute("ROLLBACK");
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // rolled back already by the fault itself
        }
    }
}
