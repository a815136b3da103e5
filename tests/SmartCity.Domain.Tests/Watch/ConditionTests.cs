using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

/// <summary>What is bad, for how long, and how many of the last readings must say so.</summary>
public sealed class ConditionTests
{
    private const double Tick = 0.001;

    [Theory]
    [InlineData("over the upper level", 30.1, true)]
    [InlineData("on the upper level", 30.0, false)]
    [InlineData("between", 10.0, false)]
    [InlineData("on the lower level", 5.0, false)]
    [InlineData("under the lower level", 4.9, true)]
    public void Outside_is_breached_past_either_level_and_on_neither(string because, double value, bool raised)
    {
        var street = new Watched(Watched.Rule(level: 30, breach: Breach.Outside) with { LowLevel = 5, LowClear = 5 });
        Assert.True(raised == street.Hears(0, value).Count > 0, because);
    }

    [Theory]
    [InlineData("on the upper clear level", 28.0, true)]
    [InlineData("a tenth above it", 28.1, false)]
    [InlineData("on the lower clear level", 7.0, true)]
    [InlineData("a tenth under it", 6.9, false)]
    [InlineData("bad on the other side", 4.0, false)]
    public void Outside_clears_between_its_clear_levels(string because, double value, bool cleared)
    {
        var street = new Watched(Watched.Rule(level: 30, clear: 28, breach: Breach.Outside) with { LowLevel = 5, LowClear = 7 });
        street.Hears(0, 31);
        Assert.True(cleared == street.Hears(1, value).Count > 0, because);
    }

    [Fact]
    public void Equal_is_breached_by_that_value_alone_and_any_other_clears()
    {
        var street = new Watched(Watched.Rule(level: 3, breach: Breach.Equal));
        Assert.Equal("raised Major at 3, cleared at 5", street.HearsInTurn(2.999, 3.001, 3, 3, 2.999));
    }

    [Theory]
    [InlineData("a tick too early", 70 - Tick, false)]
    [InlineData("after exactly the clear-duration", 70, true)]
    public void An_episode_clears_by_the_reading_that_shows_the_value_good_for_long_enough(string because, double confirmedAt, bool cleared)
    {
        var street = new Watched(Watched.Rule(level: 30, clear: 28) with { ClearFor = TimeSpan.FromMinutes(1) });
        street.Hears(0, 31);
        Assert.Empty(street.Hears(10, 28));
        Assert.True(cleared == street.Hears(confirmedAt, 27).Count > 0, because);
        if (cleared) Assert.Equal(Watched.At(70), Assert.Single(street.Episodes.Values).ClearedAt);
    }

    [Theory]
    [InlineData("bad again", 31.0)]
    [InlineData("between the levels", 29.0)]
    public void A_value_off_the_good_side_starts_the_clear_duration_again(string because, double interruption)
    {
        var street = new Watched(Watched.Rule(level: 30, clear: 28) with { ClearFor = TimeSpan.FromMinutes(1) });
        street.Hears(0, 31);
        street.Hears(10, 27);
        street.Hears(60, interruption);
        Assert.True(street.Hears(70, 27).Count == 0, because);
        Assert.Empty(street.Hears(130 - Tick, 27));
        Assert.Single(street.Hears(130, 27));
    }

    [Fact]
    public void Silence_fulfils_no_clear_duration()
    {
        var street = new Watched(Watched.Rule() with { ClearFor = TimeSpan.FromMinutes(1) });
        street.Hears(0, 31);
        street.Hears(10, 20);
        Assert.Empty(street.Waits(86400));
        Assert.Empty(street.Hears(86401, 31)); // and what comes back bad goes on
        Assert.Single(street.Open);
    }

    [Theory]
    [InlineData("two of the last five", new double[] { 31, 20, 20, 20, 31 }, "")]
    [InlineData("three, the first of them just in reach", new double[] { 31, 20, 31, 20, 31 }, "raised Major at 5")]
    [InlineData("three, the first of them just out of reach", new double[] { 31, 20, 31, 20, 20, 31 }, "")]
    [InlineData("from the start as soon as there are three", new double[] { 31, 31, 31 }, "raised Major at 3")]
    public void Votes_are_counted_over_the_last_readings(string because, double[] values, string expected)
    {
        var street = new Watched(Watched.Rule(level: 30, clear: 28) with { Votes = new(3, 5) });
        Assert.True(expected == street.HearsInTurn(values), because);
    }

