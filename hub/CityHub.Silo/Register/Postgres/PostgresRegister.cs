using CityHub.Silo.Register.Postgres;
using Microsoft.Extensions.Logging;

namespace CityHub.Silo.Register;

/// <summary>The register in a PostgreSQL database. Takes the wall clock.</summary>
public sealed class PostgresRegister : SqlRegister
{
    /// <summary>Opens the database and brings its schema forward.</summary>
    /// <exception cref="RegisterUnavailableException">It cannot be reached, a newer release wrote it, or it does not keep what it is given.</exception>
    /// <param name="attempt">The longest that one attempt to deliver takes: a hub's right to send for a subscription is measured by it.</param>
    public PostgresRegister(RegisterOptions options, PostgresOptions server, MessageComposer compose, TimeProvider wall, ILogger<PostgresRegister> log, TimeSpan attempt)
        : base(new PostgresRegisterStore(server), options, compose, wall, log, attempt)
    {
    }
}
