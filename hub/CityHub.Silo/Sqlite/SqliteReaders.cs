using System.Collections.Concurrent;

namespace CityHub.Silo.Sqlite;

/// <summary>Reading connections to one file, kept for the next reader. Thread-safe. At most <paramref name="kept"/> idle ones stay open.</summary>
internal sealed class SqliteReaders(string path, int kept = 8) : IDisposable
{
    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private volatile bool _closed;

    public Lease Rent()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        return new(this, _idle.TryTake(out var session) ? session : new SqliteSession(path, readOnly: true));
    }

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out var session)) session.Dispose();
    }

    private void Return(SqliteSession session, bool broken)
    {
        if (broken || _closed || _idle.Count >= kept) session.Dispose();
        else _idle.Add(session);
        if (_closed) Dispose();
    }

    /// <summary>A reader, lent. Whoever had an error on it says so, and it is closed.</summary>
    internal sealed class Lease(SqliteReaders owner, SqliteSession session) : IDisposable
    {
        private bool _returned;

        public SqliteSession Session { get; } = session;

        public bool Broken { get; set; }

        public void Dispose()
        {
            if (_returned) return;
            _returned = true;
            owner.Return(Session, Broken);
        }
    }
}
