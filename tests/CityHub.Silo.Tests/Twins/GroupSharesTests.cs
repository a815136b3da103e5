using CityHub.Silo.Twins;
using CsCheck;

namespace CityHub.Silo.Tests.Twins;

/// <summary>Which silo is to hold which group.</summary>
public sealed class GroupSharesTests
{
    private static string[] Names(string stem, int count) => [.. Enumerable.Range(0, count).Select(i => $"{stem}-{i}")];

    [Fact]
    public void Every_group_has_one_silo_and_no_silo_has_two_more_than_another() =>
        Gen.Select(Gen.Int[0, 60], Gen.Int[1, 12]).Sample((groups, silos) =>
        {
            var shares = GroupShares.Of(Names("group", groups), Names("silo", silos));
            Assert.Equal(groups, shares.Count);
            var counts = Names("silo", silos).Select(silo => shares.Values.Count(owner => owner == silo)).ToArray();
            Assert.InRange(counts.Max() - counts.Min(), 0, 1);
        }, iter: 300);

    [Fact]
    public void Every_silo_finds_the_same_in_whatever_order_it_knows_them() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 9], Gen.Int).Sample((groups, silos, seed) =>
        {
            var chance = new Random(seed);
            var (some, others) = (Names("group", groups), Names("silo", silos));
            var one = GroupShares.Of(some, others);
            chance.Shuffle(some);
            chance.Shuffle(others);
            Assert.Equal(one.OrderBy(share => share.Key, StringComparer.Ordinal), GroupShares.Of(some, others).OrderBy(share => share.Key, StringComparer.Ordinal));
        }, iter: 300);

    [Fact]
    public void A_silo_that_goes_and_comes_back_has_the_groups_that_it_had()
    {
        var (groups, silos) = (Names("group", 20), Names("silo", 4));
        Assert.Equal(GroupShares.Of(groups, silos), GroupShares.Of(groups, [.. silos.Skip(1), silos[0]]));
    }

    [Fact]
    public void When_a_silo_joins_few_groups_move_beside_those_that_it_gets()
    {
        // Of 240 groups on n silos it gets 240/(n + 1); room that shrinks on the others passes some on.
        for (var silos = 2; silos < 10; silos++)
        {
            var (before, after) = (GroupShares.Of(Names("group", 240), Names("silo", silos)), GroupShares.Of(Names("group", 240), Names("silo", silos + 1)));
            var (moved, gets) = (before.Count(share => after[share.Key] != share.Value), after.Values.Count(owner => owner == $"silo-{silos}"));
            Assert.InRange(moved, gets, 2 * gets);
        }
    }

    [Fact]
    public void A_district_has_one_home_in_whatever_order_the_groups_are_known_and_districts_are_spread_over_them()
    {
        var groups = Names("group", 5);
        var homes = Names("district", 200).Select(district => GroupShares.HomeOf(district, groups)).ToList();
        Assert.Equal(homes, Names("district", 200).Select(district => GroupShares.HomeOf(district, [.. groups.Reverse()])));
        Assert.All(groups, group => Assert.InRange(homes.Count(home => home == group), 20, 60));
    }

    [Fact]
    public void Without_a_silo_nobody_holds_anything() => Assert.Empty(GroupShares.Of(["city"], []));

    [Fact]
    public void The_answer_is_the_same_in_every_release() => // silos of two releases share a city while it is upgraded
        Assert.Equal("harbour:two hill:one market:two park:one port:three station:three", string.Join(' ', GroupShares.Of(["harbour", "hill", "market", "park", "port", "station"], ["one", "two", "three"]).OrderBy(share => share.Key, StringComparer.Ordinal).Select(share => $"{share.Key}:{share.Value}")));
}
