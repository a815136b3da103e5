using Microsoft.Data.Sqlite;

namespace CityHub.Silo.Sqlite;

/// <summary>Why SQLite would not do it, by name. Text for people and tag for counters: no path, no data.</summary>
internal static class SqliteFault
{
    /// <summary>The primary result code in words (sqlite.org/rescode.html).</summary>
    public static string Name(SqliteException error) => error.SqliteErrorCode switch
    {
        5 or 6 => "busy",
        7 => "out-of-memory",
        8 => "read-only",
        10 => "io-error",
        11 => "corrupt",
        13 => "disk-full",
        14 => "cannot-open",
        26 => "not-a-database",
        19 => "constraint",
        _ => "sqlite-" + error.SqliteErrorCode.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>Whether the statement was at fault and not the store: trying again would fail again.</summary>
    public static bool IsOurs(SqliteException error) => error.SqliteErrorCode is 1 or 18 or 19 or 20 or 21 or 25;
}
