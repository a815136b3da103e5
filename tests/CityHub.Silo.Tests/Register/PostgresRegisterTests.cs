#if NPGSQL
using CityHub.Silo.Register;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rig;

namespace CityHub.Silo.Tests.Register;

/// <summary>One server for all tests; each has a database of its own.</summary>
public sealed class OnePostgres : IAsyncLifetime
{
    private int _databases;

    internal PostgresServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await PostgresServer.Start();
        Console.WriteLine("city: the register's suite ran on SQLite and on PostgreSQL " + Server.Ask("postgres", "show server_version"));
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();

    internal PostgresOptions Database()
    {
        var name = "city" + Interlocked.Increment(ref _databases);
        Server.Create(name);
        return On(Server, name);
    }

    internal static PostgresOptions On(PostgresServer server, string database) =>
        new() { Port = server.Port, Database = database, User = server.User, PasswordFile = server.PasswordFile };
}

[CollectionDefinition(nameof(OnePostgres))]
public sealed class OnePostgresTests : ICollectionFixture<OnePostgres>;

[Collection(nameof(OnePostgres))]
public sealed class PostgresRegisterTests(OnePostgres postgres) : RegisterContract
{
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(15);

    private readonly FakeTimeProvider _wall = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly PostgresOptions _database = postgres.Database();

    protected override IRegister Open(MessageComposer compose) => new PostgresRegister(new(), _database, compose, _wall, NullLogger<PostgresRegister>.Instance, Attempt);

    [Fact]
    public async Task A_lease_is_renewed_while_its_hub_looks_and_goes_to_another_when_that_one_closes()
    {
        using var other = new PostgresRegister(new(), _database, Compose, _wall, NullLogger<PostgresRegister>.Instance, Attempt);
        await Subscribe("sub-1");
        await Commit(Raised(1, 1000));
        Assert.Single(await Store.Due(Later, 10));
        Assert.True(Store.SendsFor("sub-1"));
        _wall.Advance(Attempt * 1.5);
        Assert.True(Store.SendsFor("sub-1"));
        _wall.Advance(TimeSpan.FromTicks(1));
        Assert.False(Store.SendsFor("sub-1"));   // an attempt that begins now may be under way when another hub begins
        Assert.Empty(await other.Due(Later, 10));
        Assert.Single(await Store.Due(Later, 10));
        Assert.True(Store.SendsFor("sub-1"));
        Reopen();
        _wall.Advance(Attempt);   // the other one asks again
        Assert.Single(await other.Due(Later, 10));
        Assert.Empty(await Store.Due(Later, 10));
    }

    [Fact]
    public async Task A_hub_that_remembers_its_epoch_is_refused_as_soon_as_another_has_taken_over()
    {
        using var other = new PostgresRegister(new(), _database, Compose, _wall, NullLogger<PostgresRegister>.Instance, Attempt);
        var first = await TakeOver(Store, ["centre"], "hub-a", new(1));
        for (var n = 1; n <= 3; n++) await Store.Commit(() => [Raised(n, 1000 + n)], _ => new("centre", "fire", ""), under: first);
        var second = await TakeOver(other, ["centre"], "hub-b", new(2));
        await Assert.ThrowsAsync<TenureLostException>(() => Store.Commit(() => [Raised(4, 2000)], _ => new("centre", "fire", ""), under: first));
        Assert.Equal(2, (await other.Commit(() => [Raised(4, 2000)], _ => new("centre", "fire", ""), under: second)).Count);
    }

    [Fact]
    public async Task What_one_hub_makes_due_for_another_to_send_rings_there()
    {
        using var other = new PostgresRegister(new(), _database, Compose, _wall, NullLogger<PostgresRegister>.Instance, Attempt);
        await Subscribe("sub-1");
        await Store.Due(Later, 10);
        var rung = 0;
        var handed = new List<OutboxMessage>();
        Store.OutboxChanged += () => Interlocked.Increment(ref rung);
        other.MessagesDue += handed.AddRange;
        await Rig.Until.True(async () =>
        {
            await other.Commit([Raised(Random.Shared.Next(), 1000)], _ => new("centre", "fire", ""));
            return Volatile.Read(ref rung) > 0;
        }, "it rings");
        Assert.Empty(handed);
    }

