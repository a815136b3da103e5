using System.Diagnostics.CodeAnalysis;
using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace CityHub.Silo.Register;

/// <summary>
/// The register's only writer: one thread that takes what waits, runs it in one transaction and completes the callers after its commit.
/// Two queues: what somebody waits for, and background chunks, of which at most one runs between two groups of the first.
/// </summary>
internal sealed partial class RegisterWriter : IDisposable
{
    private readonly Func<SqliteSession> _open;
    private readonly RegisterOptions _options;
    private readonly RegisterMetrics _metrics;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly Queue<Write> _urgent = new();
    private readonly Queue<Write> _background = new();
    private readonly Thread _thread;
    private SqliteSession? _session;
    private string? _fault;
    private long _refused;
    private bool _stopping;

    /// <param name="session">An open session, migrated.</param>
    /// <param name="open">Opens it again after a fault.</param>
    public RegisterWriter(SqliteSession session, Func<SqliteSession> open, RegisterOptions options, RegisterMetrics metrics, ILogger log)
    {
        (_session, _open, _options, _metrics, _log) = (session, open, options, metrics, log);
        _thread = new Thread(Run) { IsBackground = true, Name = "register-writer" };
        _thread.Start();
    }

    /// <summary>Called on the writer after each commit and after each transaction that failed.</summary>
    public Action<bool>? AfterTransaction { get; set; }

    /// <summary>Called on the writer when a write, or a whole transaction, was undone: what was remembered of it is not so.</summary>
    public Action? RolledBack { get; set; }

    /// <summary>Why the last transaction failed, or null.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>Queues a write; the task completes after its commit.</summary>
    public Task<T> Enqueue<T>(Func<SqliteSession, T> work, bool background = false)
    {
        var write = new Write<T>(work);
        lock (_gate)
        {
            if (_stopping) return Task.FromException<T>(new RegisterUnavailableException("The register is closed."));
            if (_urgent.Count + _background.Count >= _options.WaitingWrites)
            {
                _metrics.Refuse("queue-full");
                return Task.FromException<T>(new RegisterUnavailableException("Too many writes wait for the register."));
            }
            (background ? _background : _urgent).Enqueue(write);
        }
        _wake.Set();
        return write.Task;
    }

    /// <summary>Commits what waits, then closes the file.</summary>
    public void Dispose()
    {
        lock (_gate) _stopping = true;
        _wake.Set();
        _thread.Join();
        _session?.Dispose();
        _wake.Dispose();
    }

    private void Run()
    {
        var group = new List<Write>(_options.GroupSize);
        var backgroundsTurn = false;
        while (true)
        {
            bool stopping;
            lock (_gate)
            {
                stopping = _stopping;
                if (_background.Count > 0 && (backgroundsTurn || _urgent.Count == 0))
                {
                    group.Add(_background.Dequeue());
                    backgroundsTurn = false;
                }
                else
                {
                    while (group.Count < _options.GroupSize && _urgent.TryDequeue(out var write)) group.Add(write);
                    backgroundsTurn = true;
                }
            }
            if (group.Count > 0)
            {
                Transact(group);
                group.Clear();
            }
            else if (stopping) return;
            else _wake.WaitOne();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A caller's fault is handed to that caller; the writer serves the others.")]
    private void Transact(List<Write> group)
    {
        try
        {
            _session ??= _open();
            _session.Execute("BEGIN IMMEDIATE");
            foreach (var write in group)
            {
                _session.Execute("SAVEPOINT one");
                try
                {
                    write.Run(_session);
                }
                catch (Exception error) when (error is not SqliteException store || SqliteFault.IsOurs(store))
                {
                    _session.Execute("ROLLBACK TO one");
                    RolledBack?.Invoke();
                    write.Fail(error);
                }
                _session.Execute("RELEASE one");
            }
            _session.Execute("COMMIT");
        }
        catch (SqliteException error)
        {
            Refuse(group, error);
            return;
        }
        if (_fault is not null)
        {
            Recovered(_refused);
            _refused = 0;
            Volatile.Write(ref _fault, null);
        }
        _metrics.Commit(group.Count);
        AfterTransaction?.Invoke(true);
        foreach (var write in group) write.Complete();
    }

    private void Refuse(List<Write> group, SqliteException error)
    {
        var name = SqliteFault.Name(error);
        // A connection in an unknown state is not worth keeping; closing it rolls back.
        _session?.Dispose();
        _session = null;
        _refused += group.Count;
        _metrics.Refuse(name, group.Count);
        if (_fault != name) Failing(name);
        Volatile.Write(ref _fault, name);
        RolledBack?.Invoke();
        AfterTransaction?.Invoke(false);
        foreach (var write in group) write.Fail(new RegisterUnavailableException($"The register cannot be written: {name}.", error));
    }

    private abstract class Write
    {
        public abstract void Run(SqliteSession session);
        public abstract void Complete();
        public abstract void Fail(Exception error);
    }

    private sealed class Write<T>(Func<SqliteSession, T> work) : Write
    {
        // Callers go on elsewhere: the writer is not theirs.
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Task => _done.Task;
        public override void Run(SqliteSession session) => _result = work(session);
        public override void Complete() => _done.TrySetResult(_result!);
        public override void Fail(Exception error) => _done.TrySetException(error);
    }

    [LoggerMessage(LogLevel.Error, "The register cannot be written: {Fault}. Writers keep what they have and try again")]
    private partial void Failing(string fault);

    [LoggerMessage(LogLevel.Information, "The register can be written again; {Refused} writes were refused meanwhile")]
    private partial void Recovered(long refused);
}
