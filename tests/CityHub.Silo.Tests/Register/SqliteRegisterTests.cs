using CityHub.Silo.Register;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CityHub.Silo.Tests.Register;

public sealed class SqliteRegisterTests : RegisterContract
{
    private readonly Folder _folder = new();
    private readonly FakeTimeProvider _wall = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private int _maxPages = 100_000;
    private int _waitingWrites = 10_000;
    private TimeSpan _patience = TimeSpan.FromMilliseconds(10);

    protected override IRegister Open(MessageComposer compose) => new SqliteRegister(
        new() { Path = _folder.File("register.db"), MaxPages = _maxPages, WaitingWrites = _waitingWrites, RideAlongPatience = _patience }, compose, _wall, NullLogger<SqliteRegister>.Instance);

    protected override void CleanUp() => _folder.Dispose();

    [Fact]
    public async Task What_may_wait_is_committed_with_the_next_that_may_not_or_when_it_is_hurried()
    {
        _patience = TimeSpan.FromMinutes(30);
        var first = Ride(Raised(1, 1000));
        Assert.Empty(await Store.ListEpisodes(new()));
        Assert.False(first.IsCompleted);
        await Commit(Raised(2, 2000, sensor: new("s2")));
        Assert.Single(await first);

        var second = Ride(Cleared(1, 3000));
        Store.Hurry();
        Assert.Single(await second.WaitAsync(TimeSpan.FromMinutes(1)));
        Store.Hurry(); // nothing waits, and none that comes later is hurried by it
        var third = Ride(Raised(3, 4000, sensor: new("s3")));
        Assert.Equal(2, (await Store.ListEpisodes(new())).Count);
        Assert.False(third.IsCompleted);
        Store.Hurry();
        await third.WaitAsync(TimeSpan.FromMinutes(1));

        Task<IReadOnlyList<EpisodeChange>> Ride(SmartCity.Watch.EpisodeEvent happened) => Store.Commit(() => [happened], _ => new("centre", "fire", ""), rides: true);
    }

    [Fact]
    public async Task A_full_disk_is_said_by_name_and_what_was_committed_stays()
    {
        _maxPages = 64;
        var kept = 0;
        var refused = await Assert.ThrowsAsync<RegisterUnavailableException>(async () =>
        {
            for (; ; kept++) await Store.SaveCheckpoints([new(new("g", "n" + kept), new byte[3000])], kept + 1);
        });
        Assert.Contains("disk-full", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Path, refused.Message, StringComparison.Ordinal);
        Assert.Equal("disk-full", ((SqliteRegister)Store).Fault);
        Assert.Equal(kept, Store.LoadCheckpoints(out var through).Count());
        Assert.Equal(kept, through);

        // a smaller write still fits, and says that all is well again
        await Store.SaveCheckpoints([new(new("g", "n0"), [1])], kept + 1);
        Assert.Null(((SqliteRegister)Store).Fault);
    }

    [Fact]
    public async Task More_waiting_writes_than_the_limit_are_refused_at_once_and_the_others_are_made()
    {
        _waitingWrites = 16;
        using var held = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        var first = Store.Commit([Raised(1, 1000)], _ =>
        {
            entered.Set();
            held.Wait();
            return new("d", "d", "m");
        });
        entered.Wait();
        var waiting = Enumerable.Range(0, 17).Select(n => Store.Audit(new(n), "a", "b", "c")).ToList();
        await Assert.ThrowsAsync<RegisterUnavailableException>(() => waiting[16]);
        held.Set();
        await first;
        await Task.WhenAll(waiting.Take(16));
    }

    [Fact]
    public async Task A_chunk_of_checkpoints_that_was_refused_leaves_through_where_it_was()
    {
        _maxPages = 128;
        await Store.SaveCheckpoints([new(new("g", "n"), [1])], 5);
        await Assert.ThrowsAsync<RegisterUnavailableException>(() =>
            Store.SaveCheckpoints(Enumerable.Range(0, 200).Select(n => new NodeCheckpoint(new("g", "n" + n), new byte[4000])).ToList(), 6));
        _ = Store.LoadCheckpoints(out var through);
        Assert.Equal(5, through);
    }

    [Fact]
    public void A_file_of_a_newer_release_is_refused_with_a_reason()
    {
        Assert.False(Store.HasKeys());
        Reopen();
        Sql("PRAGMA user_version = 9999");
        var refused = Assert.Throws<RegisterUnavailableException>(() => Store);
        Assert.Contains("newer release", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_with_a_reason()
    {
        File.WriteAllBytes(_folder.File("register.db"), [.. Enumerable.Repeat((byte)'x', 5000)]);
        Assert.Contains("not-a-database", Assert.Throws<RegisterUnavailableException>(() => Store).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_itself_refuses_a_second_open_episode_of_one_rule_and_sensor()
    {
        await Commit(Raised(1, 1000));
        Reopen();
        var refused = Assert.Throws<SqliteException>(() => Sql("create temp table twin as select * from episode; update twin set id = 'other'; insert into episode select * from twin"));
        Assert.Equal(19, refused.SqliteErrorCode);
    }

    [Theory]
    [InlineData("due", "select next_at, row from message where subscription = 's' and state = 1 and next_at <= 5 order by next_at, row limit 10", "message_due")]
    [InlineData("line", "select row from message where subscription = 's' and episode = 'e' and state < 2 order by row limit 1", "message_line")]
    [InlineData("open", "select id from episode where rule = 'r' and sensor = 's' and id <> 'x' and cleared_at is null and withdrawn_at is null", "episode_one_open")]
    public void What_must_stay_quick_with_a_million_rows_goes_by_its_index_and_sorts_nothing(string what, string query, string index)
    {
        Assert.False(Store.HasKeys());
        var plan = Sql("explain query plan " + query);
        Assert.True(plan.Contains(index, StringComparison.Ordinal) && !plan.Contains("TEMP B-TREE", StringComparison.Ordinal), $"{what}: {plan}");
    }

    private string Sql(string text)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.File("register.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = text;
        using var reader = command.ExecuteReader();
        var lines = new List<string>();
        while (reader.Read()) lines.Add(reader.GetValue(reader.FieldCount - 1).ToString()!);
        return string.Join("; ", lines);
    }
}
