using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>
/// Windows of minutes and hours in files of months and years. Written when an hour of readings is filed, and again when late ones are; a block holds the minutes of an hour or
/// the hours of a day, and blocks of one series lie side by side, so that a month is read in one go.
/// </summary>
internal sealed class WindowFiles(string folder, Retention retention, DamageLog damage)
{
    private const int MinutePlaces = 10; // bits: 744 hours of a month
    private const int HourPlaces = 9; // bits: 366 days of a year
    private readonly PeriodFiles _minutes = new(Path.Combine(folder, "minutes"), Resolution.Minute, retention);
    private readonly PeriodFiles _hours = new(Path.Combine(folder, "hours"), Resolution.Hour, retention);

    /// <summary>Writes the windows of one hour of some series. One transaction a file; can be repeated.</summary>
    /// <param name="hour">Hours since 1970.</param>
    /// <param name="all">All readings of each series in that hour, by time.</param>
    public void Write(long hour, IEnumerable<(int Series, Quantity Quantity, List<PackedReading> Readings)> all)
    {
        var start = new Instant(hour * Chunk.HourMilliseconds);
        var at = start.ToDateTimeOffset().UtcDateTime;
        using var minutes = new Writers(_minutes, new(at.Year, at.Month, 1, 0, 0, 0, DateTimeKind.Utc));
        using var hours = new Writers(_hours, new(at.Year, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var block = new VarintWriter();
        var windows = new List<(byte Place, Window Window)>(60);
        var day = new List<(byte Place, Window Window)>(24);
        foreach (var (series, quantity, readings) in all)
        {
            windows.Clear();
            var whole = default(Window);
            var fold = new WindowFold(start, TimeSpan.FromMinutes(1), (minute, window) =>
            {
                windows.Add(((byte)((minute - start).Ticks / TimeSpan.TicksPerMinute), window));
                whole = whole.Count == 0 ? window : whole.And(window);
            });
            foreach (var reading in readings) fold.Add(reading);
            fold.Finish();
            WindowBlock.Write(block, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(windows));
            minutes.Of(quantity).Execute("insert or replace into block (id, data) values ($1, $2)", MinuteId(series, at), block.ToArray());
            var file = hours.Of(quantity);
            day.Clear();
            Read(file, HourId(series, at), HourId(series, at) + 1, (_, data) => Take(data, day));
            day.RemoveAll(window => window.Place == at.Hour);
            day.Add(((byte)at.Hour, whole));
            day.Sort((a, b) => a.Place - b.Place);
            WindowBlock.Write(block, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(day));
            file.Execute("insert or replace into block (id, data) values ($1, $2)", HourId(series, at), block.ToArray());
        }
        minutes.Commit();
        hours.Commit();
    }

    /// <summary>Windows that start in [from, to), rising.</summary>
    public IEnumerable<(Instant Start, Window Window)> Of(Resolution resolution, int series, Quantity quantity, Instant from, Instant to)
    {
        var files = resolution == Resolution.Minute ? _minutes : _hours;
        var (first, last) = (from.ToDateTimeOffset().UtcDateTime, (to - TimeSpan.FromMilliseconds(1)).ToDateTimeOffset().UtcDateTime);
        foreach (var period in files.Periods(resolution == Resolution.Minute ? new(first.Year, first.Month, 1) : new(first.Year, 1, 1), last))
        {
            foreach (var (start, window) in OfPeriod(files, resolution, period, series, quantity, from, to)) yield return (start, window);
        }
    }

    public int Expire(Instant now) => _minutes.Expire(now) + _hours.Expire(now);

    private List<(Instant Start, Window Window)> OfPeriod(PeriodFiles files, Resolution resolution, DateTime period, int series, Quantity quantity, Instant from, Instant to)
    {
        var found = new List<(Instant Start, Window Window)>();
        var windows = new List<(byte Place, Window Window)>(WindowBlock.MaxWindows);
        var bits = resolution == Resolution.Minute ? MinutePlaces : HourPlaces;
        var (places, part) = resolution == Resolution.Minute ? (TimeSpan.FromHours(1), TimeSpan.FromMinutes(1)) : (TimeSpan.FromDays(1), TimeSpan.FromHours(1));
        var start = Instant.From(new DateTimeOffset(period, TimeSpan.Zero));
        var firstPlace = Math.Max(0, (from - start).Ticks / places.Ticks);
        var lastPlace = Math.Min((1L << bits) - 1, (to - start).Ticks / places.Ticks);
        var open = files.OpenReaders(period, quantity, damage);
        foreach (var file in open)
        {
            using (file)
            {
                Read(file, (long)series << bits | firstPlace, ((long)series << bits | lastPlace) + 1, (id, data) =>
                {
                    windows.Clear();
                    if (!Take(data, windows)) return;
                    var begin = start + (id & ((1L << bits) - 1)) * places;
                    foreach (var (place, window) in windows)
                    {
                        var at = begin + place * part;
                        if (at >= from && at < to) found.Add((at, window));
                    }
                });
            }
        }
        // The first kind is the one that is written to now: what is in both is better there, and a stable order leaves it first.
        return open.Count < 2 ? found : [.. found.DistinctBy(window => window.Start).OrderBy(window => window.Start)];
    }

    private bool Take(byte[] data, List<(byte, Window)> windows)
    {
        if (WindowBlock.TryRead(data, windows)) return true;
        damage.Found("windows", "a block of windows");
        return false;
    }

    private void Read(SqliteSession session, long from, long to, Action<long, byte[]> take)
    {
        try
        {
            using var reader = session.Query("select id, data from block where id >= $1 and id < $2 order by id", from, to);
            while (reader.Read()) take(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
        }
        catch (SqliteException error)
        {
            damage.Found("windows", $"a file of windows ({SqliteFault.Name(error)})");
        }
    }

    private static long MinuteId(int series, DateTime at) => (long)series << MinutePlaces | (long)((at.Day - 1) * 24 + at.Hour);

    private static long HourId(int series, DateTime at) => (long)series << HourPlaces | (long)(at.DayOfYear - 1);

    /// <summary>The files of one period that are written to, each in a transaction.</summary>
    private sealed class Writers(PeriodFiles files, DateTime period) : IDisposable
    {
        private readonly Dictionary<string, SqliteSession> _open = new(StringComparer.Ordinal);

        public SqliteSession Of(Quantity quantity)
        {
            var kind = files.KindOf(quantity);
            if (_open.TryGetValue(kind, out var session)) return session;
            _open.Add(kind, session = files.OpenWriter(period, kind));
            session.Execute("BEGIN IMMEDIATE");
            return session;
        }

        public void Commit()
        {
            foreach (var session in _open.Values) session.Execute("COMMIT");
        }

        public void Dispose()
        {
            foreach (var session in _open.Values) session.Dispose(); // what was not committed is rolled back
        }
    }
}
