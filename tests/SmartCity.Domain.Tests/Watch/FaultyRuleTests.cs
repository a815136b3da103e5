using System.Collections;
using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

/// <summary>A rule whose evaluation throws, as a fault of ours would: here, a time zone that breaks.</summary>
public sealed class FaultyRuleTests
{
    private sealed class Breakable : IReadOnlyList<int>
    {
        public bool Broken { get; set; }

        public int Count => 1;

        public int this[int index] => Broken ? throw new InvalidOperationException("the zone is broken") : 0;

        public IEnumerator<int> GetEnumerator() => throw new NotSupportedException();

        IEnumerator IEnumerable.GetEnumerator() => throw new NotSupportedException();
    }

    private readonly Breakable _offsets = new();

    private Watched Street() => new(
        Watched.Rule("faulty") with { Schedule = new(new("Nowhere", [0], _offsets), [new(DayWindow.EveryDay, 0, 1440)], new HashSet<DateOnly>(), new HashSet<DateOnly>()) },
        Watched.Rule("sound"));

    [Fact]
    public void It_stops_alone_says_so_once_and_the_others_go_on()
    {
        var street = Street();
        _offsets.Broken = true;
        var raised = street.Hears(0, 31);
        Assert.Equal(["rule-fault:faulty", "sound"], raised.Select(change => change.Rule).Order());
        Assert.Empty(street.Hears(1, 32));
        Assert.Equal("sound", Assert.Single(street.Hears(2, 20)).Rule);
        Assert.Equal("rule-fault:faulty", Assert.Single(street.Open).Rule);
        Assert.Equal("faulty", OwnRules.FaultyRule(Assert.Single(street.Open).Rule));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_is_tried_again_with_the_next_reading(bool restarted)
    {
        var street = Street();
        _offsets.Broken = true;
        street.Hears(0, 31);
        if (restarted) street.Restarts();
        Assert.Equal(street.Open.Select(episode => episode.Id.Value).Order(), street.Twin.OpenEpisodes().Select(id => id.Value).Order());
        _offsets.Broken = false;
        Assert.Equal(["faulty", "rule-fault:faulty"], street.Hears(1, 31).Select(change => change.Rule).Order());
        Assert.Equal(["faulty", "sound"], street.Open.Select(episode => episode.Rule).Order());
    }

    [Fact]
    public void A_failure_leaves_an_open_episode_open()
    {
        var street = Street();
        street.Hears(0, 31);
        _offsets.Broken = true;
        street.Hears(1, 20);
        Assert.Contains(street.Open, episode => episode.Rule == "faulty");
        _offsets.Broken = false;
        street.Hears(2, 20);
        Assert.Empty(street.Open);
    }

    [Fact]
    public void With_the_rule_its_failure_goes()
    {
        var street = Street();
        _offsets.Broken = true;
        street.Hears(0, 20);
        street.Plan = RulePlan.For(new(2, "", TimeSpan.Zero, []), "centre");
        street.Waits(1);
        Assert.Empty(street.Open);
    }
}
