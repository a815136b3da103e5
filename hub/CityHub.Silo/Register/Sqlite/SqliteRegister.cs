using CityHub.Silo.Register.Sqlite;
using Microsoft.Extensions.Logging;

namespace CityHub.Silo.Register;

/// <summary>The register in one SQLite file. Takes the wall clock.</summary>
public sealed class SqliteRegister : SqlRegister
{
    /// <summary>Opens or makes the file and brings its schema forward.</summary>
    /// <exception cref="RegisterUnavailableException">It cannot be opened, or a newer release wrote it.</exception>
    public SqliteRegister(RegisterOptions options, MessageComposer compose, TimeProvider wall, ILogger<SqliteRegister> log)
        : base(new SqliteRegisterStore(options), options, compose, wall, log)
    {
    }
}
