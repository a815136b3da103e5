using SmartCity.Readings;
using SmartCity.Twins;
using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

public sealed class ThresholdTests
{
    private const double Tick = 0.001;

    [Theory]
    [InlineData("over the level", Breach.Above, 30, 28, 30.1, true)]
    [InlineData("on the level is not breached", Breach.Above, 30, 28, 30.0, false)]
    [InlineData("under the level", Breach.Below, 3, 4, 2.9, true)]
    [InlineData("on the level is not breached, below", Breach.Below, 3, 4, 3.0, false)]
    public void A_rule_is_breached_past_its_level_and_not_on_it(string because, Breach breach, double level, double clear, double value, bool raised)
    {
        var street = new Watched(Watched.Rule(level: level, clear: clear, breach: breach));
        var events = street.Hears(0, value);
        Assert.True(raised == events.OfType<EpisodeEvent.Raised>().Any(), because);
    }

    [Theory]
    [InlineData("on the clear level it clears", Breach.Above, 30, 28, 31, 28.0, true)]
    [InlineData("a tenth above it does not", Breach.Above, 30, 28, 31, 28.1, false)]
    [InlineData("on the clear level it clears, below", Breach.Below, 3, 4, 2, 4.0, true)]
    [InlineData("a tenth under it does not, below", Breach.Below, 3, 4, 2, 3.9, false)]
    public void An_episode_clears_on_its_clear_level_and_not_before(string because, Breach breach, double level, double clear, double bad, double back, bool cleared)
    {
        var street = new Watched(Watched.Rule(level: level, clear: clear, breach: breach));
        street.Hears(0, bad);
        var events = street.Hears(60, back);
        Assert.True(cleared == events.OfType<EpisodeEvent.Cleared>().Any(), because);
        if (cleared) Assert.Equal(Watched.At(60), Assert.Single(street.Episodes.Values).ClearedAt);
    }

