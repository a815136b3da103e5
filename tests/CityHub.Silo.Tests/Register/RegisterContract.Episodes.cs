using CityHub.Silo.Register;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Silo.Tests.Register;

public abstract partial class RegisterContract
{
    [Fact]
    public async Task A_raised_episode_is_kept_with_its_context_and_found_again_after_a_restart()
    {
        var change = Assert.Single(await Commit(Raised(1, 1000)));
        Assert.Equal((1, null, "episode.raised"), (change.Number, change.Before, change.Kind));
        Reopen();
        var episode = await Store.FindEpisode(Id(1));
        Assert.Equal(change.After, episode);
        Assert.Equal(("centre", "fire", "It is hot.", new Instant(1000), true), (episode!.District, episode.Department, episode.Message, episode.RaisedAt, episode.IsOpen));
        Assert.Null(await Store.FindEpisode(Id(2)));
    }

    [Fact]
    public async Task Repeats_change_nothing_and_take_no_number()
    {
        await Commit(Raised(1, 1000), Raised(1, 1000));
        Assert.Empty(await Commit(Raised(1, 1000), Raised(1, 2000)));
        Assert.Equal(2, Assert.Single(await Commit(Cleared(1, 3000))).Number);
        Assert.Empty(await Commit(Cleared(1, 3000)));
    }

