using CityHub.Contracts;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;

namespace CityHub.Silo.Register;

/// <summary>Decides which messages a change causes, and for whom. Called within the transaction that makes the change, on the writer alone.</summary>
/// <param name="subscriptions">The same list until one of them changes.</param>
public delegate IReadOnlyList<NewMessage> MessageComposer(EpisodeChange change, IReadOnlyList<Subscription> subscriptions, IOutboxLines lines);

/// <summary>The register in a database that speaks SQL, whichever: what is said to it is the same for all. Takes the wall clock.</summary>
public abstract partial class SqlRegister : IRegister, IDisposable
{
    private readonly TimeProvider _wall;
    private readonly MessageComposer _compose;
    private readonly RegisterOptions _options;
    private readonly RegisterMetrics _metrics = new();
    private readonly RegisterStore _store;
    private readonly RegisterWriter _writer;
    private readonly WriterLines _lines;
    private readonly DeliveryLeases? _leases;            // null: there is nobody else
    private IReadOnlyList<Subscription>? _subscriptions; // of the writer; null: to be read again
    private bool _outboxTouched;                         // of the writer, within a transaction
    private bool _notOurs;                               // of the writer, within a transaction: what it makes due is another hub's to send
    private List<OutboxMessage> _due = [];               // of the writer, within a transaction: what it makes due
    private long _written;                               // of the writer: about how many bytes a transaction wrote

    /// <summary>Opens or makes the database and brings its schema forward.</summary>
    /// <exception cref="RegisterUnavailableException">It cannot be opened, or a newer release wrote it.</exception>
    private protected SqlRegister(RegisterStore store, RegisterOptions options, MessageComposer compose, TimeProvider wall, ILogger log, TimeSpan attempt = default)
    {
        (_store, _options, _compose, _wall) = (store, options, compose, wall);
        _lines = new(wall);
        if (store.IsShared) _leases = new(wall, attempt);
        store.Rung = () => OutboxChanged?.Invoke();
        try
        {
            _writer = new(store.OpenMigrated(), store, options, _metrics, wall, log) { AfterTransaction = AfterTransaction, BeforeCommit = BeforeCommit, Forget = Forget };
        }
        catch (DbException error)
        {
            store.Dispose();
            throw new RegisterUnavailableException($"The register cannot be opened: {store.Name(error)}.", error);
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            store.Dispose();
            throw new RegisterUnavailableException("The register cannot be opened: " + error.Message, error);
        }
    }

    public event Action? OutboxChanged;

    public event Action<IReadOnlyList<OutboxMessage>>? MessagesDue;

    /// <summary>Why it cannot be written just now, by name; null when the last write went well.</summary>
    public string? Fault => _writer.Fault;

    public void Dispose()
    {
        _writer.Dispose();
        _store.Dispose();
        _metrics.Dispose();
        GC.SuppressFinalize(this);
    }

    private Instant Now => Instant.From(_wall.GetUtcNow());

    /// <summary>What was remembered of the database may not be so.</summary>
    private void Forget()
    {
        _outboxTouched = _notOurs = false;
        _due.Clear();
        _lines.Forget();
        _epochs.Clear();
        _subscriptions = null;
    }

    private void BeforeCommit(RegisterSession session)
    {
        if (_notOurs) _store.Ring(session);
        _notOurs = false;
    }

    private void AfterTransaction(bool committed)
    {
        var touched = _outboxTouched && committed;
        _outboxTouched = false;
        _store.Wrote(_written + 16_384);
        _written = 0;
        if (_due.Count > 0)
        {
            MessagesDue?.Invoke(_due);
            _due = []; // the other one is the listener's
        }
        if (touched) OutboxChanged?.Invoke();
    }

    private T Read<T>(Func<RegisterSession, T> query)
    {
        try
        {
            return _store.Read(query);
        }
        catch (DbException error)
        {
            _metrics.Refuse(_store.Name(error));
            throw new RegisterUnavailableException($"The register cannot be read: {_store.Name(error)}.", error);
        }
    }

    private Task<T> ReadAsync<T>(Func<RegisterSession, T> query)
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