    [Theory]
    [InlineData("two good of five", new double[] { 20, 20 }, "")]
    [InlineData("three good of five", new double[] { 20, 20, 20 }, "cleared at 8")]
    [InlineData("three between the levels", new double[] { 29, 29, 29, 29, 29 }, "")]
    public void What_was_voted_bad_is_good_when_as_many_votes_can_no_longer_be_bad(string because, double[] values, string expected)
    {
        var street = new Watched(Watched.Rule(level: 30, clear: 28) with { Votes = new(3, 5) });
        street.HearsInTurn(31, 31, 31, 31, 31);
        Assert.True(expected == street.HearsInTurn(values), because);
    }

    [Theory]
    [InlineData("a doubtful one, for a rule that wants good ones", QualityGate.Good, Quality.Suspect, false)]
    [InlineData("a doubtful one, for a rule that takes it", QualityGate.Suspect, Quality.Suspect, true)]
    [InlineData("one that nobody has checked", QualityGate.Suspect, Quality.NotEvaluated, true)]
    [InlineData("one that failed a check", QualityGate.Suspect, Quality.Fail, false)]
    public void A_rule_looks_at_readings_of_its_quality(string because, QualityGate gate, Quality quality, bool raised)
    {
        var street = new Watched(Watched.Rule() with { Gate = gate }, Watched.Rule("other", level: 50) with { Gate = QualityGate.Suspect });
        var (_, events) = street.Hears(Reading.Measured(Quantity.AirTemperature, Watched.At(0), Watched.Order(0), 40, quality: quality), 0);
        Assert.True(raised == events.Count > 0, because);
    }

    [Fact]
    public void A_doubtful_reading_that_comes_late_is_merged_for_the_rules_that_look_at_it_alone()
    {
        var street = new Watched(Watched.Rule("good"), Watched.Rule("suspect") with { Gate = QualityGate.Suspect });
        street.Hears(0, 20);
        street.Hears(10, 20);
        var (_, events) = street.Hears(Reading.Measured(Quantity.AirTemperature, Watched.At(5), Watched.Order(5), 40, quality: Quality.Suspect), 11);
        Assert.Equal("suspect", Assert.Single(events).Rule);
        street.Restarts();
        Assert.Empty(street.Hears(12, 20));
    }

    [Fact]
    public void A_rule_holds_where_all_its_tags_are()
    {
        var rule = Watched.Rule() with { Tags = ["roof", "south"] };
        RulePlan PlanFor(params string[] tags) => RulePlan.For(new(1, "", TimeSpan.Zero, [rule]), "centre", tags, new());
        Assert.Empty(new Watched { Plan = PlanFor("roof") }.Hears(0, 31));
        Assert.Single(new Watched { Plan = PlanFor("south", "old", "roof") }.Hears(0, 31));
    }

    [Theory]
    [InlineData("on the mark and the level", 3.0, false)]
    [InlineData("past it", 3.1, true)]
    public void Levels_can_be_counted_from_a_number_that_the_place_carries(string because, double value, bool raised)
    {
        var rule = Watched.Rule(level: 0.5, quantity: Quantity.WaterLevel) with { RelativeTo = new(null, "flood-mark") };
        var plan = RulePlan.For(new(1, "", TimeSpan.Zero, [rule]), "centre", ["flood-mark=2.5", "flood-mark-old=1"], new());
        Assert.Empty(plan.Unresolved);
        var (_, events) = new Watched { Plan = plan }.Hears(Watched.Reading(0, value, Quantity.WaterLevel), 0);
        Assert.True(raised == events.Count > 0, because);
    }

    [Fact]
    public void A_rule_whose_number_the_place_does_not_carry_says_so()
    {
        var rule = Watched.Rule(quantity: Quantity.WaterLevel) with { RelativeTo = new(null, "flood-mark") };
        var plan = RulePlan.For(new(1, "", TimeSpan.Zero, [rule]), "centre", ["flood-mark=high"], new());
        Assert.Equal([new("hot", "the place has no tag flood-mark=number")], plan.Unresolved);
    }

    [Fact]
    public void Another_number_at_the_place_is_another_definition_and_keeps_the_open_episode()
    {
        var rule = Watched.Rule(level: 0, quantity: Quantity.WaterLevel) with { RelativeTo = new(null, "mark") };
        RulePlan PlanFor(string tag) => RulePlan.For(new(1, "", TimeSpan.Zero, [rule]), "centre", [tag], new());
        var river = new Watched { Plan = PlanFor("mark=2") };
        river.Hears(Watched.Reading(0, 2.5, Quantity.WaterLevel), 0);
        river.Plan = PlanFor("mark=3");
        Assert.Empty(river.Waits(1));
        Assert.Single(river.Open);
        Assert.Equal("cleared at 2", string.Join(", ", river.Hears(Watched.Reading(2, 2.9, Quantity.WaterLevel), 2).Events.Select(Watched.Words)));
    }
}
