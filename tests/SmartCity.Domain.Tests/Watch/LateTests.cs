using SmartCity.Readings;
using SmartCity.Twins;
using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

public sealed class LateTests
{
    private const double Tick = 0.001;
    private const double Limit = 300; // the default lateness limit, in seconds

    [Theory]
    [InlineData("record, exactly at the limit", LatePolicy.Record, Limit, "raised")]
    [InlineData("record, a tick past it", LatePolicy.Record, Limit + Tick, "recorded")]
    [InlineData("ignore, exactly at the limit", LatePolicy.Ignore, Limit, "raised")]
    [InlineData("ignore, a tick past it", LatePolicy.Ignore, Limit + Tick, "")]
    [InlineData("raise, exactly at the limit", LatePolicy.Raise, Limit, "raised")]
    [InlineData("raise, a tick past it", LatePolicy.Raise, Limit + Tick, "raised late")]
    public void What_a_breach_is_worth_is_decided_by_its_age(string because, LatePolicy policy, double age, string expected)
    {
        var street = new Watched(Watched.Rule(late: policy));
        var said = string.Join(", ", street.Hears(0, 31, now: age).Select(Words));
        Assert.True(expected == said, $"{because}: {said}");
    }

    [Theory]
    [InlineData(LatePolicy.Record)]
    [InlineData(LatePolicy.Ignore)]
    public void A_fresh_breach_raises_what_was_too_old_to_raise_under_the_same_id(LatePolicy policy)
    {
        var street = new Watched(Watched.Rule(late: policy));
        street.Hears(0, 31, now: 3600);
        Assert.Empty(street.Hears(3599 - Limit, 33, now: 3600)); // still too old
        var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(street.Hears(3600 - Limit, 34, now: 3600)));
        Assert.Equal((EpisodeId.Of("hot", Watched.Id, 1, Watched.Order(0).Packed), Watched.At(0), 34.0, false), (raised.Episode, raised.FirstBreachAt, raised.Value, raised.Late));
        Assert.Empty(street.Hears(3601, 34));
        Assert.Single(street.Hears(3602, 20));
        Assert.Single(street.Episodes);
    }

    [Fact]
    public void A_backlog_that_is_ignored_is_ignored_to_its_end()
    {
        var street = new Watched(Watched.Rule(late: LatePolicy.Ignore));
        street.Hears(0, 31, now: 3600);
        street.Hears(60, 20, now: 3600);
        Assert.Empty(street.Episodes);
    }

    [Fact]
    public void What_was_raised_before_a_restart_is_cleared_though_its_readings_are_too_old_when_they_are_taken_again()
    {
        var street = new Watched(Watched.Rule(late: LatePolicy.Ignore));
        street.Hears(0, 31); // raised, and committed; then the hub dies before its next checkpoint
        var again = new Watched(Watched.Rule(late: LatePolicy.Ignore));
        again.Hears(0, 31, now: 3600);
        again.Hears(1, 20, now: 3600);
        foreach (var change in again.Events)
        {
            if (Episode.Apply(street.Episodes.GetValueOrDefault(change.Episode), change) is { } after) street.Episodes[change.Episode] = after;
        }
        Assert.Empty(street.Open);
    }

    [Fact]
    public void A_late_breach_that_a_newer_reading_contradicts_is_recorded_and_calls_nobody()
    {
        var street = new Watched(Watched.Rule());
        street.Hears(10, 20);
        var events = street.Hears(5, 31, now: 11);
        Assert.Equal("recorded as over", string.Join(", ", events.Select(Words)));
        Assert.Equal((Watched.At(5), Watched.At(10)), (street.Episodes.Values.Single().RecordedAt, street.Episodes.Values.Single().ClearedAt));
    }

    [Fact]
    public void A_late_breach_that_nothing_contradicts_raises_as_if_live()
    {
        var street = new Watched(Watched.Rule(level: 30, clear: 20));
        street.Hears(10, 25); // between the levels: no contradiction
        Assert.Equal("raised", string.Join(", ", street.Hears(5, 31, now: 11).Select(Words)));
        Assert.Single(street.Open);
    }

    [Fact]
    public void A_late_reading_moves_the_instant_of_clearing()
    {
        var street = new Watched(Watched.Rule());
        street.Hears(0, 31);
        street.Hears(10, 20);
        var cleared = Assert.IsType<EpisodeEvent.Cleared>(Assert.Single(street.Hears(5, 20, now: 11)));
        Assert.Equal(Watched.At(5), cleared.At);
        Assert.Equal(Watched.At(5), Assert.Single(street.Episodes.Values).ClearedAt);
    }

    [Fact]
    public void A_late_reading_takes_back_what_a_duration_had_raised()
    {
        var street = new Watched(Watched.Rule(hold: TimeSpan.FromSeconds(60)));
        street.Hears(0, 31);
        street.Hears(61, 31);
        Assert.Single(street.Open);
        Assert.Equal("withdrawn", string.Join(", ", street.Hears(30, 20, now: 62).Select(Words)));
        Assert.Equal("raised", string.Join(", ", street.Waits(121).Select(Words)));
        Assert.Equal(Watched.At(61), Assert.Single(street.Open).FirstBreachAt);
    }

    [Fact]
    public void An_earlier_first_breach_makes_another_episode_of_it()
    {
        var street = new Watched(Watched.Rule());
        street.Hears(10, 31);
        Assert.Equal("withdrawn, raised", string.Join(", ", street.Hears(5, 31, now: 11).Select(Words)));
        Assert.Equal(Watched.At(5), Assert.Single(street.Open).FirstBreachAt);
    }

    [Theory]
    [InlineData("the one before it is still kept", Limit, ObserveOutcome.Merged)]
    [InlineData("the one before it is a tick too old to be kept", Limit + Tick, ObserveOutcome.TooLate)]
    public void Readings_are_merged_while_those_around_them_are_kept(string because, double between, ObserveOutcome expected)
    {
        var street = new Watched(Watched.Rule());
        street.Hears(0, 20);
        street.Hears(between, 20);
        var before = Reading.Measured(Quantity.AirTemperature, Watched.At(-1), Watched.Order(-1), 31);
        var (outcome, _) = street.Hears(before, between);
        Assert.True(expected == outcome, because);
    }

    [Fact]
    public void No_more_than_64_readings_are_kept()
    {
        var street = new Watched(Watched.Rule());
        for (var i = 0; i < 64; i++) street.Hears(i, 20);
        Assert.Equal(ObserveOutcome.TooLate, street.Hears(Watched.Reading(-1, 31), 64).Outcome);
        Assert.Equal(ObserveOutcome.Merged, street.Hears(Watched.Reading(0.5, 31), 64).Outcome); // takes the place of the oldest
        Assert.Equal(ObserveOutcome.TooLate, street.Hears(Watched.Reading(-2, 31), 64).Outcome);
        Assert.Equal("recorded as over", string.Join(", ", street.Events.Select(Words)));
    }

    [Fact]
    public void A_reading_too_late_to_merge_changes_neither_the_live_value_nor_an_episode()
    {
        var street = new Watched(Watched.Rule());
        street.Hears(0, 20);
        street.Hears(1000, 21);
        Assert.Equal((ObserveOutcome.TooLate, 0), (street.Hears(Watched.Reading(-5, 31), 1000) is var (outcome, events) ? (outcome, events.Count) : default));
        Assert.True(street.Twin.TryGetLive(Quantity.AirTemperature, out var live));
        Assert.Equal(Watched.At(1000), live.Newest.At);
    }

    [Fact]
    public void A_safety_contact_raises_what_comes_too_late_to_merge_once_for_a_backlog()
    {
        var smoke = Watched.Rule("smoke", level: 0.5, quantity: Quantity.Smoke, late: LatePolicy.Raise);
        var street = new Watched(smoke);
        street.Hears(Watched.Reading(0, 0, Quantity.Smoke), 0);
        street.Hears(Watched.Reading(5000, 0, Quantity.Smoke), 5000);
        Assert.Equal("raised late, cleared", string.Join(", ", street.Hears(Watched.Reading(-90, 1, Quantity.Smoke), 5000).Events.Select(Words)));
        Assert.Empty(street.Hears(Watched.Reading(-80, 1, Quantity.Smoke), 5000).Events);
        Assert.Empty(street.Hears(Watched.Reading(-70, 0, Quantity.Smoke), 5000).Events);
        Assert.Equal(2, street.Hears(Watched.Reading(-60, 1, Quantity.Smoke), 5000).Events.Count);
        Assert.Empty(street.Open);
    }

    [Fact]
    public void A_backlog_adds_nothing_while_an_episode_is_open()
    {
        var street = new Watched(Watched.Rule("smoke", level: 0.5, quantity: Quantity.Smoke, late: LatePolicy.Raise));
        street.Hears(Watched.Reading(0, 0, Quantity.Smoke), 0);
        street.Hears(Watched.Reading(5000, 1, Quantity.Smoke), 5000);
        Assert.Empty(street.Hears(Watched.Reading(-90, 1, Quantity.Smoke), 5000).Events);
        Assert.Single(street.Open);
    }

    [Fact]
    public void A_new_outbox_starts_a_new_order_and_its_readings_clear_what_was_open()
    {
        var street = new Watched(Watched.Rule());
        street.Hears(0, 31);
        street.Epoch = 2;
        var first = Reading.Measured(Quantity.AirTemperature, Watched.At(10), ReadingOrder.Of(0, 1), 31);
        Assert.Equal((ObserveOutcome.Newest, 0), street.Hears(first, 10) is var (outcome, events) ? (outcome, events.Count) : default);
        var second = Reading.Measured(Quantity.AirTemperature, Watched.At(20), ReadingOrder.Of(0, 2), 20);
        Assert.Equal("cleared", string.Join(", ", street.Hears(second, 20).Events.Select(Words)));
        street.Epoch = 1;
        Assert.Equal(ObserveOutcome.TooLate, street.Hears(Watched.Reading(30, 31), 30).Outcome);
        Assert.Empty(street.Open);
    }

    [Fact]
    public void A_sensor_bound_to_another_node_starts_a_new_order_whatever_that_node_s_epoch()
    {
        var street = new Watched(Watched.Rule()) { Epoch = 7 };
        street.Hears(0, 20);
        street.Twin.Rebind();
        street.Epoch = 1;
        var first = Reading.Measured(Quantity.AirTemperature, Watched.At(10), ReadingOrder.Of(0, 1), 31);
        Assert.Equal(ObserveOutcome.Newest, street.Hears(first, 10).Outcome);
        Assert.Single(street.Open);
    }

    private static string Words(EpisodeEvent change) => change switch
    {
        EpisodeEvent.Raised raised => raised.Late ? "raised late" : "raised",
        EpisodeEvent.Recorded recorded => recorded.ClearedAt is null ? "recorded" : "recorded as over",
        EpisodeEvent.Cleared => "cleared",
        EpisodeEvent.Withdrawn => "withdrawn",
        _ => "?",
    };
}
