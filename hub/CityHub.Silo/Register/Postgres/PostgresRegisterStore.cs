using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Cryptography;
using Npgsql;

namespace CityHub.Silo.Register.Postgres;

/// <summary>
/// The register in a PostgreSQL database that several hubs may share. A commit returns when the server has it on its disk (<c>synchronous_commit</c>).
/// Hubs write one after the other: the turn goes from transaction to transaction, and whoever holds it and dies or hangs loses it by the server's own limits.
/// </summary>
internal sealed class PostgresRegisterStore : RegisterStore
{
    /// <summary>The server's clock in Unix milliseconds: hubs need not agree upon the time.</summary>
    private const string Now = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

    private const int KeptReaders = 8;

    private readonly PostgresOptions _options;
    private readonly NpgsqlDataSource _source;
    private readonly string _writer = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private readonly ConcurrentBag<PostgresSession> _idle = [];
    private readonly SemaphoreSlim _readers;
    private PostgresSession? _writing;
    private PostgresBell? _bell;
    private long _doubted;
    private volatile bool _closed;

    public PostgresRegisterStore(PostgresOptions options)
    {
        _options = options;
        _readers = new(options.Readers);
        _source = PostgresSource.Of(options, "cityhub " + _writer); // what the log of changes knows a hub by, too
    }

    public override bool IsRemote => true;

    public override bool IsShared => true;

    public override long JournalLimit => _options.Journal ? _options.JournalMegabytes * 1024L * 1024 : 0;

    public override RegisterSession OpenMigrated()
    {
        var session = Connect();
        try
        {
            PostgresMigrations.Apply(session);
            session.Script($"delete from register_writer where at < {Now} - 2592000000"); // a month: long after any doubt
        }
        catch
        {
            session.Dispose();
            throw;
        }
        _bell = new(OpenConnection, _writer, () => Rung?.Invoke());
        return _writing = session;
    }

    public override RegisterSession Open()
    {
        if (_writing is { } lost) _doubted = lost.Turn;
        return _writing = Connect();
    }

    public override bool WasCommitted(RegisterSession by)
    {
        // Whoever is still in the middle of that commit holds the turn: asked under it, the answer stands.
        by.Execute("begin");
        _ = by.Number("select value from meta where key = 'turn' for update");
        var last = by.Number("select turn from register_writer where id = $1", _writer);
        by.Execute("rollback");
        return last == _doubted;
    }

    public override T Read<T>(Func<RegisterSession, T> query)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (!_readers.Wait(_options.Patience)) throw new RegisterUnavailableException("The register cannot be read: busy.");
        try
        {
            if (_idle.TryTake(out var kept))
            {
                try
                {
                    return On(kept, query);
                }
                catch (DbException) when (kept.IsLost)
                {
                    // It was lost while nobody used it; a new one may do.
                    while (_idle.TryTake(out var other)) other.Dispose();
                }
            }
            return On(Connect(), query);
        }
        finally
        {
            _readers.Release();
        }
    }

    public override IReadOnlyList<string> Lease(RegisterSession session, TimeSpan length) => session.List(
        $"insert into register_lease (subscription, holder, until) select id, $1, {Now} + $2 from subscription where removed_at is null "
        + $"on conflict (subscription) do update set (holder, until) = (excluded.holder, excluded.until) where register_lease.holder = excluded.holder or register_lease.until <= {Now} returning subscription",
        r => r.GetString(0), _writer, (long)length.TotalMilliseconds);

    public override (long Through, IReadOnlyList<(long Number, string Kind, string Episode)> Changes) ChangesOfOthers(RegisterSession session, long after, int limit)
    {
        var read = session.List("select number, kind, episode, writer is not distinct from $3 from change where number > $1 order by number limit $2",
            r => (Number: r.GetInt64(0), Kind: r.GetString(1), Episode: r.GetString(2), IsOwn: r.GetBoolean(3)), after, limit, "cityhub " + _writer);
        return (read.Count == 0 ? after : read[^1].Number, [.. read.Where(one => !one.IsOwn).Select(one => (one.Number, one.Kind, one.Episode))]);
    }

    public override void Ring(RegisterSession session) => session.Execute("select pg_notify($1, $2)", PostgresBell.Channel, _writer);

    public override string Name(DbException error) => PostgresFault.Name(error);

    public override bool IsOurs(DbException error) => PostgresFault.IsOurs(error);

    public override void Dispose()
    {
        _closed = true;
        _bell?.Dispose();
        GiveBack();
        while (_idle.TryTake(out var session)) session.Dispose();
        _source.Dispose();
        _readers.Dispose();
    }

    /// <summary>What this hub was to send is another's at once, and not only when its leases run out.</summary>
    private void GiveBack()
    {
        try
        {
            using var session = Connect();
            session.Execute("delete from register_lease where holder = $1", _writer);
        }
        catch (DbException)
        {
            // They run out by themselves.
        }
    }

    private T On<T>(PostgresSession session, Func<RegisterSession, T> query)
    {
        var whole = false;
        try
        {
            var result = query(session);
            whole = true;
            return result;
        }
        finally
        {
            if (whole && !_closed && _idle.Count < KeptReaders) _idle.Add(session);
            else session.Dispose();
        }
    }

    private PostgresSession Connect() => new(OpenConnection(), _writer);

    private NpgsqlConnection OpenConnection()
    {
        var connection = _source.CreateConnection();
        try
        {
            connection.Open();
            return connection;
        }
        catch (Exception error) when (error is TimeoutException or IOException or System.Net.Sockets.SocketException)
        {
            connection.Dispose();
            throw new NpgsqlException("The server cannot be reached.", error);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
