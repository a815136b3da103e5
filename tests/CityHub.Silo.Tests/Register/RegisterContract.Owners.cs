using CityHub.Silo.Register;
using SmartCity.Readings;

namespace CityHub.Silo.Tests.Register;

public abstract partial class RegisterContract
{
    private Task<IReadOnlyList<EpisodeChange>> CommitUnder(IReadOnlyList<GroupTenure> under, int first) =>
        Store.Commit(() => [Raised(first, 1000 + first)], _ => new("centre", "fire", ""), under: under);

    /// <summary>As a hub whose log is its own.</summary>
    protected static async Task<IReadOnlyList<GroupTenure>> TakeOver(IRegister register, IReadOnlyList<string> groups, string owner, Instant at) =>
        [.. (await register.TakeOver(groups, owner, at, new("log of " + owner, 0))).Select(taking => taking.Tenure)];

    [Fact]
    public async Task The_owner_of_a_group_writes_under_its_epoch_and_the_one_before_it_is_refused_from_then_on()
    {
        var first = await TakeOver(Store, ["centre"], "hub-a", new(1));
        Assert.Equal([new GroupTenure("centre", 1)], first);
        Assert.Equal(1, Assert.Single(await CommitUnder(first, 1)).Number);
        await Store.SaveCheckpoints(Nodes(100, 1), 5, first);

        var second = await TakeOver(Store, ["centre"], "hub-b", new(2));
        Assert.Equal([new GroupTenure("centre", 2)], second);
        Assert.Equal(first[0], (await Assert.ThrowsAsync<TenureLostException>(() => CommitUnder(first, 2))).Tenure);
        await Assert.ThrowsAsync<TenureLostException>(() => Store.SaveCheckpoints(Nodes(100, 2), 6, first));
        Assert.Null(await Store.FindEpisode(Id(2)));
        Assert.All(Store.LoadCheckpoints(out var through), node => Assert.Equal(1, node.State[0]));
        Assert.Equal(5, through);

        Assert.Equal([2, 3], (await CommitUnder(second, 3)).Select(change => change.Number));   // the refused one took no number
        await Store.SaveCheckpoints(Nodes(1, 3), 7, second);
        Assert.Equal((second[0], "hub-b", new Instant(2)), Assert.Single(Store.GroupOwners()));
    }

    [Fact]
    public async Task An_epoch_survives_a_restart_and_is_each_groups_own()
    {
        var both = await TakeOver(Store, ["centre", "north"], "hub-a", new(1));
        Reopen();
        Assert.Single(await CommitUnder(both, 1));
        Assert.Equal([new GroupTenure("north", 2)], await TakeOver(Store, ["north"], "hub-b", new(2)));
        Assert.Equal("north", (await Assert.ThrowsAsync<TenureLostException>(() => CommitUnder(both, 2))).Tenure.Group);
        Assert.Equal(2, (await CommitUnder([both[0]], 2)).Count);
        Assert.Empty(await CommitUnder([], 2));
        Assert.Equal([("centre", "hub-a"), ("north", "hub-b")], Store.GroupOwners().Select(owner => (owner.Tenure.Group, owner.Owner)));
    }
}
