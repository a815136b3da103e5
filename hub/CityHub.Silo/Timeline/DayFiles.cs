using CityHub.Silo.Sqlite;
using SmartCity.Telemetry;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>Blocks in the files of days, by the readings' stamps: late ones land where they belong.</summary>
internal static class DayFiles
{
    public static DateTime DayOf(long hour) => DateTime.UnixEpoch.AddDays(Chunk.DayOf(hour));

    /// <summary>Parts of one series and hour, rising.</summary>
    public static List<(long Id, byte[] Data)> Parts(SqliteSession session, long hour, int series)
    {
        var first = Id(hour, series);
        return session.List("select id, data from block where id >= $1 and id < $2 order by id", r => (r.GetInt64(0), r.GetFieldValue<byte[]>(1)), first, first + 0x1_0000);
    }

    /// <summary>Puts readings in the place of the parts of one series and hour. Damaged parts stay where they are.</summary>
    /// <returns>Blocks written.</returns>
    public static int Replace(SqliteSession session, long hour, int series, ReadOnlySpan<PackedReading> readings, IReadOnlySet<long> damaged, IReadOnlyList<long> old)
    {
        foreach (var gone in old) session.Execute("delete from block where id = $1", gone);
        var id = Id(hour, series);
        var written = 0;
        var block = new VarintWriter();
        for (; !readings.IsEmpty; id++)
        {
            if (damaged.Contains(id)) continue;
            var count = Math.Min(readings.Length, SeriesBlock.MaxReadings);
            SeriesBlock.Write(block, readings[..count]);
            session.Execute("insert into block (id, data) values ($1, $2)", id, block.ToArray());
            readings = readings[count..];
            written++;
        }
        return written;
    }

    private static long Id(long hour, int series) => (hour - Chunk.DayOf(hour) * 24) << 47 | (long)series << 16;
}
