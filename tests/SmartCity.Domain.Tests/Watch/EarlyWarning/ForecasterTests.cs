using SmartCity.Telemetry;
using SmartCity.Watch.EarlyWarning;

namespace SmartCity.Tests.Watch.EarlyWarning;

public sealed class ForecasterTests
{
    private static readonly TimeSpan OneHour = TimeSpan.FromHours(1);

    [Fact]
    public void It_says_nothing_until_its_96th_step_and_counts_down_to_it()
    {
        var forecaster = new Forecaster(OneHour);
        Assert.Equal(Forecaster.Learns, forecaster.StillLearns);
        foreach (var ((at, value), i) in Sample.Temperature(Forecaster.Learns, new Random(1)).Select((r, i) => (r, i)))
        {
            Assert.False(forecaster.TryForecast(out _));
            Assert.Equal(Forecaster.Learns - i, forecaster.StillLearns);
            forecaster.Observe(at, value);
        }
        Assert.True(forecaster.TryForecast(out var forecast));
        Assert.Equal((Sample.Monday + 95 * Sample.Hour, Sample.Hour, TimeSpan.FromHours(6)), (forecast.From, forecast.Step, forecast.Horizon));
    }

    [Fact]
    public void On_a_daily_swing_with_wandering_weather_it_beats_both_baselines_at_every_horizon_and_four_values_in_five_lie_in_its_band()
    {
        var scores = new[] { 1, 3, 6 }.ToDictionary(h => h, _ => new Scoring.ForecastScore());
        Sample.Seeds((random, _) =>
        {
            var forecaster = new Forecaster(OneHour);
            var values = Sample.Temperature(1500, random).ToArray();
            var made = new Forecast?[values.Length];
            for (var i = 0; i < values.Length; i++)
            {
                forecaster.Observe(values[i].At, values[i].Value);
                made[i] = forecaster.TryForecast(out var forecast) ? forecast : null;
                foreach (var (h, score) in scores.Where(_ => i > 700))
                {
                    var expected = made[i - h]!.Value.At(TimeSpan.FromHours(h));
                    score.Add(values[i].Value, values[i - h].Value, values[i - 24].Value, expected.Low, expected.Middle, expected.High);
                }
            }
        });
        foreach (var (h, score) in scores)
        {
            Assert.True(score.Ratio < 0.85, $"{h} h: {score.Ratio}");
            Assert.InRange(score.Coverage, 75, 85);
        }
    }

    [Fact]
    public void What_it_says_does_not_depend_on_any_later_reading() => Sample.Seeds((random, _) =>
    {
        var values = Sample.Temperature(400, random).ToArray();
        var cut = random.Next(100, 380);
        Assert.Equal(Said(values).Take(cut), Said(values.Select((v, i) => i < cut ? v : (v.At, v.Value + 100)).ToArray()).Take(cut));
    });

    [Fact]
    public void A_step_ends_with_its_own_end_and_its_last_reading_is_its_value()
    {
        var forecaster = Trained(out var end);
        Assert.True(forecaster.Observe(end + 10 * Sample.Minute, 50));
        Assert.True(forecaster.Observe(end + 50 * Sample.Minute, 14));
        Assert.True(forecaster.TryForecast(out var before));
        Assert.Equal(end, before.From); // the step is open
        Assert.True(forecaster.Observe(end + Sample.Hour, 15));
        Assert.True(forecaster.TryForecast(out var after));
        Assert.Equal((end + Sample.Hour, 15.0), (after.From, after.Value));
        Assert.False(forecaster.Observe(end + Sample.Hour, 99)); // closed
        Assert.False(forecaster.Observe(end + 30 * Sample.Minute, 99));
        Assert.True(forecaster.Observe(end + Sample.Hour + 1, 16));
    }

    [Fact]
    public void It_holds_a_value_over_a_short_gap_and_begins_to_speak_again_three_steps_after_a_long_one()
    {
        var forecaster = Trained(out var end);
        forecaster.Observe(end + 4 * Sample.Hour, 15);
        Assert.True(forecaster.TryForecast(out var held));
        Assert.Equal(end + 4 * Sample.Hour, held.From);
        var back = end + 60 * Sample.Hour;
        forecaster.Observe(back, 15);
        Assert.False(forecaster.TryForecast(out _));
        forecaster.Observe(back + Sample.Hour, 15);
        Assert.False(forecaster.TryForecast(out _));
        forecaster.Observe(back + 2 * Sample.Hour, 15);
        Assert.True(forecaster.TryForecast(out _));
        Assert.Equal(0, forecaster.StillLearns);
    }

    [Fact]
    public void Readings_at_any_interval_within_the_steps_leave_the_same_forecasts_as_one_at_each_end()
    {
        var (sparse, dense) = (new Forecaster(OneHour), new Forecaster(OneHour));
        var random = new Random(9);
        foreach (var (at, value) in Sample.Temperature(300, random))
        {
            sparse.Observe(at, value);
            for (var i = random.Next(20); i > 0; i--) dense.Observe(at - i * 2 * Sample.Minute, value + Sample.Noise(random));
            dense.Observe(at, value);
        }
        Assert.True(sparse.TryForecast(out var one));
        Assert.True(dense.TryForecast(out var other));
        Assert.Equal(one, other);
    }

