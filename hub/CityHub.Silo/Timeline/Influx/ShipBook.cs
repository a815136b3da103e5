using CityHub.Contracts;
using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline.Influx;

/// <summary>
/// What stands beside an append log whose blocks go to a store elsewhere (<c>ship.db</c>): how far they are, which tags a sensor had from which block on, which windows
/// are to be computed, and what the store refused. Kept in memory, saved now and then in one transaction; after a crash the blocks since are sent again, onto themselves. Thread-safe.
/// </summary>
internal sealed class ShipBook : IDisposable
{
    private const int MostRefused = 10_000;
    private readonly Lock _gate = new();
    private readonly SqliteSession _session;
    private readonly Dictionary<string, List<(long Block, SeriesTags Tags)>> _tags = new(StringComparer.Ordinal);
    private readonly Dictionary<DueKey, DueMinutes> _due = [];
    private readonly HashSet<DueKey> _changed = [];
    private long _stored, _saved;

    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    /// <exception cref="InvalidDataException">It was made by a newer release.</exception>
    public ShipBook(string path)
    {
        _session = new(path, readOnly: false);
        SqliteMigrations.Apply(_session, "CityHub.Silo.Timeline.Migrations.Ship");
        _stored = _saved = _session.Number("select value from meta where key = 'stored'") ?? 0;
        foreach (var (sensor, block, tags) in _session.List("select sensor, block, district, node, site from tags order by block",
            r => (r.GetString(0), r.GetInt64(1), new SeriesTags(r.GetString(2), r.GetString(3), r.GetString(0), r.GetString(4)))))
        {
            History(sensor).Add((block, tags));
        }
        foreach (var (key, minutes) in _session.List("select resolution, quantity, hour, minutes from due",
            r => (new DueKey((Resolution)r.GetByte(0), (Quantity)r.GetByte(1), r.GetInt64(2)), r.GetInt64(3))))
        {
            _due[key] = new() { Waiting = (ulong)minutes, Sensors = null };
        }
    }

    /// <summary>The last block that the store holds, with all before it.</summary>
    public long Stored
    {
        get
        {
            lock (_gate) return _stored;
        }
    }

    /// <summary>The last block that may be dropped: it is in the store, and the windows that it touched are written down.</summary>
    public long Saved
    {
        get
        {
            lock (_gate) return _saved;
        }
    }

    public void StoredThrough(long block)
    {
        lock (_gate) _stored = block;
    }

    /// <summary>The tags that a sensor's readings of a block carry. A new place counts from the next block on that is appended, so that a block is always sent with the same tags.</summary>
    /// <param name="now">Where it stands now.</param>
    /// <param name="nextBlock">The number that no block has yet.</param>
    /// <exception cref="SqliteException">A new place cannot be written down.</exception>
    public (SeriesTags Tags, long UntilBlock) Tags(SeriesTags now, long block, long nextBlock)
    {
        lock (_gate)
        {
            var history = History(now.Sensor);
            if (history.Count == 0 || history[^1].Tags != now)
            {
                var from = history.Count == 0 ? 0 : nextBlock;
                _session.Execute("insert or replace into tags (sensor, block, district, node, site) values ($1, $2, $3, $4, $5)", now.Sensor, from, now.District, now.Node, now.Site);
                if (history.Count > 0 && history[^1].Block == from) history.RemoveAt(history.Count - 1);
                history.Add((from, now));
            }
            for (var i = history.Count - 1; ; i--)
            {
                if (history[i].Block <= block || i == 0) return (history[i].Tags, i + 1 < history.Count ? history[i + 1].Block : long.MaxValue);
            }
        }
    }

    /// <summary>Readings of a quantity were stored in some minutes of an hour: their windows are to be computed, for that sensor at least.</summary>
    /// <param name="minutes">A bit for each; of <see cref="Resolution.Hour"/> all are one.</param>
    public void Touch(Resolution resolution, Quantity quantity, long hour, ulong minutes, string? sensor)
    {
        lock (_gate)
        {
            var key = new DueKey(resolution, quantity, hour);
            if (!_due.TryGetValue(key, out var due)) _due.Add(key, due = new() { Sensors = [] });
            due.Waiting |= minutes;
            if (sensor is null || due.Sensors?.Count >= DueMinutes.MostSensors) due.Sensors = null;
            else due.Sensors?.Add(sensor);
            _changed.Add(key);
        }
    }

