using System.Globalization;
using CityHub.Silo.Sqlite;
using SmartCity.Telemetry;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>One file a day, by the readings' stamps: old readings expire by deleting a file, late ones land where they belong.</summary>
internal sealed class DayFiles
{
    private const int SmallPages = 1024; // a block of an hour is a few KiB: larger pages would leave more of their last one empty
    private readonly string _folder;
    private readonly VarintWriter _block = new();

    public DayFiles(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    public string PathOf(long day) => Path.Combine(_folder, Name(day) + ".db");

    public static string Name(long day) => DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(day)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Days in [from, to) that have a file, rising.</summary>
    public List<long> Days(long from, long to)
    {
        var days = new List<long>();
        foreach (var path in Directory.EnumerateFiles(_folder, "*.db"))
        {
            if (!DateOnly.TryParseExact(Path.GetFileNameWithoutExtension(path), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) continue;
            var day = date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
            if (day >= from && day < to) days.Add(day);
        }
        days.Sort();
        return days;
    }

    public SqliteSession OpenWriter(long day)
    {
        var session = new SqliteSession(PathOf(day), readOnly: false, SmallPages);
        try
        {
            SqliteMigrations.Apply(session, "CityHub.Silo.Timeline.Migrations.Day");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public SqliteSession OpenReader(long day) => new(PathOf(day), readOnly: true);

    /// <summary>Parts of one series and hour, rising.</summary>
    public static List<(long Id, byte[] Data)> Parts(SqliteSession session, long hour, int series)
    {
        var first = Id(hour, series);
        return session.List("select id, data from block where id >= $1 and id < $2 order by id", r => (r.GetInt64(0), r.GetFieldValue<byte[]>(1)), first, first + 0x1_0000);
    }

    /// <summary>Puts readings in the place of the parts of one series and hour. Damaged parts stay where they are.</summary>
    /// <returns>Blocks written.</returns>
    public int Replace(SqliteSession session, long hour, int series, ReadOnlySpan<PackedReading> readings, IReadOnlySet<long> damaged, IReadOnlyList<long> old)
    {
        foreach (var gone in old) session.Execute("delete from block where id = $1", gone);
        var id = Id(hour, series);
        var written = 0;
        for (; !readings.IsEmpty; id++)
        {
            if (damaged.Contains(id)) continue;
            var count = Math.Min(readings.Length, SeriesBlock.MaxReadings);
            SeriesBlock.Write(_block, readings[..count]);
            session.Execute("insert into block (id, data) values ($1, $2)", id, _block.ToArray());
            readings = readings[count..];
            written++;
        }
        return written;
    }

    private static long Id(long hour, int series) => (hour - Chunk.DayOf(hour) * 24) << 47 | (long)series << 16;
}
