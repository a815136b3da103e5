using System.Globalization;
using System.Reflection;

namespace CityHub.Silo.Register.Postgres;

/// <summary>Brings a database's schema forward. Steps are embedded files <c>….Migrations.0001-name.sql</c>; the table <c>register_schema</c> says how many were made.</summary>
internal static class PostgresMigrations
{
    private const string Folder = "CityHub.Silo.Register.Postgres.Migrations";

    /// <summary>The number of any one lock that nobody else takes: two hubs that start together make each step once.</summary>
    private const long OneAtATime = 0x43_69_74_79_48_75_62;

    /// <summary>Makes the missing steps, each in its own transaction.</summary>
    /// <param name="upTo">Steps to make at most; for tests of the way from an earlier one.</param>
    /// <exception cref="InvalidDataException">The database was written by a newer program, or does not keep what it is given.</exception>
    public static void Apply(PostgresSession session, int upTo = int.MaxValue)
    {
        if (session.Setting("fsync") != "on") throw new InvalidDataException("The server runs with fsync off: what it calls committed is not on its disk.");
        if (session.Setting("server_encoding") != "UTF8") throw new InvalidDataException("The database's encoding is not UTF8.");
        var steps = Steps();
        for (var more = true; more;) more = Step(session, steps, Math.Min(upTo, steps.Count));
    }

    private static bool Step(PostgresSession session, List<string> steps, int upTo)
    {
        session.Script("begin");
        session.Script(string.Create(CultureInfo.InvariantCulture, $"select pg_advisory_xact_lock({OneAtATime})"));
        session.Script("create table if not exists register_schema (version integer not null)");
        var made = (int)(session.Number("select max(version) from register_schema") ?? 0);
        if (made > steps.Count)
        {
            session.Script("rollback");
            throw new InvalidDataException($"The database has schema {made}, this program knows up to {steps.Count}: it was written by a newer release.");
        }
        if (made < upTo)
        {
            session.Script(steps[made]);
            session.Script(string.Create(CultureInfo.InvariantCulture, $"delete from register_schema; insert into register_schema values ({made + 1})"));
        }
        session.Script("commit");
        return made + 1 < upTo;
    }

    private static List<string> Steps()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder + ".", StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return reader.ReadToEnd();
            }).ToList();
    }
}
