using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace CityHub.Silo.Register;

/// <summary>
/// The register's only writer: one thread that takes what waits, runs it in one transaction and completes the callers after its commit.
/// Three queues: what somebody waits for; what may wait some milliseconds for a transaction to ride with, so that it needs none of its own; and
/// background chunks, of which at most one runs between two groups of the first.
/// </summary>
internal sealed partial class RegisterWriter : IDisposable
{
    /// <summary>Between two attempts to find out what became of a commit, when nothing else asks for the database.</summary>
    private static readonly TimeSpan DoubtPause = TimeSpan.FromMilliseconds(250);

    private readonly RegisterStore _store;
    private readonly RegisterOptions _options;
    private readonly RegisterMetrics _metrics;
    private readonly TimeProvider _wall;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly ManualResetEventSlim _stop = new(false, spinCount: 0);
    private readonly Queue<Write> _urgent = new();
    private readonly Queue<Write> _riding = new();
    private readonly Queue<Write> _background = new();
    private readonly Thread _thread;
    private RegisterSession? _session;
    private string? _fault;
    private long _refused;
    private bool _stopping;
    private bool _hurry; // those that ride wait no longer
    private bool _committing;
    private List<Write>? _doubted; // committed, or not: the answer did not come

    /// <param name="session">An open session, migrated.</param>
    /// <param name="store">Opens it again after a fault.</param>
    public RegisterWriter(RegisterSession session, RegisterStore store, RegisterOptions options, RegisterMetrics metrics, TimeProvider wall, ILogger log)
    {
        (_session, _store, _options, _metrics, _wall, _log) = (session, store, options, metrics, wall, log);
        _thread = new Thread(Run) { IsBackground = true, Name = "register-writer" };
        _thread.Start();
    }

    /// <summary>Called on the writer after each commit and after each transaction that failed.</summary>
    public Action<bool>? AfterTransaction { get; set; }

    /// <summary>Called on the writer within each transaction, after all its writes.</summary>
    public Action<RegisterSession>? BeforeCommit { get; set; }

    /// <summary>Why the last transaction failed, or null.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>Called on the writer when a transaction was undone, or somebody else wrote: what was remembered of the database may not be so.</summary>
    public Action? Forget { get; set; }

    /// <summary>Queues a write; the task completes after its commit.</summary>
    /// <param name="work">May be run again, in another transaction, when the one it ran in was undone.</param>
    public Task<T> Enqueue<T>(Func<RegisterSession, T> work, WriteHurry hurry = WriteHurry.Awaited)
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

    /// <summary>What waits to ride with a transaction gets one of its own now.</summary>
    public void Hurry()
    {
        lock (_gate) _hurry |= _riding.Count > 0;
        _wake.Set();
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
                if (group.Count > 0 || stopping || !patient || _hurry)
                {
                    _hurry = false;
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
            else if (_doubted is not null)
            {
                Transact(group);
                if (_doubted is null) continue;
                if (stopping)
                {
                    Fail(_doubted, "unreachable", null);
                    return;
                }
                _wake.WaitOne(DoubtPause);
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
            Settle();
            while (group.Count > 0 && !TryCommit(group, out var faulty, out var fault))
            {
                // No savepoint around each write: SQLite would keep a copy of every page that any of them changes, for a fault that hardly ever comes.
                group.Remove(faulty);
                faulty.Fail(fault);
            }
        }
        catch (DbException error)
        {
            Refuse(group, error);
            return;
        }
        Heal();
        Succeed(group);
    }

    /// <summary>False: one of them has a fault of its own; all is undone, and the others can be committed without it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A caller's fault is handed to that caller; the writer serves the others.")]
    private bool TryCommit(List<Write> group, [NotNullWhen(false)] out Write? faulty, [NotNullWhen(false)] out Exception? fault)
    {
        var session = Begin();
        foreach (var write in group)
        {
            try
            {
                write.Run(session);
            }
            catch (Exception error) when (error is not DbException store || _store.IsOurs(store))
            {
                session.Rollback();
                Forget?.Invoke();
                (faulty, fault) = (write, error);
                return false;
            }
        }
        BeforeCommit?.Invoke(session);
        _committing = true;
        session.Commit();
        _committing = false;
        (faulty, fault) = (null, null);
        return true;
    }

    private RegisterSession Begin()
    {
        if (_session is { } kept && _store.IsRemote)
        {
            try
            {
                if (kept.Begin()) Forget?.Invoke();
                return kept;
            }
            catch (DbException)
            {
                // It was lost while nobody used it, and nothing was begun: a new one may do.
                CloseSession();
            }
        }
        _session ??= _store.Open();
        if (_session.Begin()) Forget?.Invoke();
        return _session;
    }

    /// <summary>Finds out what became of a commit that did not answer. Its callers wait for that: told "try again", they would take what is in the database for somebody else's.</summary>
    /// <exception cref="DbException">It cannot be found out yet.</exception>
    private void Settle()
    {
        if (_doubted is not { } group) return;
        _session ??= _store.Open();
        var committed = _store.WasCommitted(_session);
        _doubted = null;
        if (committed)
        {
            Succeed(group);
            Forget?.Invoke(); // what others wrote meanwhile
        }
        else
        {
            Undo();
            Fail(group, "unreachable", null);
        }
    }

    private void Succeed(List<Write> group)
    {
        _metrics.Commit(group.Count);
        AfterTransaction?.Invoke(true);
        foreach (var write in group) write.Complete();
    }

    private void Heal()
    {
        if (_fault is null) return;
        Recovered(_refused);
        _refused = 0;
        Volatile.Write(ref _fault, null);
    }

    private void Refuse(List<Write> group, DbException error)
    {
        // A connection in an unknown state is not worth keeping; closing it rolls back.
        CloseSession();
        var name = _store.Name(error);
        if (_fault != name) Failing(name);
        Volatile.Write(ref _fault, name);
        if (_committing && _store.IsRemote)
        {
            _committing = false;
            _doubted = [.. group];
            return;
        }
        _committing = false;
        if (_doubted is null) Undo(); // else nothing was begun, and what is remembered is of the one in doubt
        Fail(group, name, error);
    }

    private void Undo()
    {
        Forget?.Invoke();
        AfterTransaction?.Invoke(false);
    }

    private void Fail(List<Write> group, string name, Exception? error)
    {
        _refused += group.Count;
        _metrics.Refuse(name, group.Count);
        foreach (var write in group) write.Fail(new RegisterUnavailableException($"The register cannot be written: {name}.", error));
    }

    private void CloseSession()
    {
        _session?.Dispose();
        _session = null;
    }

    private abstract class Write
    {
        public abstract void Run(RegisterSession session);
        public abstract void Complete();
        public abstract void Fail(Exception error);
    }

    private sealed class Write<T>(Func<RegisterSession, T> work) : Write
    {
        // Callers go on elsewhere: the writer is not theirs.
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Task => _done.Task;
        public override void Run(RegisterSession session) => _result = work(session);
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
