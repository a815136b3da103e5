using System.Data.Common;
using CityHub.Silo.Sqlite;

namespace CityHub.Silo.Register.Sqlite;

/// <summary>A connection to the register's file.</summary>
internal sealed class SqliteRegisterSession(SqliteSession file) : RegisterSession
{
    public SqliteSession File => file;

    public override int Execute(string sql, params ReadOnlySpan<object?> values) => file.Execute(sql, values);

    public override DbDataReader Query(string sql, params ReadOnlySpan<object?> values) => file.Query(sql, values);

    public override long? Number(string sql, params ReadOnlySpan<object?> values) => file.Number(sql, values);

    /// <inheritdoc/>
    /// <remarks>A file has one hub (<c>DataLock</c>), so nobody else wrote.</remarks>
    public override bool Begin()
    {
        file.Execute("BEGIN IMMEDIATE");
        return false;
    }

    public override void Commit() => file.Execute("COMMIT");

    public override void Rollback() => file.Execute("ROLLBACK");

    public override string By(string index) => " indexed by " + index;

    public override void Dispose() => file.Dispose();
}