    [Fact]
    public void A_channel_that_never_moves_is_forecast_not_to_move()
    {
        var forecaster = new Forecaster(TimeSpan.FromMinutes(10));
        for (var i = 0; i < 500; i++) forecaster.Observe(Sample.Monday + i * 10 * Sample.Minute, 3);
        Assert.True(forecaster.TryForecast(out var forecast));
        Assert.Equal(new Expected(3, 3, 3), forecast.At(TimeSpan.FromMinutes(60)));
    }

    [Fact]
    public void Whatever_comes_its_forecasts_are_finite_and_in_order() => Sample.Seeds((random, _) =>
    {
        var forecaster = new Forecaster(TimeSpan.FromMinutes(1));
        var at = Sample.Monday;
        for (var i = 0; i < 4000; i++)
        {
            at += random.Next(10) == 0 ? random.Next(1, 100) * Sample.Minute : Sample.Minute;
            forecaster.Observe(at, random.Next(20) == 0 ? 1e9 * Sample.Noise(random) : i / 1000 * 100);
            if (!forecaster.TryForecast(out var forecast)) continue;
            foreach (var e in new[] { forecast.One, forecast.Three, forecast.Six })
            {
                Assert.True(double.IsFinite(e.Low) && double.IsFinite(e.High) && e.Low <= e.Middle && e.Middle <= e.High, $"{i}: {e}");
            }
        }
    });

    [Fact]
    public void Written_and_read_back_at_any_reading_it_goes_on_to_the_same_forecasts() => Sample.Seeds((random, _) =>
    {
        var values = Sample.Temperature(400, random).ToArray();
        var cut = random.Next(0, 400);
        var forecaster = new Forecaster(OneHour);
        foreach (var (at, value) in values.Take(cut)) forecaster.Observe(at - random.Next(2) * Sample.Minute, value);
        var reader = new VarintReader(Bytes(forecaster));
        Assert.True(Forecaster.TryRead(ref reader, out var again));
        Assert.True(reader.AtEnd);
        foreach (var (at, value) in values.Skip(cut))
        {
            Assert.Equal(forecaster.Observe(at, value), again.Observe(at, value));
            Assert.Equal(forecaster.TryForecast(out var one), again.TryForecast(out var other));
            Assert.Equal(one, other);
        }
        Assert.Equal(Bytes(forecaster), Bytes(again));
    });

    [Fact]
    public void No_prefix_of_a_checkpoint_is_taken_for_one()
    {
        var bytes = Bytes(Trained(out _));
        for (var length = 0; length < bytes.Length; length++)
        {
            var reader = new VarintReader(bytes.AsSpan(0, length));
            Assert.False(Forecaster.TryRead(ref reader, out _));
        }
    }

    [Theory]
    [InlineData("on the line between now and one step; the low side crosses between one and three", 2.5, true, 30.0, 10.0, 90.0)]
    [InlineData("between one and three steps; the low side meets it at three", 4.0, true, 120.0, 40.0, 180.0)]
    [InlineData("between three and six; the low side not within the horizon", 5.5, true, 270.0, 90.0, null)]
    [InlineData("past it already", 1.0, true, 0.0, 0.0, 0.0)]
    [InlineData("just not within the horizon: on the level is not past it", 6.0, true, null, null, null)]
    [InlineData("falling, which it does not", 1.5, false, null, null, null)]
    public void A_crossing_is_where_the_lines_meet_the_level(string because, double level, bool upwards, double? after, double? earliest, double? latest)
    {
        // From 2: the middle goes to 3, 5, 6 in 1, 3, 6 hours, the high side to 5, 7, 8, the low side to 2, 4.000001, 4.5.
        var forecast = new Forecast(0, Sample.Hour, 2, new(2, 3, 5), new(4.000001, 5, 7), new(4.5, 6, 8));
        var crossing = forecast.Crosses(level, upwards);
        Assert.True(crossing is null == after is null, because);
        if (crossing is not { } found) return;
        Assert.Equal(after!.Value, found.After.TotalMinutes, 2);
        Assert.Equal(earliest!.Value, found.Earliest.TotalMinutes, 2);
        Assert.Equal(latest ?? -1, found.Latest?.TotalMinutes ?? -1, 2);
    }

    [Fact]
    public void Falling_mirrors_rising()
    {
        var rising = new Forecast(0, Sample.Hour, 2, new(2, 3, 5), new(4, 5, 7), new(4.5, 6, 8));
        var falling = new Forecast(0, Sample.Hour, -2, new(-5, -3, -2), new(-7, -5, -4), new(-8, -6, -4.5));
        for (var level = 0.0; level < 9; level += 0.25) Assert.Equal(rising.Crosses(level, upwards: true), falling.Crosses(-level, upwards: false));
        Assert.Equal((6.0, -6.0), (rising.Extreme(highest: true), falling.Extreme(highest: false)));
    }

    private static Forecaster Trained(out long end)
    {
        var forecaster = new Forecaster(OneHour);
        end = 0;
        foreach (var (at, value) in Sample.Temperature(200, new Random(2))) forecaster.Observe(end = at, value);
        return forecaster;
    }

    private static Forecast?[] Said((long At, double Value)[] values)
    {
        var forecaster = new Forecaster(OneHour);
        return values.Select(v =>
        {
            forecaster.Observe(v.At, v.Value);
            return forecaster.TryForecast(out var forecast) ? (Forecast?)forecast : null;
        }).ToArray();
    }

    private static byte[] Bytes(Forecaster forecaster)
    {
        var writer = new VarintWriter();
        forecaster.Write(writer);
        return writer.ToArray();
    }
}
