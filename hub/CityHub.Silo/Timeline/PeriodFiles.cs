using System.Globalization;
using CityHub.Silo.Sqlite;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>
/// Files cut by time, named by the period they hold: <c>2026-11-23.db</c> a day of readings, <c>2026-11.db</c> a month of minutes, <c>2026.db</c> a year of hours. So what has had its time
/// expires by deleting a file. A quantity that is kept for another time than the rest has files of its own beside them: <c>2026-11-23.pm10.db</c>.
/// </summary>
internal sealed class PeriodFiles
{
    private const int SmallPages = 1024; // a block is a few KiB: larger pages would leave more of their last one empty
    private readonly string _folder, _format, _migrations;
    private readonly Resolution _resolution;
    private readonly Retention _retention;

    public PeriodFiles(string folder, Resolution resolution, Retention retention)
    {
        (_folder, _resolution, _retention) = (folder, resolution, retention);
        (_format, _migrations) = resolution switch
        {
            Resolution.Raw => ("yyyy-MM-dd", "Day"),
            Resolution.Minute => ("yyyy-MM", "Windows"),
            Resolution.Hour => ("yyyy", "Windows"),
        };
        Directory.CreateDirectory(folder);
    }

    /// <summary>The kinds of files that a quantity may be in, the one that it is written to first.</summary>
    private string[] Kinds(Quantity quantity)
    {
        var own = "." + QuantityCatalogue.Of(quantity).Name;
        return _retention.Different(_resolution).Contains(quantity) ? [own, ""] : ["", own];
    }

    /// <summary>Whether a quantity has files of its own.</summary>
    public string KindOf(Quantity quantity) => Kinds(quantity)[0];

    public string PathOf(DateTime period, string kind = "") => Path.Combine(_folder, period.ToString(_format, CultureInfo.InvariantCulture) + kind + ".db");

    /// <summary>Starts of the periods that have a file, from one to another, both included, rising.</summary>
    public List<DateTime> Periods(DateTime first, DateTime last) => [.. Files().Select(file => file.Period).Where(period => period >= first && period <= last).Distinct().Order()];

    /// <summary>Opens files of a period that a quantity was written to when it was kept for another time, if there are any.</summary>
    public List<SqliteSession> OpenFormer(DateTime period, Quantity quantity) =>
        [.. Kinds(quantity).Skip(1).Select(kind => PathOf(period, kind)).Where(File.Exists).Select(path => new SqliteSession(path, readOnly: true))];

    /// <summary>Opens or makes the file of a period.</summary>
    public SqliteSession OpenWriter(DateTime period, string kind)
    {
        var session = new SqliteSession(PathOf(period, kind), readOnly: false, SmallPages);
        try
        {
            SqliteMigrations.Apply(session, "CityHub.Silo.Timeline.Migrations." + _migrations);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Opens the files of a period that may hold a quantity and are there.</summary>
    public List<SqliteSession> OpenReaders(DateTime period, Quantity quantity, DamageLog damage)
    {
        var open = new List<SqliteSession>();
        foreach (var kind in Kinds(quantity))
        {
            var path = PathOf(period, kind);
            if (!File.Exists(path)) continue;
            try
            {
                open.Add(new(path, readOnly: true));
            }
            catch (Microsoft.Data.Sqlite.SqliteException error)
            {
                if (File.Exists(path)) damage.Found("file", $"{Path.GetFileName(path)} ({SqliteFault.Name(error)})"); // else it has just expired
            }
        }
        return open;
    }

    /// <summary>Deletes what has had its time. Returns how many files that were.</summary>
    public int Expire(Instant now)
    {
        var gone = 0;
        foreach (var (path, period, kind) in Files())
        {
            var keep = kind.Length == 0 ? _retention.Default(_resolution)
                : QuantityCatalogue.Find(kind[1..]) is { } row ? _retention.Keep(_resolution, row.Quantity) : _retention.Default(_resolution);
            if (keep is null || Instant.From(End(period)) > now - keep.Value) continue;
            foreach (var file in (string[])[path, path + "-wal", path + "-shm"]) File.Delete(file);
            gone++;
        }
        return gone;
    }

    private DateTime End(DateTime period) => _resolution switch
    {
        Resolution.Raw => period.AddDays(1),
        Resolution.Minute => period.AddMonths(1),
        Resolution.Hour => period.AddYears(1),
    };

    private List<(string Path, DateTime Period, string Kind)> Files()
    {
        var files = new List<(string, DateTime, string)>();
        foreach (var path in Directory.EnumerateFiles(_folder, "*.db"))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            var dot = name.IndexOf('.', StringComparison.Ordinal);
            var period = dot < 0 ? name : name[..dot];
            if (DateTime.TryParseExact(period, _format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var start)) files.Add((path, start, dot < 0 ? "" : name[dot..]));
        }
        return files;
    }
}
