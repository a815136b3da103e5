using SmartCity.Readings;
using SmartCity.Twins;
using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

public sealed class ReplanTests
{
    private static readonly MeanOver Minutes = new(TimeSpan.FromMinutes(1), 5, 1, CalendarDay: false);

    private static List<EpisodeEvent> Replans(Watched street, double now, params Rule[] rules)
    {
        street.Plan = RulePlan.For(new(street.Plan.Set.Version + 1, "", TimeSpan.Zero, rules), "centre");
        return street.Waits(now);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_rule_whose_words_change_but_not_its_meaning_keeps_its_state(bool restarted)
    {
        var rule = Watched.Rule(hold: TimeSpan.FromMinutes(2));
        var street = new Watched(rule);
        street.Hears(0, 31);
        if (restarted) street.Restarts();
        Assert.Empty(Replans(street, 60, rule with { Severity = Severity.Critical, Message = "It is hot.", Districts = ["centre"] }));
        var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(street.Waits(120)));
        Assert.Equal((Severity.Critical, 2), (raised.Severity, raised.RuleVersion));
        Assert.Equal(ObserveOutcome.Merged, street.Hears(Watched.Reading(-1, 20), 121).Outcome); // what was kept is still kept
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_rule_that_changes_keeps_its_open_episode_and_clears_it_by_the_new_levels(bool restarted)
    {
        var street = new Watched(Watched.Rule(level: 30));
        street.Hears(0, 31);
        if (restarted) street.Restarts();
        Assert.Empty(Replans(street, 1, Watched.Rule(level: 35, clear: 25)));
        if (restarted) street.Restarts();
        Assert.Empty(street.Hears(2, 26));
        Assert.IsType<EpisodeEvent.Cleared>(Assert.Single(street.Hears(3, 25)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_rule_that_changes_starts_its_duration_again(bool restarted)
    {
        var street = new Watched(Watched.Rule(hold: TimeSpan.FromMinutes(2)));
        street.Hears(0, 31);
        if (restarted) street.Restarts();
        Replans(street, 60, Watched.Rule(hold: TimeSpan.FromMinutes(3)));
        Assert.Empty(street.Waits(600));
        street.Hears(601, 31);
        Assert.Single(street.Waits(601 + 180));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_mean_whose_level_changes_keeps_its_slots(bool restarted)
    {
        var street = new Watched(Watched.Rule(level: 50, mean: Minutes));
        street.Hears(60, 40);
        street.Hears(90, 60);
        if (restarted) street.Restarts();
        Replans(street, 91, Watched.Rule(level: 45, mean: Minutes));
        var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(street.Hears(120, 60)));
        Assert.Equal(50, raised.Value);
    }

    [Fact]
    public void A_mean_whose_level_changes_does_not_judge_again_what_the_clock_has_closed()
    {
        var street = new Watched(Watched.Rule(level: 50, mean: Minutes));
        street.Hears(60, 40);
        Assert.Empty(street.Waits(120 + 300));
        Assert.Empty(Replans(street, 430, Watched.Rule(level: 35, mean: Minutes)));
        var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(street.Waits(180 + 300)));
        Assert.Equal(Watched.At(180), raised.FirstBreachAt);
    }

    [Theory]
    [InlineData("at once", false, 0, false)]
    [InlineData("at once, after a restart", false, 0, true)]
    [InlineData("raised by the clock", true, 120, false)]
    [InlineData("raised by the clock, after a restart", true, 120, true)]
    public void The_open_episode_of_a_rule_that_is_gone_is_withdrawn(string because, bool held, double raisedAt, bool restarted)
    {
        var street = new Watched(Watched.Rule(hold: held ? TimeSpan.FromMinutes(2) : default), Watched.Rule("other", quantity: Quantity.RelativeHumidity));
        street.Hears(0, 31);
        street.Waits(raisedAt);
        Assert.Single(street.Open);
        if (restarted) street.Restarts();
        var withdrawn = Assert.IsType<EpisodeEvent.Withdrawn>(Assert.Single(Replans(street, 200, Watched.Rule("other", quantity: Quantity.RelativeHumidity))));
        Assert.True(("rule no longer in force", Watched.At(200), 2) == (withdrawn.Reason, withdrawn.At, withdrawn.RuleVersion), because);
        Assert.Empty(street.Open);
        Assert.Empty(street.Hears(201, 31));
    }

    [Fact]
    public void A_rule_that_comes_begins_with_the_next_reading()
    {
        var street = new Watched(Watched.Rule());
        street.Hears(0, 25);
        Assert.Empty(Replans(street, 1, Watched.Rule(), Watched.Rule("warm", level: 20)));
        var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(street.Hears(2, 25)));
        Assert.Equal(("warm", Watched.At(2)), (raised.Rule, raised.FirstBreachAt));
    }

    [Fact]
    public void A_change_of_one_quantity_s_rules_leaves_what_is_kept_of_another()
    {
        var street = new Watched(Watched.Rule());
        street.Hears(0, 20);
        Replans(street, 1, Watched.Rule(), Watched.Rule("damp", quantity: Quantity.RelativeHumidity));
        Assert.Equal(ObserveOutcome.Merged, street.Hears(Watched.Reading(-1, 20), 1).Outcome);
        Replans(street, 2, Watched.Rule(level: 31), Watched.Rule("damp", quantity: Quantity.RelativeHumidity));
        Assert.Equal(ObserveOutcome.TooLate, street.Hears(Watched.Reading(-2, 20), 2).Outcome);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(7 * 3600)]
    [InlineData(2 * 86400)]
    public void A_slot_that_does_not_divide_the_day_is_refused(double seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Watched(Watched.Rule(mean: new(TimeSpan.FromSeconds(seconds), 2, 1, CalendarDay: false))));
}
