using Microsoft.Data.Sqlite;

namespace CityHub.Silo.Sqlite;

/// <summary>
/// One open connection with its prepared statements. Single-threaded. Parameters are named <c>$1</c>, <c>$2</c>, … by their place.
/// Statements are prepared once and kept, so their texts must be constants.
/// </summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    /// <summary>Opens or makes a file in write-ahead mode; a commit returns when it is synced to the disk.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="readOnly">Refuses writes. The file must exist.</param>
    /// <param name="pageSize">Bytes a page, for a file that is made.</param>
    /// <param name="busyTimeout">How long a statement waits for another's lock.</param>
    /// <exception cref="SqliteException">The file cannot be opened, or is none of ours.</exception>
    public SqliteSession(string path, bool readOnly, int pageSize = 4096, TimeSpan? busyTimeout = null)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = readOnly ? SqliteOpenMode.ReadWrite : SqliteOpenMode.ReadWriteCreate, // a reader of a WAL file writes its shared index
            Pooling = false,
            DefaultTimeout = (int)(busyTimeout ?? TimeSpan.FromSeconds(5)).TotalSeconds,
        }.ConnectionString);
        try
        {
            _connection.Open();
            if (readOnly) Execute("PRAGMA query_only = 1");
            else
            {
                Pragma($"PRAGMA page_size = {pageSize}");
                Pragma("PRAGMA journal_mode = WAL");
                Pragma("PRAGMA synchronous = FULL");
                Pragma("PRAGMA temp_store = MEMORY"); // what a statement may have to undo, it remembers in memory, not in a file per statement
                Pragma("PRAGMA journal_size_limit = 67108864");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Runs a statement; returns the rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteNonQuery();

    /// <summary>Starts a query. The reader must be disposed before the same text is run again.</summary>
    public SqliteDataReader Query(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteReader();

    public List<T> List<T>(string sql, Func<SqliteDataReader, T> row, params ReadOnlySpan<object?> values)
    {
        var rows = new List<T>();
        using var reader = Query(sql, values);
        while (reader.Read()) rows.Add(row(reader));
        return rows;
    }

    /// <summary>The first row, or null.</summary>
    public T? First<T>(string sql, Func<SqliteDataReader, T> row, params ReadOnlySpan<object?> values) where T : class
    {
        using var reader = Query(sql, values);
        return reader.Read() ? row(reader) : null;
    }

    /// <summary>The first column of the first row; null when there is none or it is NULL.</summary>
    public long? Number(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteScalar() as long?;

    /// <summary>Runs a text that is not kept: a pragma or a script.</summary>
    public void Pragma(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read() || reader.NextResult())
        {
            // every statement of the text is stepped through
        }
    }

    public void Dispose()
    {
        foreach (var command in _prepared.Values) command.Dispose();
        _prepared.Clear();
        _connection.Dispose();
    }

    private SqliteCommand Bound(string sql, ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 1; i <= values.Length; i++) command.Parameters.Add(new SqliteParameter { ParameterName = "$" + i });
            _prepared.Add(sql, command);
        }
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command;
    }
}
