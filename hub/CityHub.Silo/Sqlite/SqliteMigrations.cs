using System.Globalization;
using System.Reflection;

namespace CityHub.Silo.Sqlite;

/// <summary>Brings a file's schema forward. Steps are embedded files <c>….Migrations.0001-name.sql</c>; <c>PRAGMA user_version</c> says how many were made.</summary>
internal static class SqliteMigrations
{
    /// <summary>Makes the missing steps, each in its own transaction.</summary>
    /// <param name="session">The writer.</param>
    /// <param name="folder">Namespace of the embedded steps, for example <c>CityHub.Silo.Register.Migrations</c>.</param>
    /// <param name="upTo">Steps to make at most; for tests of the way from an earlier one.</param>
    /// <exception cref="InvalidDataException">The file was made by a newer program.</exception>
    public static void Apply(SqliteSession session, string folder, int upTo = int.MaxValue)
    {
        var steps = Steps(folder);
        var made = session.Number("PRAGMA user_version") ?? 0;
        if (made > steps.Count)
        {
            throw new InvalidDataException($"The file has schema {made}, this program knows up to {steps.Count}: it was written by a newer release.");
        }
        for (var i = (int)made; i < Math.Min(upTo, steps.Count); i++)
        {
            session.Pragma(string.Create(CultureInfo.InvariantCulture, $"BEGIN IMMEDIATE; {steps[i]}\n; PRAGMA user_version = {i + 1}; COMMIT;"));
        }
    }

    private static List<string> Steps(string folder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var names = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder + ".", StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        return names.Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        }).ToList();
    }
}
