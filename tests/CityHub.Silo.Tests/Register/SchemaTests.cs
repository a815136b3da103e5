using CityHub.Silo.Register;
using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace CityHub.Silo.Tests.Register;

/// <summary>The way of a register's file from each release before this one.</summary>
public sealed class SchemaTests
{
    private const string Migrations = "CityHub.Silo.Register.Migrations";

    /// <summary>Which columns each table has in a SQLite register of this release.</summary>
    internal static SortedDictionary<string, string> SqliteTables()
    {
        using var folder = new Folder();
        Open(folder).Dispose();
        return Tables(folder.File("register.db"));
    }

    public static TheoryData<int> Earlier => [.. Enumerable.Range(1, Steps() - 1)];

    [Theory]
    [MemberData(nameof(Earlier))]
    public async Task A_file_of_an_earlier_release_is_brought_forward_with_what_is_in_it(int steps)
    {
        using var folder = new Folder();
        using (var session = new SqliteSession(folder.File("register.db"), readOnly: false))
        {
            SqliteMigrations.Apply(session, Migrations, steps);
            session.Pragma("""
                insert into episode (id, rule, rule_version, sensor, quantity, severity, first_breach_at, value, district, department, message, raised_at, late, opened_at)
                  values ('e1', 'heat', 1, 's1', 1, 2, 10, 41.5, 'centre', 'fire', 'It is hot.', 20, 0, 20);
                insert into change (number, episode, kind, at) values (1, 'e1', 'episode.raised', 20);
                insert into subscription (id, department, url, districts, min_severity, paused, created_at, secret) values ('sub', 'fire', 'https://example.org/', '["centre"]', 1, 0, 5, 'whsec_x');
                insert into message (message_id, subscription, episode, type, body, state, attempts, queued_at, next_at) values ('m1', 'sub', 'e1', 'episode.raised', x'01', 1, 0, 20, 20);
                insert into checkpoint (node_group, node, state) values ('g', 'n', x'02');
                """);
            if (session.Number("select 1 from pragma_table_info('subscription') where name = 'queued'") is not null) session.Pragma("update subscription set queued = 1"); // that release counted by itself
        }
        using var register = Open(folder);
        var episode = Assert.Single(await register.ListEpisodes(new()));
        Assert.Equal(("e1", "centre", true), (episode.Id.Value, episode.District, episode.IsOpen));
        Assert.Equal("m1", Assert.Single(await register.Due(new(1000), 10)).MessageId);
        Assert.Equal(1, (await register.OutboxTotals())["sub"].Queued);
        Assert.Equal([2], Assert.Single(register.LoadCheckpoints(out _)).State);
        Assert.Equal(2, (await register.Acknowledge(episode.Id, "anna", new(30), ""))!.Number);
        Assert.Equal(SqliteTables(), Tables(folder.File("register.db")));
    }

    private static int Steps()
    {
        using var folder = new Folder();
        Open(folder).Dispose();
        using var session = new SqliteSession(folder.File("register.db"), readOnly: false);
        return (int)session.Number("PRAGMA user_version")!.Value;
    }

    private static SqliteRegister Open(Folder folder) => new(new() { Path = folder.File("register.db") }, (_, _, _) => [], TimeProvider.System, NullLogger<SqliteRegister>.Instance);

    private static SortedDictionary<string, string> Tables(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select t.name, (select group_concat(name) from (select c.name from pragma_table_info(t.name) c order by c.name)) from sqlite_schema t where t.type = 'table' and t.name not like 'sqlite_%'";
        using var reader = command.ExecuteReader();
        var tables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read()) tables.Add(reader.GetString(0), reader.GetString(1));
        return tables;
    }
}