    [Fact]
    public async Task Each_change_has_its_kind_and_the_next_number()
    {
        var changes = (await Commit(Recorded(1, 1000), Raised(1, 2000), Cleared(1, 3000), Cleared(1, 2900), Withdrawn(1, 4000), Raised(1, 5000))).ToList();
        changes.Add((await Store.Acknowledge(Id(1), "anna", new(6000), "on my way"))!);
        Assert.Equal(["episode.recorded", "episode.raised", "episode.cleared", "episode.updated", "episode.withdrawn", "episode.raised", "episode.acknowledged"], changes.Select(c => c.Kind));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], changes.Select(c => c.Number));
        for (var i = 1; i < changes.Count; i++) Assert.Equal(changes[i - 1].After, changes[i].Before);
    }

    [Fact]
    public async Task The_first_acknowledgement_stands()
    {
        await Commit(Raised(1, 1000));
        Assert.Equal("anna", (await Store.Acknowledge(Id(1), "anna", new(2000), "seen"))!.After.Acknowledged!.By);
        Assert.Null(await Store.Acknowledge(Id(1), "bert", new(3000), "me too"));
        Assert.Equal(new Acknowledgement("anna", new(2000), "seen") { Severity = Severity.Major }, (await Store.FindEpisode(Id(1)))!.Acknowledged);
        Assert.Null(await Store.Acknowledge(Id(9), "bert", new(3000), "which?"));
    }

    [Fact]
    public async Task A_new_episode_clears_the_one_still_open_for_the_same_rule_and_sensor_and_both_are_told()
    {
        await Commit(Raised(1, 1000));
        var changes = await Commit(Raised(2, 5000));
        Assert.Equal([(Id(1), "episode.cleared"), (Id(2), "episode.raised")], changes.Select(c => (c.After.Id, c.Kind)));
        Assert.Equal(new Instant(5000), changes[0].After.ClearedAt);
        Assert.Equal(Id(2), Assert.Single(await Store.ListEpisodes(new(Open: true))).Id);
    }

    [Fact]
    public async Task Another_rule_or_another_sensor_has_an_open_episode_of_its_own()
    {
        await Commit(Raised(1, 1000), Raised(1, 1000, rule: "frost"), Raised(1, 1000, sensor: new("elsewhere")));
        Assert.Equal(3, (await Store.ListEpisodes(new(Open: true))).Count);
    }

    [Fact]
    public async Task An_older_breach_that_is_only_recorded_does_not_end_a_call()
    {
        await Commit(Raised(2, 5000));
        var change = Assert.Single(await Commit(Recorded(1, 1000)));
        Assert.Equal((Id(1), "episode.recorded", new Instant(4990)), (change.After.Id, change.Kind, change.After.ClearedAt));
        Assert.Equal(Id(2), Assert.Single(await Store.ListEpisodes(new(Open: true))).Id);
    }

    [Fact]
    public async Task A_fault_of_the_context_fails_its_own_commit_whole_and_leaves_no_gap_in_the_numbers()
    {
        await Assert.ThrowsAsync<KeyNotFoundException>(() => Store.Commit([Raised(1, 1000), Raised(2, 2000, rule: "frost")],
            e => e.Rule == "frost" ? throw new KeyNotFoundException() : new("centre", "fire", "")));
        Assert.Null(await Store.FindEpisode(Id(1)));
        Assert.Equal(1, Assert.Single(await Commit(Raised(3, 3000))).Number);
    }

    [Fact]
    public async Task A_fault_in_one_of_the_writes_that_were_to_be_committed_together_costs_the_others_nothing()
    {
        await Subscribe("sub-1");
        var handed = await HandedOn();
        using var held = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        var first = Store.Commit([Raised(1, 1000)], _ =>
        {
            entered.Set();
            held.Wait();
            return new("centre", "fire", "");
        });
        entered.Wait(); // what comes now waits, and makes one group
        var before = Commit(Raised(2, 1000, sensor: new("s2")));
        var faulty = Store.Commit([Raised(3, 1000, sensor: new("s3"))], _ => throw new KeyNotFoundException());
        var after = Commit(Raised(4, 1000, sensor: new("s4")));
        held.Set();
        await first;
        await Assert.ThrowsAsync<KeyNotFoundException>(() => faulty);
        Assert.Equal([2, 3], new[] { await before, await after }.Select(changes => Assert.Single(changes).Number));
        Assert.Equal(["msg_1_sub-1", "msg_2_sub-1", "msg_3_sub-1"], handed.Select(m => m.MessageId));
        Assert.Equal(3, (await Store.Due(Later, 10)).Count);
    }

    [Fact]
    public async Task Commits_of_many_callers_at_once_are_numbered_without_gaps()
    {
        Assert.False(Store.HasKeys()); // opened before the callers come
        var all = await Task.WhenAll(Enumerable.Range(1, 200).Select(n => Task.Run(() => Commit(Raised(n, 1000 + n, sensor: new("s" + n))))));
        Assert.Equal(Enumerable.Range(1, 200).Select(n => (long)n), all.Select(changes => Assert.Single(changes).Number).Order());
    }

    [Fact]
    public async Task Episodes_are_listed_newest_first_within_what_was_asked_for()
    {
        await Commit(Raised(1, 1000), Cleared(1, 1500), Raised(2, 2000), Raised(3, 3000, sensor: new("elsewhere")));
        async Task<IEnumerable<long>> Opened(Contracts.EpisodeFilter filter) => (await Store.ListEpisodes(filter)).Select(e => e.RaisedAt!.Value.UnixMilliseconds);
        Assert.Equal([3000, 2000, 1000], await Opened(new()));
        Assert.Equal([3000, 2000], await Opened(new(Open: true)));
        Assert.Equal([1000], await Opened(new(Open: false)));
        Assert.Equal([2000, 1000], await Opened(new(Sensor: Pole)));
        Assert.Equal([3000, 2000, 1000], await Opened(new(District: "centre")));
        Assert.Empty(await Opened(new(District: "north")));
        Assert.Equal([2000], await Opened(new(From: new(2000), To: new(3000))));
        Assert.Equal([3000], await Opened(new(Limit: 1)));
        Assert.Equal([2000], await Opened(new(Open: true, District: "centre", Sensor: Pole, From: new(1), To: new(9999), Limit: 5)));
    }

    [Fact]
    public async Task Category_run_book_kind_and_severity_are_kept()
    {
        await Store.Commit([Raised(1, 1000)], _ => new("centre", "fire", "It is hot.") { Category = "Met", RunBook = "https://city.example/heat", Kind = EpisodeKind.Exercise });
        var worse = new EpisodeEvent.SeverityChanged(Id(1), "heat", 4, Pole, Quantity.AirTemperature, new(1500), Severity.Critical, 48);
        var change = Assert.Single(await Commit(worse));
        Assert.Equal(EpisodeChangeKinds.SeverityChanged, change.Kind);
        Assert.Empty(await Commit(worse));
        Reopen();
        var kept = (await Store.FindEpisode(Id(1)))!;
        Assert.Equal(("Met", "https://city.example/heat", EpisodeKind.Exercise, Severity.Critical, new Instant(1500), 48.0),
            (kept.Category, kept.RunBook, kept.Kind, kept.Severity, kept.SeverityAt, kept.Value));
        Assert.Equal(change.After, kept);
    }
}
