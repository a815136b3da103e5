using System.Data.Common;
using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;

namespace CityHub.Silo.Register.Sqlite;

/// <summary>The register in one SQLite file: write-ahead log, synced at each commit.</summary>
internal sealed class SqliteRegisterStore(RegisterOptions options) : RegisterStore
{
    private const string Migrations = "CityHub.Silo.Register.Migrations";

    private readonly SqliteReaders _readers = new(options.Path);
    private WalMover? _wal;

    public override RegisterSession OpenMigrated()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(options.Path))!);
        var file = OpenFile();
        try
        {
            SqliteMigrations.Apply(file, Migrations);
        }
        catch
        {
            file.Dispose();
            throw;
        }
        _wal = new(_readers, "register-wal");
        return new SqliteRegisterSession(file);
    }

    public override RegisterSession Open() => new SqliteRegisterSession(OpenFile());

    public override T Read<T>(Func<RegisterSession, T> query)
    {
        using var lease = _readers.Rent();
        lease.Broken = true;
        var result = query(new SqliteRegisterSession(lease.Session));
        lease.Broken = false;
        return result;
    }

    public override string Name(DbException error) => SqliteFault.Name((SqliteException)error);

    public override bool IsOurs(DbException error) => SqliteFault.IsOurs((SqliteException)error);

    public override void Wrote(long bytes) => _wal?.Wrote(bytes);

    public override void Dispose()
    {
        _wal?.Dispose();
        _readers.Dispose();
    }

    private SqliteSession OpenFile()
    {
        var session = new SqliteSession(options.Path, readOnly: false);
        try
        {
            session.Pragma($"PRAGMA max_page_count = {options.MaxPages}");
            session.Pragma($"PRAGMA wal_autocheckpoint = {WalMover.NetPages}");
            session.Pragma("PRAGMA cache_size = -16384");
        }
        catch
        {
            session.Dispose();
            throw;
        }
        return session;
    }
}