    [Fact]
    public void The_event_names_the_first_breach_and_its_value()
    {
        var street = new Watched(Watched.Rule());
        var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(street.Hears(7, 33.5)));
        Assert.Equal(EpisodeId.Of("hot", Watched.Id, 1, Watched.Order(7).Packed), raised.Episode);
        Assert.Equal((Watched.At(7), Watched.At(7), 33.5, false, 1), (raised.At, raised.FirstBreachAt, raised.Value, raised.Late, raised.RuleVersion));
    }

    [Fact]
    public void A_value_that_dithers_between_the_levels_raises_once()
    {
        var street = new Watched(Watched.Rule(level: 30, clear: 28));
        for (var i = 0; i < 100; i++) street.Hears(i, i % 2 == 0 ? 30.5 : 28.5);
        Assert.Single(street.Events);
    }

    [Fact]
    public void A_failed_or_doubtful_reading_neither_raises_nor_clears()
    {
        var street = new Watched(Watched.Rule());
        street.Hears(Reading.Measured(Quantity.AirTemperature, Watched.At(0), Watched.Order(0), 40, quality: Quality.Suspect), 0);
        Assert.Empty(street.Events);
        street.Hears(1, 40);
        street.Hears(Reading.Failed(Quantity.AirTemperature, Watched.At(2), Watched.Order(2), ReadFault.NoAnswer), 2);
        street.Hears(Reading.Measured(Quantity.AirTemperature, Watched.At(3), Watched.Order(3), 200), 3);
        street.Hears(Reading.Measured(Quantity.AirTemperature, Watched.At(4), Watched.Order(4), 10, quality: Quality.Suspect), 4);
        Assert.Single(street.Events);
        Assert.Single(street.Open);
    }

    [Fact]
    public void The_clock_raises_at_exactly_the_for_duration_and_not_a_tick_before()
    {
        var street = new Watched(Watched.Rule(hold: TimeSpan.FromMinutes(2)));
        street.Hears(0, 31);
        Assert.Equal(Watched.At(120), street.Twin.NextDeadline);
        Assert.Empty(street.Waits(120 - Tick));
        var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(street.Waits(120)));
        Assert.Equal((Watched.At(120), Watched.At(0)), (raised.At, raised.FirstBreachAt));
        Assert.Null(street.Twin.NextDeadline);
    }

    [Theory]
    [InlineData("a tick before, it was not", 120 - Tick, 0)]
    [InlineData("at that instant it was", 120, 1)]
    public void A_reading_that_clears_a_pending_breach_shows_whether_it_had_lasted(string because, double clearsAt, int episodes)
    {
        var street = new Watched(Watched.Rule(hold: TimeSpan.FromMinutes(2)));
        street.Hears(0, 31);
        street.Hears(clearsAt, 20);
        Assert.True(episodes == street.Episodes.Count, because);
        if (episodes == 1) Assert.Equal((Watched.At(120), Watched.At(120)), (street.Episodes.Values.Single().RecordedAt, street.Episodes.Values.Single().ClearedAt));
    }

    [Fact]
    public void A_breach_that_dips_below_the_clear_level_starts_its_duration_again()
    {
        var street = new Watched(Watched.Rule(hold: TimeSpan.FromMinutes(2)));
        street.Hears(0, 31);
        street.Hears(60, 30);
        street.Hears(61, 31);
        Assert.Empty(street.Waits(181 - Tick));
        Assert.Single(street.Waits(181));
    }

    [Theory]
    [InlineData("held for exactly the limit", 300, true)]
    [InlineData("a tick longer", 300 - Tick, false)]
    public void A_silent_sensor_confirms_a_duration_no_further_than_the_hold_limit(string because, double lastHeard, bool raised)
    {
        var street = new Watched(Watched.Rule(hold: TimeSpan.FromMinutes(20), lateness: TimeSpan.FromMinutes(30))); // due at 1200, the limit is 900
        street.Hears(0, 31);
        street.Hears(lastHeard, 31);
        Assert.True(raised == (street.Waits(5000).Count == 1), because);
    }

    [Fact]
    public void Past_the_hold_limit_the_next_reading_decides()
    {
        var confirmed = new Watched(Watched.Rule(hold: TimeSpan.FromHours(1)));
        confirmed.Hears(0, 31);
        Assert.Empty(confirmed.Waits(3600));
        var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(confirmed.Hears(3700, 32)));
        Assert.Equal((Watched.At(3700), Watched.At(0), 32.0), (raised.At, raised.FirstBreachAt, raised.Value));

        var denied = new Watched(Watched.Rule(hold: TimeSpan.FromHours(1)));
        denied.Hears(0, 31);
        Assert.Empty(denied.Hears(3700, 20));
    }

    [Fact]
    public void A_silent_sensor_never_clears_an_episode()
    {
        var street = new Watched(Watched.Rule());
        street.Hears(0, 31);
        Assert.Empty(street.Waits(30 * 86400));
        Assert.Single(street.Open);
    }

    [Fact]
    public void What_the_clock_raised_and_a_reading_contradicts_is_withdrawn()
    {
        var street = new Watched(Watched.Rule(hold: TimeSpan.FromMinutes(2)));
        street.Hears(0, 31);
        street.Waits(120);
        var withdrawn = Assert.IsType<EpisodeEvent.Withdrawn>(Assert.Single(street.Hears(119, 20, now: 121)));
        Assert.Equal("contradicted by late readings", withdrawn.Reason);
        Assert.Empty(street.Open);
    }

    [Fact]
    public void A_breach_on_another_day_ends_the_old_episode_and_opens_the_next()
    {
        var street = new Watched(Watched.Rule(perDay: true));
        var midnight = 12 * 3600.0;
        street.Hears(0, 31);
        Assert.Empty(street.Hears(midnight, 31)); // midnight belongs to the day that ends
        var events = street.Hears(midnight + Tick, 32);
        Assert.Equal(Watched.At(midnight + Tick), Assert.IsType<EpisodeEvent.Cleared>(events[0]).At);
        Assert.Equal(Watched.At(midnight + Tick), Assert.IsType<EpisodeEvent.Raised>(events[1]).FirstBreachAt);
        Assert.Equal(2, street.Episodes.Count);
    }

    [Fact]
    public void The_city_s_day_is_not_that_of_utc()
    {
        var street = new Watched { Plan = RulePlan.For(new(1, "", TimeSpan.FromHours(1), [Watched.Rule(perDay: true)]), "centre") };
        street.Hears(0, 31);
        street.Hears(11 * 3600, 31);
        Assert.Single(street.Episodes);
        street.Hears(11 * 3600 + Tick, 31);
        Assert.Equal(2, street.Episodes.Count);
    }

    [Fact]
    public void A_rule_holds_in_its_districts_alone()
    {
        var elsewhere = Watched.Rule() with { Districts = ["harbour"] };
        var street = new Watched(elsewhere);
        street.Hears(0, 31);
        Assert.Empty(street.Events);
        street.Plan = RulePlan.For(new(1, "", TimeSpan.Zero, [elsewhere]), "harbour");
        Assert.Single(street.Hears(1, 31));
    }

    [Fact]
    public void A_stamp_outside_our_calendar_changes_nothing()
    {
        var street = new Watched(Watched.Rule());
        foreach (var at in new[] { -1, Instant.Max.UnixMilliseconds + 1, long.MinValue, long.MaxValue })
        {
            Assert.Equal(ObserveOutcome.Unstampable, street.Hears(Reading.Measured(Quantity.AirTemperature, new(at), new(5), 40), 0).Outcome);
        }
        Assert.Equal(0, street.Twin.Live.Length);
    }
}
