#if NPGSQL
using CityHub.Silo.Register;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCity.Readings;

namespace CityHub.Silo.Tests.Register;

/// <summary>What the owner of a group leaves in the register for the next one.</summary>
[Collection(nameof(OnePostgres))]
public sealed class PostgresJournalTests : IDisposable
{
    private static readonly (SensorId, Quantity)[] Series = [(new("s1"), Quantity.AirTemperature), (new("s2"), Quantity.Smoke)];

    private readonly PostgresOptions _database;
    private readonly PostgresRegister _register;

    public PostgresJournalTests(OnePostgres postgres)
    {
        _database = postgres.Database();
        _register = Open(_database);
    }

    public void Dispose() => _register.Dispose();

    [Fact]
    public async Task Blocks_are_found_by_group_in_the_order_of_their_owners_and_numbers_with_the_names_behind_their_numbers()
    {
        var first = await TakeOver("log-a", "city", "port");
        await _register.WriteJournal(Page("log-a", 7, first) with { Series = Series, Nodes = [new("city", "n1")] }, first);
        await _register.WriteJournal(Page("log-a", 9, first) with { FirstSeries = 3, Series = [(new("s3"), Quantity.Smoke)], FirstNode = 2 }, first);
        var second = await TakeOver("log-b", "city");
        await _register.WriteJournal(Page("log-b", 2, second), second);

        var all = _register.ReadJournal("city", null, 10);
        Assert.Equal([(1, 7, "log-a"), (1, 9, "log-a"), (2, 2, "log-b")], all.Select(block => (block.Epoch, block.Number, block.Log)));
        Assert.Equal([7, 1], all[0].Data);
        Assert.Equal([(1, 9)], _register.ReadJournal("city", all[0], 1).Select(block => (block.Epoch, block.Number)));
        Assert.Equal(2, _register.ReadJournal("port", null, 10).Count);
        Assert.Equal(6, _register.JournalBytes("city"));
        var names = _register.ReadJournalNames("log-a");
        Assert.Equal([.. Series, (new("s3"), Quantity.Smoke)], names.Series);
        Assert.Equal([new NodeKey("city", "n1")], names.Nodes);
        Assert.Equal(new JournalledLog(9, 3, 1), _register.Journalled("log-a"));
        Assert.Equal(default, _register.Journalled("log-c"));
    }

    [Fact]
    public async Task A_page_written_again_is_there_once_and_one_of_an_owner_who_was_followed_is_refused_whole()
    {
        var first = await TakeOver("log-a", "city", "port");
        await _register.WriteJournal(Page("log-a", 7, first), first);
        await _register.WriteJournal(Page("log-a", 7, first), first);
        Assert.Single(_register.ReadJournal("city", null, 10));
        await TakeOver("log-b", "port");
        await Assert.ThrowsAsync<TenureLostException>(() => _register.WriteJournal(Page("log-a", 8, first), first));
        await Assert.ThrowsAsync<TenureLostException>(() => _register.TrimJournal(first, 7, earlier: true));
        Assert.Single(_register.ReadJournal("city", null, 10));
        Assert.Equal(7, _register.Journalled("log-a").Number);
    }

    [Fact]
    public async Task Trimmed_goes_what_is_the_owners_own_through_a_number_and_what_was_before_only_when_that_is_said()
    {
        var first = await TakeOver("log-a", "city");
        await _register.WriteJournal(Page("log-a", 7, first) with { Series = Series }, first);
        var second = await TakeOver("log-b", "city");
        for (var block = 1; block <= 3; block++) await _register.WriteJournal(Page("log-b", block, second), second);
        Assert.Equal(4, await _register.TrimJournal(second, 2, earlier: false));
        Assert.Equal([(1, 7), (2, 3)], _register.ReadJournal("city", null, 10).Select(block => (block.Epoch, block.Number)));
        Assert.Equal(2, _register.ReadJournalNames("log-a").Series.Count);
        Assert.Equal(2, await _register.TrimJournal(second, 2, earlier: true));
        Assert.Equal([(2, 3)], _register.ReadJournal("city", null, 10).Select(block => (block.Epoch, block.Number)));
        Assert.Empty(_register.ReadJournalNames("log-a").Series);   // nobody asks for them any more
    }

    [Fact]
    public async Task A_group_is_continued_from_its_owners_own_log_and_from_there_on_by_who_has_another()
    {
        Assert.Equal((true, 0), Left(await _register.TakeOver(["city"], "a", new(1), new("log-a", 40))));   // nobody was before
        var tenure = (await _register.TakeOver(["city"], "a", new(2), new("log-a", 40)))[0].Tenure;
        await _register.SaveCheckpoints([new(new("city", "n1"), [1])], 33, [tenure]);
        Assert.Equal((true, 33), Left(await _register.TakeOver(["city"], "a", new(3), new("log-a", 50))));
        Assert.Equal((false, 5), Left(await _register.TakeOver(["city"], "b", new(4), new("log-b", 5))));
        Assert.Equal((true, 5), Left(await _register.TakeOver(["city"], "b", new(5), new("log-b", 9))));
        Assert.Equal((false, 60), Left(await _register.TakeOver(["city"], "a", new(6), new("log-a", 60))));
    }

    [Fact]
    public async Task Checkpoints_are_read_of_the_groups_asked_for_and_what_is_no_groups()
    {
        await _register.SaveCheckpoints([new(new("city", "n1"), [1]), new(new("port", "n2"), [2]), new(new("", "district/x"), [3])], 1);
        Assert.Equal(["district/x", "n2"], _register.LoadCheckpoints(["port"]).Select(node => node.Node.Node));
    }

    [Fact]
    public void Switched_off_no_owner_keeps_one()
    {
        Assert.True(_register.KeepsJournal);
        _database.Journal = false;
        using var other = Open(_database);
        Assert.False(other.KeepsJournal);
    }

    private static (bool, long) Left(IReadOnlyList<GroupTaking> taken) => (taken[0].FromOwnLog, taken[0].Through);

    private static JournalPage Page(string log, long number, IReadOnlyList<GroupTenure> under) =>
        new(log, number, [.. under.Select(tenure => new JournalBlock(tenure.Group, tenure.Epoch, number, log, [(byte)number, 1]))]);

    private async Task<IReadOnlyList<GroupTenure>> TakeOver(string log, params string[] groups) =>
        [.. (await _register.TakeOver(groups, "hub of " + log, new(1), new(log, 0))).Select(taking => taking.Tenure)];

    private static PostgresRegister Open(PostgresOptions database) =>
        new(new(), database, (_, _, _) => [], TimeProvider.System, NullLogger<PostgresRegister>.Instance, TimeSpan.FromSeconds(15));
}
#endif
