using CityHub.Contracts;
using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;

namespace CityHub.Silo.Register;

/// <summary>Decides which messages a change causes, and for whom. Called within the transaction that makes the change, on the writer alone.</summary>
/// <param name="subscriptions">The same list until one of them changes.</param>
public delegate IReadOnlyList<NewMessage> MessageComposer(EpisodeChange change, IReadOnlyList<Subscription> subscriptions, IOutboxLines lines);

/// <summary>The register in one SQLite file: write-ahead log, synced at each commit. Takes the wall clock.</summary>
public sealed partial class SqliteRegister : IRegister, IDisposable
{
    private const string Migrations = "CityHub.Silo.Register.Migrations";

    private readonly TimeProvider _wall;
    private readonly MessageComposer _compose;
    private readonly RegisterOptions _options;
    private readonly RegisterMetrics _metrics = new();
    private readonly SqliteReaders _readers;
    private readonly WalMover _wal;
    private readonly RegisterWriter _writer;
    private readonly WriterLines _lines;
    private IReadOnlyList<Subscription>? _subscriptions; // of the writer; null: to be read again
    private bool _outboxTouched;                         // of the writer, within a transaction
    private List<OutboxMessage> _due = [];               // of the writer, within a transaction: what it makes due
    private long _written;                               // of the writer: about how many bytes a transaction wrote

    /// <summary>Opens or makes the file and brings its schema forward.</summary>
    /// <exception cref="RegisterUnavailableException">It cannot be opened, or a newer release wrote it.</exception>
    public SqliteRegister(RegisterOptions options, MessageComposer compose, TimeProvider wall, ILogger<SqliteRegister> log)
    {
        (_options, _compose, _wall) = (options, compose, wall);
        _lines = new(wall);
        SqliteSession session;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(options.Path))!);
            session = Open();
            SqliteMigrations.Apply(session, Migrations);
        }
        catch (SqliteException error)
        {
            throw new RegisterUnavailableException($"The register cannot be opened: {SqliteFault.Name(error)}.", error);
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new RegisterUnavailableException("The register cannot be opened: " + error.Message, error);
        }
        _readers = new(options.Path);
        _wal = new(_readers, "register-wal");
        _writer = new(session, Open, options, _metrics, wall, log) { AfterTransaction = AfterTransaction, RolledBack = RolledBack };
    }

    public event Action? OutboxChanged;

    public event Action<IReadOnlyList<OutboxMessage>>? MessagesDue;

    /// <summary>Why it cannot be written just now, by name; null when the last write went well.</summary>
    public string? Fault => _writer.Fault;

    public void Dispose()
    {
        _writer.Dispose();
        _wal.Dispose();
        _readers.Dispose();
        _metrics.Dispose();
    }

    private SqliteSession Open()
    {
        var session = new SqliteSession(_options.Path, readOnly: false);
        session.Pragma($"PRAGMA max_page_count = {_options.MaxPages}");
        session.Pragma($"PRAGMA wal_autocheckpoint = {WalMover.NetPages}");
        session.Pragma("PRAGMA cache_size = -16384");
        return session;
    }

    private Instant Now => Instant.From(_wall.GetUtcNow());

    private void RolledBack()
    {
        _outboxTouched = false;
        _due.Clear();
        _lines.Forget();
        _subscriptions = null;
    }

    private void AfterTransaction(bool committed)
    {
        var touched = _outboxTouched && committed;
        _outboxTouched = false;
        _wal.Wrote(_written + 16_384);
        _written = 0;
        if (_due.Count > 0)
        {
            MessagesDue?.Invoke(_due);
            _due = []; // the other one is the listener's
        }
        if (touched) OutboxChanged?.Invoke();
    }

    private T Read<T>(Func<SqliteSession, T> query)
    {
        try
        {
            using var lease = _readers.Rent();
            lease.Broken = true;
            var result = query(lease.Session);
            lease.Broken = false;
            return result;
        }
        catch (SqliteException error)
        {
            _metrics.Refuse(SqliteFault.Name(error));
            throw new RegisterUnavailableException($"The register cannot be read: {SqliteFault.Name(error)}.", error);
        }
    }

    private Task<T> ReadAsync<T>(Func<SqliteSession, T> query)
    {
        try
        {
            return Task.FromResult(Read(query));
        }
        catch (RegisterUnavailableException error)
        {
            return Task.FromException<T>(error);
        }
    }
}