    [Fact]
    public async Task Each_hub_is_told_what_the_others_changed_once_and_in_order_and_never_what_it_did_itself()
    {
        using var other = new PostgresRegister(new(), _database, Compose, _wall, NullLogger<PostgresRegister>.Instance, Attempt);
        Assert.True(Store.IsShared);
        Assert.Equal((0, 0), (Store.LastChange(), Store.ChangesOfOthers(0, 10).Through));
        await Commit(Raised(1, 1000));
        await other.Commit([Raised(2, 2000)], _ => new("centre", "fire", ""));
        await Commit(Raised(3, 3000));
        await other.Commit([Raised(4, 4000)], _ => new("centre", "fire", ""));
        var all = Store.LastChange();
        var first = Store.ChangesOfOthers(0, 2);
        var rest = Store.ChangesOfOthers(first.Through, 100);
        Assert.Equal((2, all), (first.Through, rest.Through));
        Assert.Empty(Store.ChangesOfOthers(rest.Through, 100).Changes);
        var seen = first.Changes.Concat(rest.Changes).ToList();
        var theirs = other.ChangesOfOthers(0, 100).Changes;
        Assert.Equal(Enumerable.Range(1, (int)all).Select(n => (long)n), seen.Concat(theirs).Select(change => change.Number).Order());
        Assert.Contains(seen, change => change.After.Id == Raised(2, 2000).Episode && change.Kind == EpisodeChangeKinds.Raised);
        Assert.All(seen, change => Assert.Null(change.Before));
    }

    private string Ask(string sql) => postgres.Server.Ask(_database.Database, sql);

    [Fact]
    public void What_it_calls_committed_is_on_the_servers_disk()
    {
        Assert.False(Store.HasKeys());
        // Asked of the connections themselves, while they are open: the server's own settings may be others.
        Assert.Equal("on", Ask("show fsync"));
        Ask("alter database " + _database.Database + " set synchronous_commit = off");
        Reopen();
        using var store = new CityHub.Silo.Register.Postgres.PostgresRegisterStore(_database);
        using var session = (CityHub.Silo.Register.Postgres.PostgresSession)store.Open();
        Assert.Equal("on", session.Setting("synchronous_commit"));
    }

