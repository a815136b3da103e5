using SmartCity.Telemetry;
using SmartCity.Twins;
using SmartCity.Watch;
using SmartCity.Watch.EarlyWarning;

namespace SmartCity.Tests.Watch.EarlyWarning;

public sealed class EarlyRuleTests
{
    private const double Minute = 60;

    [Fact]
    public void An_anomaly_rule_says_nothing_for_99_readings_and_then_raises_one_episode_for_one_excursion_and_clears_it_when_it_is_over()
    {
        var street = new Watched(Anomaly());
        var random = new Random(1);
        for (var i = 0; i < 99; i++) Assert.Empty(street.Hears(i * Minute, i == 50 ? 55 : Noise(random)));
        Assert.Equal(1, street.Twin.EarlyWarnings().Single().StillLearns);
        for (var i = 99; i < 1500; i++) street.Hears(i * Minute, Noise(random));
        Assert.Equal(0, street.Twin.EarlyWarnings().Single().StillLearns);
        street.Events.Clear();
        for (var i = 1500; i < 1510; i++) street.Hears(i * Minute, 60);
        var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(street.Events));
        Assert.InRange(raised.Value, 0.5, 1);
        Assert.StartsWith("Surprise 0.", raised.Detail, StringComparison.Ordinal);
        Assert.Contains(": 60 Cel, where 2", raised.Detail, StringComparison.Ordinal);
        for (var i = 1510; street.Episodes[raised.Episode].IsOpen; i++)
        {
            Assert.True(i < 1560, "it clears");
            street.Hears(i * Minute, Noise(random));
        }
        Assert.Equal(2, street.Events.Count);
    }

    [Fact]
    public void A_forecast_rule_that_has_seen_floods_raises_before_the_next_one_and_says_when_and_how_sure_that_is()
    {
        var river = new Watched(Forecast(2.5));
        var at = Tide(river, 0, 1260); // four floods, and quiet since
        Assert.All(river.Episodes.Values, episode => Assert.False(episode.IsOpen));
        river.Events.Clear();
        var level = 1.2;
        for (; river.Events.Count == 0; at += 10 * Minute) river.Hears(at, level += 0.08); // eight centimetres in ten minutes, as before
        Assert.True(level is > 1.6 and < 2.45, $"raised at {level}");
        var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(river.Events));
        Assert.True(raised.Value > 2.5);
        Assert.Matches(@"^Crosses 2.5 Cel in \d+ min, (between \d+ (s|min) and \d+ min|not before \d+ (s|min), perhaps later than 60 min)\.$", raised.Detail);
    }

    [Fact]
    public void A_reading_behind_a_newer_one_is_neither_learnt_nor_judged_and_counted()
    {
        var (street, inTime) = (new Watched(Anomaly(), Forecast(26)), new Watched(Anomaly(), Forecast(26)));
        var random = new Random(1);
        for (var i = 0; i < 1500; i++)
        {
            var value = Noise(random);
            street.Hears(i * Minute, value);
            inTime.Hears(i * Minute, value);
        }
        street.Events.Clear();
        street.Hears(1497.5 * Minute, 60, 1499 * Minute); // within the lateness limit
        street.Hears(700.5 * Minute, 60, 1499 * Minute);  // far beyond it
        Assert.Empty(street.Events);
        Assert.All(street.Twin.EarlyWarnings(), state => Assert.Equal(2, state.Late));
        Assert.All(inTime.Twin.EarlyWarnings(), state => Assert.Equal(0, state.Late));
        Assert.Equal(inTime.Twin.EarlyWarnings().Select(state => state.Forecast), street.Twin.EarlyWarnings().Select(state => state.Forecast));
    }

    [Fact]
    public void A_change_rule_raises_when_the_level_has_moved_and_clears_when_that_is_no_longer_fresh()
    {
        var street = new Watched(Watched.Rule(level: 3) with { Early = new(EarlyKind.Change, TimeSpan.Zero) });
        var random = new Random(2);
        for (var i = 0; i < 2000; i++) Assert.Empty(street.Hears(i * Minute, Noise(random)));
        var at = 2000;
        while (street.Events.Count == 0) street.Hears(at++ * Minute, 8 + Noise(random));
        var raised = Assert.IsType<EpisodeEvent.Raised>(street.Events[0]);
        Assert.InRange(raised.Value, 4, 10);
        Assert.StartsWith("The level has moved by +", raised.Detail, StringComparison.Ordinal);
        for (var i = 0; i < 60; i++) street.Hears(at++ * Minute, 8 + Noise(random));
        Assert.IsType<EpisodeEvent.Cleared>(street.Events[1]);
    }

    [Fact]
    public void Other_levels_keep_what_was_learnt_and_another_horizon_begins_anew()
    {
        var river = new Watched(Forecast(3.0));
        var at = Tide(river, 0, 300);
        river.Plan = Plan(Forecast(2.0));
        river.Hears(at, 1.5);
        Assert.Equal(0, river.Twin.EarlyWarnings().Single().StillLearns);
        Assert.NotNull(river.Twin.EarlyWarnings().Single().Forecast);
        river.Plan = Plan(Forecast(2.0) with { Early = new(EarlyKind.Forecast, TimeSpan.FromHours(3)) });
        river.Hears(at + 10 * Minute, 1.5);
        Assert.True(river.Twin.EarlyWarnings().Single().StillLearns >= Forecaster.Learns - 1);
    }

    [Fact]
    public void Stopped_and_started_again_at_any_reading_it_finds_the_same_episodes() => Sample.Seeds((random, _) =>
    {
        Rule[] rules = [Anomaly(), Forecast(26) with { Id = "ahead" }, Watched.Rule("moved", 3) with { Early = new(EarlyKind.Change, TimeSpan.Zero) }];
        var (through, stopped) = (new SensorTwin(Watched.Id), new SensorTwin(Watched.Id));
        var plan = Plan(rules);
        var (expected, found) = (new List<EpisodeEvent>(), new List<EpisodeEvent>());
        for (var i = 0; i < 900; i++)
        {
            var reading = Watched.Reading(i * 10 * Minute, 20 + i / 300 * 4 + Sample.Noise(random) + (random.Next(60) == 0 ? 12 : 0));
            through.Observe(reading, 1, reading.At, plan, expected);
            stopped.Observe(reading, 1, reading.At, plan, found);
            if (random.Next(40) != 0) continue;
            var writer = new VarintWriter();
            stopped.Write(writer);
            var reader = new VarintReader(writer.Written);
            Assert.True(SensorTwin.TryRead(ref reader, out stopped));
        }
        Assert.NotEmpty(expected);
        Assert.Equal(expected, found);
    });

    [Fact]
    public void A_reading_behind_a_newer_one_is_neither_learnt_nor_judged()
    {
        var (ordered, late) = (new Watched(Anomaly()), new Watched(Anomaly()));
        var random = new Random(3);
        for (var i = 0; i < 400; i++)
        {
            var value = Noise(random);
            Assert.Equal(ordered.Hears(i * Minute, value), late.Hears(i * Minute, value));
            if (i % 10 == 5) Assert.Empty(late.Hears((i - 0.5) * Minute, 1e6, now: i * Minute));
        }
        Assert.Equal(ordered.Twin.EarlyWarnings(), late.Twin.EarlyWarnings());
    }

    [Fact]
    public void A_forecast_that_has_nothing_to_go_by_leaves_an_open_episode_open()
    {
        var river = new Watched(Forecast(3.0));
        var at = Tide(river, 0, 300);
        for (var i = 0; river.Events.Count == 0; i++, at += 10 * Minute) river.Hears(at, 1.5 + 0.08 * i);
        Assert.True(river.Episodes.Values.Single().IsOpen);
        river.Waits(at + 48 * 60 * Minute);
        river.Hears(at + 48 * 60 * Minute, 1.0);
        Assert.True(river.Episodes.Values.Single().IsOpen);
    }

    private static Rule Anomaly() => Watched.Rule("odd", level: 0.6, clear: 0.4) with { Early = new(EarlyKind.Anomaly, TimeSpan.Zero) };

    private static Rule Forecast(double level) => Watched.Rule("ahead", level, level - 0.1) with { Early = new(EarlyKind.Forecast, TimeSpan.FromHours(1)) };

    private static RulePlan Plan(params Rule[] rules) => RulePlan.For(new RuleSet(2, "", TimeSpan.Zero, rules), "centre");

    private static double Noise(Random random) => 20 + Sample.Noise(random);

    // A gauge in ten-minute steps: a tide of twenty centimetres, some noise, and every two days a flood of 1.6 m that rises in three hours and falls in ten.
    private static double Tide(Watched river, double at, int steps)
    {
        var random = new Random(5);
        for (var i = 0; i < steps; i++, at += 10 * Minute)
        {
            var since = i < 60 ? 1000 : (i - 60) % 288;
            river.Hears(at, 1.2 + 0.1 * Math.Sin(i / 12.0) + Math.Max(0, Math.Min(since * 0.08, 1.6 - (since - 20) * 0.026)) + 0.01 * Sample.Noise(random));
        }
        return at;
    }
}
