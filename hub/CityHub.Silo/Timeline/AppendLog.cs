using System.Security.Cryptography;
using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>The append log: one row per append, in a file of its own. One session writes it, under a lock: appends, and the compactor's deletions.</summary>
internal sealed class AppendLog : IDisposable
{
    private readonly string _path;
    private readonly int _maxPages;
    private readonly SqliteReaders _readers;
    private readonly AppendBlockWriter _writer = new();
    private readonly Lock _gate = new();
    private readonly WalMover _wal;
    private SqliteSession? _session;
    private long _last;

    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public AppendLog(string path, int maxPages)
    {
        (_path, _maxPages) = (path, maxPages);
        _session = new SqliteSession(path, readOnly: false);
        SqliteMigrations.Apply(_session, "CityHub.Silo.Timeline.Migrations.Log");
        Tune(_session);
        Names = TimelineNames.Load(_session);
        Identity = _session.First("select value from meta where key = 'log'", r => r.GetString(0)) ?? NewIdentity(_session);
        _readers = new(path);
        _wal = new(_readers, "timeline-wal");
    }

    public TimelineNames Names { get; }

    /// <summary>Random, made with the file: by it other hubs know whose blocks these are.</summary>
    public string Identity { get; private set; }

    /// <summary>The last number that was given.</summary>
    public long Last
    {
        get
        {
            lock (_gate) return _last;
        }
    }

    /// <summary>Numbers up to this one were given before, even if no row of them is left.</summary>
    public void StartAfter(long block)
    {
        lock (_gate) _last = Math.Max(block, _session!.Number("select max(number) from block") ?? 0);
    }

    /// <summary>Takes another identity.</summary>
    public void Renew()
    {
        lock (_gate) Identity = NewIdentity(_session ??= Reopen());
    }

    /// <summary>One row, synced. After an error the file is opened anew by the next call.</summary>
    /// <exception cref="SqliteException">Nothing was appended, or that is not known: appending again makes repeats, which readers drop.</exception>
    public (long Number, int Bytes) Append(ReadOnlySpan<TimelineRow> rows, ReadOnlySpan<LedgerMark> marks)
    {
        _writer.Clear();
        foreach (ref readonly var row in rows) _writer.Add(row.Series, row.Reading);
        foreach (ref readonly var mark in marks) _writer.Mark(mark.Node, mark.Outbox, mark.Lane, mark.Batch, mark.FirstRow, mark.Rows);
        var data = _writer.Finish().ToArray();
        lock (_gate)
        {
            try
            {
                var session = _session ??= Reopen();
                var names = Names.Count;
                var unsaved = Names.HasUnsaved;
                if (unsaved)
                {
                    session.Execute("BEGIN IMMEDIATE");
                    Names.Write(session, names);
                }
                session.Execute("insert into block (number, rows, data) values ($1, $2, $3)", _last + 1, rows.Length, data);
                if (unsaved)
                {
                    session.Execute("COMMIT");
                    Names.Saved(names);
                }
                _wal.Wrote(data.Length + 4096);
                return (++_last, data.Length);
            }
            catch (SqliteException)
            {
                _session?.Dispose();
                _session = null;
                throw;
            }
        }
    }

    /// <summary>A reader whose snapshot is taken.</summary>
    public SqliteReaders.Lease Snapshot()
    {
        var lease = _readers.Rent();
        try
        {
            lease.Session.Execute("BEGIN");
            lease.Session.Number("select max(number) from block");
            return lease;
        }
        catch (SqliteException)
        {
            lease.Broken = true;
            lease.Dispose();
            throw;
        }
    }

    public static void Release(SqliteReaders.Lease lease, bool broken)
    {
        lease.Broken = broken;
        if (!broken) lease.Session.Execute("COMMIT");
        lease.Dispose();
    }

    /// <summary>Number, rows and bytes of blocks above a number, in order; each is read when it is asked for: those of a hub under load are large.</summary>
    public static IEnumerable<(long Number, long Rows, byte[] Data)> Blocks(SqliteSession session, long after)
    {
        using var reader = session.Query("select number, rows, data from block where number > $1 order by number", after);
        while (reader.Read()) yield return (reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2));
    }

    public long RowsAfter(long block)
    {
        using var lease = _readers.Rent();
        return lease.Session.Number("select sum(rows) from block where number > $1", block) ?? 0;
    }

    /// <summary>Drops blocks through a number, a few at a time so that an append never waits long.</summary>
    public void DropThrough(long block, CancellationToken cancel)
    {
        const int AtOnce = 256;
        while (!cancel.IsCancellationRequested)
        {
            lock (_gate)
            {
                if (_session is null) return;
                if (_session.Execute("delete from block where number in (select number from block where number <= $1 order by number limit $2)", block, AtOnce) < AtOnce) return;
            }
        }
    }

    /// <summary>Puts a damaged block aside, so that it outlives the log.</summary>
    public void SetAside(long block)
    {
        lock (_gate) _session?.Execute("insert or ignore into damaged (number, data) select number, data from block where number = $1 and (select count(*) from damaged) < 1000", block);
    }

    public void Dispose()
    {
        _wal.Dispose();
        _readers.Dispose();
        lock (_gate)
        {
            _session?.Dispose();
            _session = null;
        }
    }

    private static string NewIdentity(SqliteSession session)
    {
        var identity = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        session.Execute("insert or replace into meta (key, value) values ('log', $1)", identity);
        return identity;
    }

    private SqliteSession Reopen()
    {
        var session = new SqliteSession(_path, readOnly: false);
        try
        {
            Tune(session);
            _last = Math.Max(_last, session.Number("select max(number) from block") ?? 0);
            Names.Resync(session);
            return session;
        }
        catch (SqliteException)
        {
            session.Dispose();
            throw;
        }
    }

    private void Tune(SqliteSession session)
    {
        session.Pragma($"PRAGMA max_page_count = {_maxPages}");
        session.Pragma($"PRAGMA wal_autocheckpoint = {WalMover.NetPages}");
    }
}
