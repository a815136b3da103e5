using System.Diagnostics.CodeAnalysis;
using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace CityHub.Silo.Register;

/// <summary>
/// The register's only writer: one thread that takes what waits, runs it in one transaction and completes the callers after its commit.
/// Three queues: what somebody waits for; what may wait some milliseconds for a transaction to ride with, so that it needs none of its own; and
/// background chunks, of which at most one runs between two groups of the first.
/// </summary>
internal sealed partial class RegisterWriter : IDisposable
{
    private readonly Func<SqliteSession> _open;
    private readonly RegisterOptions _options;
    private readonly RegisterMetrics _metrics;
    private readonly TimeProvider _wall;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly ManualResetEventSlim _stop = new();
    private readonly Queue<Write> _urgent = new();
    private readonly Queue<Write> _riding = new();
    private readonly Queue<Write> _background = new();
    private readonly Thread _thread;
    private SqliteSession? _session;
    private string? _fault;
    private long _refused;
    private bool _stopping;

    /// <param name="session">An open session, migrated.</param>
    /// <param name="open">Opens it again after a fault.</param>
    public RegisterWriter(SqliteSession session, Func<SqliteSession> open, RegisterOptions options, RegisterMetrics metrics, TimeProvider wall, ILogger log)
    {
        (_session, _open, _options, _metrics, _wall, _log) = (session, open, options, metrics, wall, log);
        _thread = new Thread(Run) { IsBackground = true, Name = "register-writer" };
        _thread.Start();
    }

    /// <summary>Called on the writer after each commit and after each transaction that failed.</summary>
    public Action<bool>? AfterTransaction { get; set; }

    /// <summary>Why the last transaction failed, or null.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>Called on the writer when a transaction was undone: what was remembered of it is not so.</summary>
    public Action? RolledBack { get; set; }

    /// <summary>Queues a write; the task completes after its commit.</summary>
    /// <param name="work">May be run again, in another transaction, when the one it ran in was undone.</param>
    public Task<T> Enqueue<T>(Func<SqliteSession, T> work, WriteHurry hurry = WriteHurry.Awaited)
    {
        var write = new Write<T>(work);
        var wakes = true;
        lock (_gate)
        {
            if (_stopping) return Task.FromException<T>(new RegisterUnavailableException("The register is closed."));
            if (_urgent.Count + _riding.Count + _background.Count >= _options.WaitingWrites)
            {
                _metrics.Refuse("queue-full");
                return Task.FromException<T>(new RegisterUnavailableException("Too many writes wait for the register."));
            }
            var queue = hurry switch { WriteHurry.Awaited => _urgent, WriteHurry.Rides => _riding, WriteHurry.Background => _background };
            wakes = hurry != WriteHurry.Rides || queue.Count == 0; // the first one sets its patience going
            queue.Enqueue(write);
        }
        if (wakes) _wake.Set();
        return write.Task;
    }

    /// <summary>Commits what waits, then closes the file.</summary>
    public void Dispose()
    {
        lock (_gate) _stopping = true;
        _stop.Set();
        _wake.Set();
        _thread.Join();
        _session?.Dispose();
        _wake.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        var group = new List<Write>(_options.GroupSize);
        var backgroundsTurn = false;
        var patient = true;
        while (true)
        {
            bool stopping, riders;
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
                if (group.Count > 0 || stopping || !patient)
                {
                    while (group.Count < _options.GroupSize && _riding.TryDequeue(out var write)) group.Add(write);
                }
                riders = _riding.Count > 0;
            }
            patient = true;
            if (group.Count > 0)
            {
                var since = _wall.GetTimestamp();
                Transact(group);
                group.Clear();
                // What comes meanwhile is committed together. Who comes later than that, as an alert on a calm day does, has waited for nothing.
                var left = _options.CommitSpacing - _wall.GetElapsedTime(since);
                if (left > TimeSpan.Zero) _stop.Wait(left);
            }
            else if (stopping) return;
            else if (riders) patient = _wake.WaitOne(_options.RideAlongPatience);
            else _wake.WaitOne();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A caller's fault is handed to that caller; the writer serves the others.")]
    private void Transact(List<Write> group)
    {
        try
        {
            _session ??= _open();
            while (group.Count > 0 && !TryCommit(_session, group, out var faulty, out var fault))
            {
                // No savepoint around each write: SQLite would keep a copy of every page that any of them changes, for a fault that hardly ever comes.
                group.Remove(faulty);
                faulty.Fail(fault);
            }
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

    /// <summary>False: one of them has a fault of its own; all is undone, and the others can be committed without it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A caller's fault is handed to that caller; the writer serves the others.")]
    private bool TryCommit(SqliteSession session, List<Write> group, [NotNullWhen(false)] out Write? faulty, [NotNullWhen(false)] out Exception? fault)
    {
        session.Execute("BEGIN IMMEDIATE");
        foreach (var write in group)
        {
            try
            {
                write.Run(session);
            }
            catch (Exception error) when (error is not SqliteException store || SqliteFault.IsOurs(store))
            {
                session.Execute("ROLLBACK");
                RolledBack?.Invoke();
                (faulty, fault) = (write, error);
                return false;
            }
        }
        session.Execute("COMMIT");
        (faulty, fault) = (null, null);
        return true;
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

/// <summary>How soon a write is to be committed.</summary>
internal enum WriteHurry : byte
{
    /// <summary>At once.</summary>
    Awaited,

    /// <summary>With the next transaction, or in one of its own when none comes within <see cref="RegisterOptions.RideAlongPatience"/>.</summary>
    Rides,

    /// <summary>When nothing else waits, and else one after each group.</summary>
    Background,
}
