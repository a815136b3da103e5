using Microsoft.Extensions.Logging;

namespace CityHub.Silo.Register;

/// <summary>Which database holds the register.</summary>
public enum RegisterKind : byte
{
    /// <summary>A file beside the hub.</summary>
    Sqlite,

    /// <summary>A PostgreSQL server, section <c>Postgres</c>, where its client was compiled in.</summary>
    Postgres,
}

/// <summary>Opens registers of either kind.</summary>
public static class Registers
{
    /// <summary>Why a kind cannot serve in this build, as the line that mends it; null: it can.</summary>
    public static string? Missing(RegisterKind kind) => kind switch
    {
        RegisterKind.Sqlite => null,
#if NPGSQL
        RegisterKind.Postgres => null,
#else
        RegisterKind.Postgres => "Npgsql is not compiled in: run ./city setup and build again",
#endif
    };

    /// <param name="attempt">The longest that one attempt to deliver takes (<c>Webhooks:Timeout</c>).</param>
    /// <exception cref="RegisterUnavailableException">It cannot be opened.</exception>
    /// <exception cref="PlatformNotSupportedException">It is <see cref="Missing"/>; the message says how to mend that.</exception>
    public static SqlRegister Open(RegisterOptions options, PostgresOptions server, MessageComposer compose, TimeProvider wall, TimeSpan attempt, ILoggerFactory logs)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (Missing(options.Kind) is { } missing) throw new PlatformNotSupportedException(missing);
        return options.Kind switch
        {
            RegisterKind.Sqlite => new SqliteRegister(options, compose, wall, logs.CreateLogger<SqliteRegister>()),
#if NPGSQL
            RegisterKind.Postgres => new PostgresRegister(options, server, compose, wall, logs.CreateLogger<PostgresRegister>(), attempt),
#else
            RegisterKind.Postgres => throw new PlatformNotSupportedException("Npgsql is not compiled in."),
#endif
        };
    }
}
