using System.Data.Common;
using Npgsql;

namespace CityHub.Silo.Register.Postgres;

/// <summary>Why PostgreSQL would not do it, by name. Text for people and tag for counters: no address, no data.</summary>
internal static class PostgresFault
{
    /// <summary>The SQLSTATE in words (PostgreSQL's documentation, appendix A); what came without one never reached the server, or its answer not us.</summary>
    public static string Name(DbException error) => error is not PostgresException { SqlState: var state }
        ? error.InnerException is TimeoutException ? "timed-out" : "unreachable"
        : state switch
        {
            "53100" => "disk-full",
            "53200" => "out-of-memory",
            "53300" => "too-many-connections",
            "55P03" or "57014" => "busy",
            "57P03" => "starting",
            "3D000" => "no-such-database",
            "25006" => "read-only",
            "25P03" => "turn-lost",
            "58030" => "io-error",
            "XX001" or "XX002" => "corrupt",
            ['0', '8', ..] => "unreachable",
            ['2', '8', ..] => "access-refused",
            ['2', '3', ..] => "constraint",
            ['5', '7', 'P', ..] => "shutting-down",
            _ => "postgres-" + state,
        };

    /// <summary>Whether the statement was at fault and not the store: its data (22), a constraint (23), its text or our rights to what it names (42).</summary>
    public static bool IsOurs(DbException error) => error is PostgresException { SqlState: ['2', '2' or '3', ..] or ['4', '2', ..] };
}