    [Fact]
    public void Its_tables_and_columns_are_those_of_a_file()
    {
        Assert.False(Store.HasKeys());
        var tables = Ask("select table_name || '|' || string_agg(column_name, ',' order by column_name collate \"C\") from information_schema.columns "
            + "where table_schema = 'public' and table_name not like 'register_%' group by table_name order by table_name collate \"C\"");
        Assert.Equal(SchemaTests.SqliteTables().Select(table => table.Key + "|" + table.Value), tables.Split('\n'));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public async Task A_database_of_an_earlier_release_is_brought_forward_with_what_is_in_it(int steps)
    {
        using (var store = new CityHub.Silo.Register.Postgres.PostgresRegisterStore(_database))
        using (var session = (CityHub.Silo.Register.Postgres.PostgresSession)store.Open())
        {
            CityHub.Silo.Register.Postgres.PostgresMigrations.Apply(session, steps);
        }
        Ask("""
            insert into episode (id, rule, rule_version, sensor, quantity, severity, first_breach_at, value, district, department, message, raised_at, late, opened_at)
              values ('e1', 'heat', 1, 's1', 1, 2, 10, 41.5, 'centre', 'fire', 'It is hot.', 20, 0, 20);
            insert into change (episode, kind, at) values ('e1', 'episode.raised', 20);
            insert into subscription (id, department, url, districts, min_severity, paused, created_at, secret) values ('sub', 'fire', 'https://example.org/', '["centre"]', 1, 0, 5, 'whsec_x');
            insert into message (message_id, subscription, episode, type, body, state, attempts, queued_at, next_at) values ('m1', 'sub', 'e1', 'episode.raised', '\x01', 1, 0, 20, 20);
            """);
        var episode = Assert.Single(await Store.ListEpisodes(new()));
        Assert.Equal(("e1", "centre", true), (episode.Id.Value, episode.District, episode.IsOpen));
        Assert.Equal("m1", Assert.Single(await Store.Due(Later, 10)).MessageId);
        Assert.Equal(2, (await Store.Acknowledge(episode.Id, "anna", new(30), ""))!.Number);
    }

    [Fact]
    public void A_database_of_a_newer_release_is_refused_with_a_reason()
    {
        Assert.False(Store.HasKeys());
        Reopen();
        Ask("update register_schema set version = 9999");
        Assert.Contains("newer release", Assert.Throws<RegisterUnavailableException>(() => Store).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_itself_refuses_a_second_open_episode_of_one_rule_and_sensor()
    {
        await Commit(Raised(1, 1000));
        var refused = Assert.Throws<InvalidOperationException>(() => Ask("create temp table twin as select * from episode; update twin set id = 'other'; insert into episode select * from twin"));
        Assert.Contains("episode_one_open", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_the_database_cannot_keep_is_mended_and_holds_nothing_up()
    {
        await Store.Commit([Raised(1, 1000)], _ => new("centre", "fire", "hot\0 \ud800 \ud83d\udd25"));
        Assert.Equal("hot\ufffd \ufffd \ud83d\udd25", (await Store.FindEpisode(Id(1)))!.Message);
    }

    [Fact]
    public void A_wrong_password_is_said_by_name_and_not_shown()
    {
        using var folder = new Folder();
        File.WriteAllText(folder.File("password"), "let-me-in\n");
        var refused = Assert.Throws<RegisterUnavailableException>(() => new PostgresRegister(new(), new() { Port = _database.Port, Database = _database.Database, User = _database.User, PasswordFile = folder.File("password") },
            Compose, _wall, NullLogger<PostgresRegister>.Instance, Attempt));
        Assert.Equal("The register cannot be opened: access-refused.", refused.Message);
        Assert.DoesNotContain("let-me-in", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_hubs_on_one_database_number_their_changes_without_gaps_and_see_each_others_subscriptions()
    {
        using var other = new PostgresRegister(new(), _database, Compose, _wall, NullLogger<PostgresRegister>.Instance, Attempt);
        await Commit(Raised(1, 1000));   // both remember that there are no subscriptions
        await other.Commit([Raised(2, 1000, sensor: new("s2"))], _ => new("centre", "fire", ""));
        await Subscribe("sub-1");
        var numbers = await Task.WhenAll(Enumerable.Range(3, 40).Select(n =>
            (n % 2 == 0 ? Store : other).Commit([Raised(n, 1000, sensor: new("s" + n))], _ => new("centre", "fire", ""))));
        Assert.Equal(Enumerable.Range(3, 40).Select(n => (long)n), numbers.Select(changes => Assert.Single(changes).Number).Order());
        Assert.Equal(40, (await Store.Due(Later, 100)).Count);
        Assert.Empty(await other.Due(Later, 100));   // the first to ask sends them
    }
}
#else
namespace CityHub.Silo.Tests.Register;

/// <summary>Says what was left out, so that a green run does not say more than it proved.</summary>
public sealed class PostgresLeftOut
{
    [Fact]
    public void Postgres_is_named_as_not_compiled_in_and_how_to_mend_that()
    {
        Console.WriteLine("city: the register's suite ran on SQLite; Npgsql is not compiled in (./city setup)");
        Assert.Contains("./city setup", CityHub.Silo.Register.Registers.Missing(CityHub.Silo.Register.RegisterKind.Postgres), StringComparison.Ordinal);
    }
}
#endif