    /// <summary>Takes the minutes that ended by an instant, of every hour that has some; what is taken counts as due until <see cref="Done"/>.</summary>
    public List<(DueKey Key, ulong Minutes, IReadOnlyCollection<string>? Sensors)> TakeDue(Resolution resolution, Instant endedBy)
    {
        var taken = new List<(DueKey, ulong, IReadOnlyCollection<string>?)>();
        lock (_gate)
        {
            foreach (var (key, due) in _due)
            {
                if (key.Resolution != resolution) continue;
                var ended = (endedBy.UnixMilliseconds - key.Hour * Chunk.HourMilliseconds) / 60_000;
                var over = resolution == Resolution.Hour ? ended >= 60 ? ulong.MaxValue : 0 : ended >= 60 ? ulong.MaxValue : ended <= 0 ? 0 : (1ul << (int)ended) - 1;
                var minutes = due.Waiting & over;
                if (minutes == 0) continue;
                due.Waiting &= ~minutes;
                due.Taken |= minutes;
                taken.Add((key, minutes, due.Sensors?.ToArray())); // of its own: others are added while these are computed
                if (due.Waiting == 0) due.Sensors = []; // those that come from now on
            }
        }
        return taken;
    }

    public void Done(DueKey key, ulong minutes)
    {
        lock (_gate)
        {
            if (!_due.TryGetValue(key, out var due)) return;
            due.Taken &= ~minutes;
            if (due.Waiting == 0 && due.Taken == 0) _due.Remove(key);
            _changed.Add(key);
        }
    }

    /// <summary>They could not be computed: all of it again, for all sensors.</summary>
    public void NotDone(DueKey key, ulong minutes)
    {
        lock (_gate)
        {
            if (!_due.TryGetValue(key, out var due)) return;
            due.Taken &= ~minutes;
            due.Waiting |= minutes;
            due.Sensors = null;
        }
    }

    /// <summary>Hours in [first, end) in which a window of a quantity is not up to date.</summary>
    public HashSet<long> DueHours(Quantity quantity, long first, long end)
    {
        lock (_gate) return [.. _due.Keys.Where(key => key.Quantity == quantity && key.Hour >= first && key.Hour < end).Select(key => key.Hour)];
    }

    public int DueCount
    {
        get
        {
            lock (_gate) return _due.Count;
        }
    }

    /// <summary>Writes down how far the blocks are, and what is due because of them.</summary>
    /// <exception cref="SqliteException">It is tried again; nothing is lost meanwhile.</exception>
    public void Save()
    {
        lock (_gate)
        {
            if (_saved == _stored && _changed.Count == 0) return;
            _session.Execute("BEGIN IMMEDIATE");
            try
            {
                foreach (var key in _changed)
                {
                    var minutes = _due.TryGetValue(key, out var due) ? due.Waiting | due.Taken : 0;
                    if (minutes == 0) _session.Execute("delete from due where resolution = $1 and quantity = $2 and hour = $3", (int)key.Resolution, (int)key.Quantity, key.Hour);
                    else _session.Execute("insert or replace into due (resolution, quantity, hour, minutes) values ($1, $2, $3, $4)", (int)key.Resolution, (int)key.Quantity, key.Hour, unchecked((long)minutes));
                }
                _session.Execute("insert or replace into meta (key, value) values ('stored', $1)", _stored);
                _session.Execute("COMMIT");
            }
            catch
            {
                Rollback();
                throw;
            }
            _changed.Clear();
            _saved = _stored;
        }
    }

    /// <summary>Keeps lines that the store refused, with its reason.</summary>
    public void SetAside(Instant at, string reason, IReadOnlyList<string> lines)
    {
        lock (_gate)
        {
            foreach (var line in lines) _session.Execute("insert into refused (at, reason, line) values ($1, $2, $3)", at.UnixMilliseconds, reason, line);
            _session.Execute("delete from refused where id <= (select max(id) from refused) - $1", MostRefused);
        }
    }

    /// <summary>Lines that were refused, the newest first.</summary>
    public RefusedLines Refused(long? before, int limit)
    {
        lock (_gate)
        {
            return new((int)(_session.Number("select count(*) from refused") ?? 0), _session.List("select id, at, reason, line from refused where id < $1 order by id desc limit $2",
                r => new RefusedLine(r.GetInt64(0), new(r.GetInt64(1)), r.GetString(2), r.GetString(3)), before ?? long.MaxValue, limit));
        }
    }

    public void Dispose()
    {
        lock (_gate) _session.Dispose();
    }

    private List<(long Block, SeriesTags Tags)> History(string sensor)
    {
        if (!_tags.TryGetValue(sensor, out var history)) _tags.Add(sensor, history = []);
        return history;
    }

    private void Rollback()
    {
        try
        {
            _session.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // rolled back already by the fault itself
        }
    }

    private sealed class DueMinutes
    {
        public const int MostSensors = 16;

        public ulong Waiting, Taken;

        /// <summary>Null: all.</summary>
        public HashSet<string>? Sensors;
    }
}

/// <summary>An hour of one quantity whose windows are due.</summary>
internal readonly record struct DueKey(Resolution Resolution, Quantity Quantity, long Hour);
