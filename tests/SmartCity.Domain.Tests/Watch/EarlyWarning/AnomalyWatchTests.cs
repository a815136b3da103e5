using SmartCity.Telemetry;
using SmartCity.Watch.EarlyWarning;

namespace SmartCity.Tests.Watch.EarlyWarning;

public sealed class AnomalyWatchTests
{
    private const double Due = 0.5; // where a warning is due

    [Fact]
    public void It_judges_from_its_hundredth_reading_on_and_says_before_that_it_learns()
    {
        var watch = new AnomalyWatch();
        var random = new Random(1);
        for (var i = 1; i < AnomalyWatch.Learns; i++)
        {
            var early = watch.Observe(Sample.Monday + i * Sample.Minute, i == 60 ? 1e6 : Sample.Noise(random));
            Assert.Equal((0.0, 0.0, true), (early.Surprise, early.News, early.Learning));
        }
        Assert.False(watch.Observe(Sample.Monday + 100 * Sample.Minute, 0).Learning);
    }

    [Fact]
    public void A_value_far_beyond_all_that_was_seen_is_news_at_once_and_is_news_once() => Sample.Seeds((random, seed) =>
    {
        var watch = Quiet(random, 1500, out var at);
        var first = watch.Observe(at, 40);
        Assert.True(first.News > Due, $"seed {seed}: {first}");
        for (var i = 1; i <= 5; i++)
        {
            var next = watch.Observe(at + i * 5 * Sample.Minute, 40);
            Assert.Equal(0, next.News);
            Assert.True(next.Surprise > Due, $"seed {seed}, {i} later: {next}");
        }
    });

    [Fact]
    public void Noise_alone_is_news_less_than_once_in_a_thousand_readings()
    {
        var news = 0;
        Sample.Seeds((random, _) =>
        {
            var watch = Quiet(random, 700, out var at);
            for (var i = 0; i < 3000; i++) news += watch.Observe(at + i * 5 * Sample.Minute, Sample.Noise(random)).News > Due ? 1 : 0;
        });
        Assert.True(news < 24, $"{news} warnings in 24,000 readings of noise");
    }

    [Fact]
    public void A_working_day_without_its_traffic_is_news_though_every_value_of_it_is_usual_at_night() => Sample.Seeds((random, seed) =>
    {
        var watch = new AnomalyWatch();
        var at = Sample.Monday;
        for (; at < Sample.Monday + 15 * 24 * Sample.Hour; at += 5 * Sample.Minute) watch.Observe(at, Sample.Traffic(at, random));
        var (news, since) = (0.0, at);
        for (; at < since + 9 * Sample.Hour; at += 5 * Sample.Minute) news = Math.Max(news, watch.Observe(at, 20 + 2 * Sample.Noise(random)).News); // the third Tuesday, until 9
        Assert.True(news > Due, $"seed {seed}: {news}");
    });

    [Fact]
    public void What_comes_every_day_at_its_hour_is_no_news_after_some_days() => Sample.Seeds((random, seed) =>
    {
        var watch = new AnomalyWatch();
        var late = 0;
        for (var at = Sample.Monday; at < Sample.Monday + 28 * 24 * Sample.Hour; at += 5 * Sample.Minute)
        {
            if (watch.Observe(at, Sample.Traffic(at, random)).News > Due && at > Sample.Monday + 7 * 24 * Sample.Hour) late++;
        }
        Assert.True(late <= 3, $"seed {seed}: {late} in three weeks");
    });

    [Fact]
    public void A_channel_that_never_moves_is_no_news_and_its_first_move_is()
    {
        var watch = new AnomalyWatch();
        for (var i = 0; i < 3000; i++) Assert.True(watch.Observe(Sample.Monday + i * Sample.Minute, 7).Surprise < Due);
        Assert.True(watch.Observe(Sample.Monday + 3000 * Sample.Minute, 7.5).News > Due);
    }

    [Fact]
    public void Its_verdict_on_a_reading_does_not_depend_on_any_later_one() => Sample.Seeds((random, _) =>
    {
        var values = Enumerable.Range(0, 800).Select(_ => Sample.Noise(random)).ToArray();
        var cut = random.Next(100, 700);
        var other = values.Select((v, i) => i < cut ? v : v * 50).ToArray();
        Assert.Equal(Verdicts(values).Take(cut), Verdicts(other).Take(cut));
    });

    [Fact]
    public void Gaps_turns_of_the_interval_and_stamps_out_of_order_are_taken_as_they_come_and_every_score_stays_within_0_and_1() => Sample.Seeds((random, _) =>
    {
        var watch = new AnomalyWatch();
        var at = Sample.Monday;
        for (var i = 0; i < 3000; i++)
        {
            at += random.Next(4) switch { 0 => 1, 1 => Sample.Minute, 2 => 40 * 24 * Sample.Hour, _ => -3 * Sample.Hour };
            at = Math.Max(0, at);
            var value = random.Next(5) == 0 ? 1e15 * Sample.Noise(random) : random.NextDouble();
            var judged = watch.Observe(at, value);
            Assert.InRange(judged.Surprise, 0, 1);
            Assert.True(judged.News == 0 || judged.News == judged.Surprise);
            Assert.True(judged.Spread > 0);
        }
    });

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void What_is_no_number_is_refused_and_changes_nothing(double value)
    {
        var watch = Quiet(new Random(3), 500, out var at);
        var before = Bytes(watch);
        Assert.Throws<ArgumentOutOfRangeException>(() => watch.Observe(at, value));
        Assert.Equal(before, Bytes(watch));
    }

    [Fact]
    public void Written_and_read_back_at_any_reading_it_goes_on_to_the_same_verdicts() => Sample.Seeds((random, _) =>
    {
        var values = Enumerable.Range(0, 600).Select(_ => Sample.Noise(random)).ToArray();
        var watch = new AnomalyWatch();
        var cut = random.Next(0, 500);
        for (var i = 0; i < cut; i++) watch.Observe(Sample.Monday + i * 7 * Sample.Minute, values[i]);
        var reader = new VarintReader(Bytes(watch));
        Assert.True(AnomalyWatch.TryRead(ref reader, out var again));
        Assert.True(reader.AtEnd);
        for (var i = cut; i < values.Length; i++)
        {
            var at = Sample.Monday + i * 7 * Sample.Minute;
            Assert.Equal(watch.Observe(at, values[i]), again.Observe(at, values[i]));
        }
        Assert.Equal(Bytes(watch), Bytes(again));
    });

    [Fact]
    public void No_prefix_of_a_checkpoint_is_taken_for_one()
    {
        var bytes = Bytes(Quiet(new Random(4), 300, out _));
        for (var length = 0; length < bytes.Length; length++)
        {
            var reader = new VarintReader(bytes.AsSpan(0, length));
            Assert.False(AnomalyWatch.TryRead(ref reader, out _));
        }
    }

    private static AnomalyWatch Quiet(Random random, int readings, out long at)
    {
        var watch = new AnomalyWatch();
        for (at = Sample.Monday; readings-- > 0; at += 5 * Sample.Minute) watch.Observe(at, Sample.Noise(random));
        return watch;
    }

    private static Anomaly[] Verdicts(double[] values)
    {
        var watch = new AnomalyWatch();
        return values.Select((value, i) => watch.Observe(Sample.Monday + i * 5 * Sample.Minute, value)).ToArray();
    }

    private static byte[] Bytes(AnomalyWatch watch)
    {
        var writer = new VarintWriter();
        watch.Write(writer);
        return writer.ToArray();
    }
}
