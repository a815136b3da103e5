using System.Data.Common;

namespace CityHub.Silo.Register;

/// <summary>
/// One open connection to the register's database with its prepared statements. Single-threaded. Parameters are named <c>$1</c>, <c>$2</c>, … by their place.
/// Statements are prepared once and kept, so their texts must be constants, in the SQL that SQLite and PostgreSQL have in common.
/// </summary>
internal abstract class RegisterSession : IDisposable
{
    /// <summary>Runs a statement; returns the rows it changed.</summary>
    public abstract int Execute(string sql, params ReadOnlySpan<object?> values);

    /// <summary>Starts a query. The reader must be disposed before anything else is run.</summary>
    public abstract DbDataReader Query(string sql, params ReadOnlySpan<object?> values);

    /// <summary>The first column of the first row, an integer; null when there is none or it is NULL.</summary>
    public abstract long? Number(string sql, params ReadOnlySpan<object?> values);

    public List<T> List<T>(string sql, Func<DbDataReader, T> row, params ReadOnlySpan<object?> values)
    {
        var rows = new List<T>();
        using var reader = Query(sql, values);
        while (reader.Read()) rows.Add(row(reader));
        return rows;
    }

    /// <summary>The first row, or null.</summary>
    public T? First<T>(string sql, Func<DbDataReader, T> row, params ReadOnlySpan<object?> values) where T : class
    {
        using var reader = Query(sql, values);
        return reader.Read() ? row(reader) : null;
    }

    /// <summary>Begins a transaction that writes. There is one at a time, whoever writes: what it reads stays true until its end.</summary>
    /// <returns>Whether somebody else may have written since this session's last transaction: what was remembered of the database may not hold any more.</returns>
    public abstract bool Begin();

    /// <summary>Returns when the transaction is on the disk.</summary>
    public abstract void Commit();

    public abstract void Rollback();

    /// <summary>Makes a query go by an index that the planner might pass over; nothing where it finds it by itself.</summary>
    public abstract string By(string index);

    public abstract void Dispose();
}
