using Microsoft.Data.Sqlite;

namespace CityHub.Silo.Sqlite;

/// <summary>
/// Moves a write-ahead log into its file beside the writer, on a thread of its own: done by a commit, as SQLite does it by default, it would make
/// that commit wait for tens of milliseconds. The writer's own limit stays as a net behind it (<see cref="NetPages"/>).
/// </summary>
internal sealed class WalMover : IDisposable
{
    /// <summary>Pages in the write-ahead log after which a commit moves them itself.</summary>
    public const int NetPages = 16_384;

    private const long EveryBytes = 4 << 20;
    private readonly SqliteReaders _readers;
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private long _written;
    private volatile bool _stopping;

    public WalMover(SqliteReaders readers, string name)
    {
        _readers = readers;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Says that a commit wrote about so much.</summary>
    public void Wrote(long bytes)
    {
        if (Interlocked.Add(ref _written, bytes) < EveryBytes) return;
        Interlocked.Exchange(ref _written, 0);
        _wake.Set();
    }

    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _wake.WaitOne();
            if (_stopping) return;
            try
            {
                using var lease = _readers.Rent();
                lease.Broken = true;
                lease.Session.Pragma("PRAGMA wal_checkpoint(PASSIVE)");
                lease.Broken = false;
            }
            catch (SqliteException)
            {
                // A store that is full or away is the writer's to report: it meets the same within a commit.
            }
        }
    }
}
