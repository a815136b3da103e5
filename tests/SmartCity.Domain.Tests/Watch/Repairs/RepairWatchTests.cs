using CsCheck;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;
using SmartCity.Watch.Repairs;

namespace SmartCity.Tests.Watch.Repairs;

/// <summary>What is found for readings that are missing or not good, by which method, and what is left alone.</summary>
public sealed class RepairWatchTests
{
    private const long Minute = 60_000;
    private const long Start = 1_790_000_000_000 / 3_600_000 * 3_600_000;

    private static readonly RepairPlan Plan = RepairPlan.DefaultOf(Quantity.AirTemperature);

    /// <summary>A channel by the minute: the course of a day with some unrest.</summary>
    private static double Course(double minute) => 10 + 5 * Math.Sin(minute * Math.Tau / 1440) + 0.3 * Math.Sin(minute * 0.7);

    private static Reading Good(int minute, double? value = null) => Reading.Measured(Quantity.AirTemperature, new(Start + minute * Minute), new((ulong)minute + 1), value ?? Course(minute));

    private static Reading Gone(int minute) => Reading.Failed(Quantity.AirTemperature, new(Start + minute * Minute), new((ulong)minute + 1), ReadFault.NoAnswer);

    private static NearValue[] Near(RepairWatch watch, Func<int, double>? neighbour) =>
        neighbour is null || watch.Held is not { } held ? [] : [new(new("near"), held, neighbour((int)((held.UnixMilliseconds - Start) / Minute)))];

    private static List<Repair> Run(RepairPlan plan, int minutes, Func<int, Reading> course, Func<int, double>? neighbour = null, Func<int, Quality>? before = null)
    {
        var watch = new RepairWatch();
        var found = new List<Repair>();
        for (var minute = 0; minute < minutes; minute++) watch.Take(course(minute), before?.Invoke(minute) ?? Quality.Good, Near(watch, neighbour), plan, found);
        return found;
    }

    [Fact]
    public void One_missing_reading_between_good_ones_is_found_between_them()
    {
        var repair = Assert.Single(Run(Plan, 103, minute => minute == 100 ? Gone(minute) : Good(minute)));
        Assert.Equal((new Instant(Start + 100 * Minute), RepairMethod.Interpolation), (repair.At, repair.Method));
        Assert.Equal((Course(99) + Course(101)) / 2, repair.Value, 9);
        Assert.InRange(repair.Confidence, 0.8, 1);
    }

    [Fact]
    public void A_flagged_reading_is_repaired_and_teaches_nothing()
    {
        foreach (var flag in (Quality[])[Quality.Suspect, Quality.Fail])
        {
            var repair = Assert.Single(Run(Plan, 103, minute => minute == 100 ? Good(minute, 60).WithQuality(flag) : Good(minute)));
            Assert.Equal((Course(99) + Course(101)) / 2, repair.Value, 9);
        }
        Assert.Empty(Run(Plan, 103, minute => minute == 100 ? Good(minute).WithQuality(Quality.NotEvaluated) : Good(minute)));
    }

    [Fact]
    public void A_spike_that_is_known_by_the_reading_after_it_is_repaired_though_it_was_good_when_it_came()
    {
        var repair = Assert.Single(Run(Plan, 103, minute => Good(minute, minute == 100 ? 60 : null), before: minute => minute == 101 ? Quality.Fail : Quality.Good));
        Assert.Equal(new(Start + 100 * Minute), repair.At);
        Assert.Equal((Course(99) + Course(101)) / 2, repair.Value, 9);
    }

    [Fact]
    public void Until_it_has_been_tried_often_enough_nothing_is_said()
    {
        Assert.Empty(Run(Plan, 13, minute => minute == 8 ? Gone(minute) : Good(minute)));
        Assert.Single(Run(Plan, 14, minute => minute == 11 ? Gone(minute) : Good(minute)));
    }

    [Theory]
    [InlineData("as long as the longest", 4, 1)]
    [InlineData("a minute longer", 3, 0)]
    public void A_gap_is_bridged_up_to_the_longest_time(string because, int longestMinutes, int repairs)
    {
        // From the good one at 99 to that at 103.
        var plan = Plan with { Longest = TimeSpan.FromMinutes(longestMinutes), Methods = [RepairMethod.Interpolation] };
        var found = Run(plan, 110, minute => minute is > 99 and < 103 ? Gone(minute) : Good(minute));
        Assert.True(found.Count == 3 * repairs, because);
    }

    [Theory]
    [InlineData("a reading that is a little late", 90_000, 0)]
    [InlineData("a millisecond more: one never came", 90_001, 1)]
    [InlineData("one", 120_000, 1)]
    [InlineData("still one", 149_999, 1)]
    [InlineData("nearer to two", 150_000, 2)]
    [InlineData("as long as a line is tried over", 16 * 60_000, 15)]
    [InlineData("longer, and nothing else is known yet", 17 * 60_000, 0)]
    public void Where_one_is_due_every_minute_those_that_never_came_are_found_in_even_steps(string because, int milliseconds, int expected)
    {
        var found = Run(Plan with { Every = TimeSpan.FromMinutes(1), LeastConfidence = 0 }, 200, minute => minute < 100 ? Good(minute) : AtMilliseconds(99 * Minute + milliseconds + (minute - 100) * Minute));
        Assert.True(found.Count == expected, $"{because}: {found.Count}");
        Assert.Equal(Enumerable.Range(1, expected).Select(i => new Instant(Start + 99 * Minute + (long)milliseconds * i / (expected + 1))), found.Select(repair => repair.At));
        if (expected is 1 or 2) Assert.All(found, repair => Assert.Equal(Course((repair.At.UnixMilliseconds - Start) / (double)Minute), repair.Value, 0.4));

        static Reading AtMilliseconds(long ms) => Reading.Measured(Quantity.AirTemperature, new(Start + ms), new((ulong)(ms / Minute) + 1), Course(ms / (double)Minute));
    }

    [Fact]
    public void A_reading_that_never_came_is_a_gap_where_nobody_said_how_often_one_is_due_and_over_the_longest_time()
    {
        static Reading Course(int minute) => Good(minute < 100 ? minute : minute + 5);
        Assert.Empty(Run(Plan, 110, Course));
        var plan = Plan with { Every = TimeSpan.FromMinutes(1), LeastConfidence = 0 };
        Assert.Equal(5, Run(plan with { Longest = TimeSpan.FromMinutes(6) }, 110, Course).Count);
        Assert.Empty(Run(plan with { Longest = TimeSpan.FromMinutes(6) - TimeSpan.FromMilliseconds(1) }, 110, Course));
    }

    [Theory]
    [InlineData("as many as may wait", 48, 48)]
    [InlineData("one more stays a gap", 49, 0)]
    public void A_long_silence_is_filled_by_the_hour_of_the_week_up_to_as_many_as_may_wait(string because, int absent, int repairs)
    {
        const int days = 15, gap = (days - 1) * 1440;
        static double Daily(int minute) => 10 + 8 * Math.Sin(minute * Math.Tau / 1440);
        var (watch, found) = (new RepairWatch(), new List<Repair>());
        var plan = Plan with { Every = TimeSpan.FromMinutes(10) };
        for (var minute = 0; minute < days * 1440; minute += 10)
        {
            if (minute <= gap || minute > gap + absent * 10) watch.Take(Good(minute, Daily(minute)), Quality.Good, [], plan, found);
        }
        Assert.True(found.Count == repairs, $"{because}: {found.Count}");
        Assert.All(found, repair => Assert.Equal((RepairMethod.Season, true), (repair.Method, Math.Abs(repair.Value - Daily((int)((repair.At.UnixMilliseconds - Start) / Minute))) < 2.5)));
    }

    [Fact]
    public void Beside_one_that_failed_those_that_never_came_are_found_over_the_same_bridge()
    {
        // Good at 99; nothing at 100; a failed one at 101; nothing at 102; good at 103.
        int[] minutes = [.. Enumerable.Range(0, 100), 101, 103, 104];
        var found = Run(Plan with { Every = TimeSpan.FromMinutes(1), Methods = [RepairMethod.Interpolation] }, minutes.Length, i => minutes[i] == 101 ? Gone(101) : Good(minutes[i]));
        Assert.Equal([100, 101, 102], found.Select(repair => (repair.At.UnixMilliseconds - Start) / Minute));
        Assert.All(found, repair => Assert.Equal(Course(99) + (Course(103) - Course(99)) * ((repair.At.UnixMilliseconds - Start) / Minute - 99) / 4, repair.Value, 9));
    }

    [Fact]
    public void Where_a_neighbour_fits_well_and_the_gap_is_long_it_is_asked()
    {
        // The neighbour goes up and down with the channel in a way that no straight line follows.
        static double Wild(int minute) => 10 + 4 * Math.Sin(minute * 0.9) + 3 * Math.Sin(minute * minute * 0.013);
        var found = Run(Plan, 330, minute => minute is >= 300 and < 320 ? Gone(minute) : Good(minute, Wild(minute)), minute => 2 * Wild(minute) - 5);
        Assert.Equal(20, found.Count);
        Assert.All(found, repair =>
        {
            Assert.Equal(RepairMethod.Neighbour, repair.Method);
            Assert.Equal(Wild((int)((repair.At.UnixMilliseconds - Start) / Minute)), repair.Value, 0.001);
            Assert.InRange(repair.Confidence, 0.99, 1);
        });
    }

    [Theory]
    [InlineData("too little overlap", 23)]
    [InlineData("enough of it", 24)]
    public void A_neighbour_is_asked_after_enough_overlap_alone(string because, int pairs)
    {
        var fit = NeighbourFit.Of(new("near"));
        for (var i = 0; i < pairs; i++) fit.Learn(i, 2 * i + 1);
        Assert.True(double.IsNaN(fit.Predict(50)) == pairs < 24, because);
    }

    [Fact]
    public void A_neighbour_that_explains_less_than_half_is_not_asked()
    {
        var (good, poor) = (NeighbourFit.Of(new("good")), NeighbourFit.Of(new("poor")));
        var chance = new Random(1);
        for (var i = 0; i < 500; i++)
        {
            var (x, noise) = (chance.NextDouble() - 0.5, chance.NextDouble() - 0.5);
            good.Learn(x, x + 0.9 * noise);
            poor.Learn(x, x + 1.1 * noise);
        }
        Assert.Equal((false, true), (double.IsNaN(good.Predict(0)), double.IsNaN(poor.Predict(0))));
    }

    [Fact]
    public void A_gap_too_long_to_bridge_is_filled_by_the_hour_of_the_week_once_it_is_known()
    {
        const int days = 15;
        static double Daily(int minute) => 10 + 8 * Math.Sin(minute * Math.Tau / 1440);
        var found = new List<Repair>();
        var watch = new RepairWatch();
        var plan = Plan with { Longest = TimeSpan.FromHours(1) };
        for (var minute = 0; minute < days * 1440; minute += 10)
        {
            var hours = (minute - (days - 1) * 1440) / 60;
            watch.Take(hours is >= 3 and < 7 ? Gone(minute) : Good(minute, Daily(minute)), Quality.Good, [], plan, found);
        }
        Assert.Equal(24, found.Count);
        Assert.All(found, repair => Assert.Equal((RepairMethod.Season, true), (repair.Method, Math.Abs(repair.Value - Daily((int)((repair.At.UnixMilliseconds - Start) / Minute))) < 2.5)));
    }

    [Fact]
    public void What_is_less_sure_than_asked_is_not_told()
    {
        static Reading Noise(int minute) => minute == 200 ? Gone(minute) : Good(minute, new Random(minute).Next(0, 30));
        Assert.InRange(Assert.Single(Run(Plan with { LeastConfidence = 0 }, 210, Noise)).Confidence, 0.2, 0.7);
        Assert.Empty(Run(Plan with { LeastConfidence = 0.9 }, 210, Noise));
    }

    [Fact]
    public void A_method_that_is_not_allowed_is_not_used() =>
        Assert.All(Run(Plan with { Methods = [RepairMethod.Neighbour], LeastConfidence = 0 }, 330, minute => minute is >= 300 and < 302 ? Gone(minute) : Good(minute), minute => Course(minute) + 1),
            repair => Assert.Equal(RepairMethod.Neighbour, repair.Method));

    [Fact]
    public void Of_a_channel_that_never_comes_back_a_bounded_number_waits()
    {
        var watch = new RepairWatch();
        var found = new List<Repair>();
        for (var minute = 0; minute < 100_000; minute++) watch.Take(minute < 100 ? Good(minute) : Gone(minute), Quality.Good, [], Plan, found);
        var w = new VarintWriter();
        watch.Write(w);
        Assert.InRange(w.Length, 100, 4096);
        Assert.Empty(found);
    }

    [Fact]
    public void It_is_remembered_in_4_KB_whatever_it_has_seen()
    {
        var watch = new RepairWatch();
        for (var minute = 0; minute < 40_000; minute += 7)
        {
            NearValue[] near = watch.Held is { } held ? [.. Enumerable.Range(0, 3).Select(i => new NearValue(new($"city.some-node-{i}.bme280"), held, Course(minute) * i + 0.123456789))] : [];
            watch.Take(minute > 39_600 ? Gone(minute) : Good(minute, Course(minute) + 0.000123), Quality.Good, near, Plan, []);
        }
        var w = new VarintWriter();
        watch.Write(w);
        Assert.InRange(w.Length, 2000, 4096);
    }

    [Fact]
    public void Restarted_at_any_reading_it_finds_the_same() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 4], Gen.Double[-3, 3]).Array[40, 150].Sample(steps =>
        {
            var plan = Plan with { Every = TimeSpan.FromMinutes(1) };
            var (one, other) = (new RepairWatch(), new RepairWatch());
            var (found, again) = (new List<Repair>(), new List<Repair>());
            for (var minute = 0; minute < steps.Length; minute++)
            {
                var (kind, flag, more) = steps[minute];
                if (kind == 2) continue; // never came
                var reading = kind == 0 ? Gone(minute) : kind == 1 ? Good(minute, 50).WithQuality(Quality.Fail) : Good(minute, Course(minute) + more);
                var before = flag == 0 ? Quality.Suspect : Quality.Good;
                one.Take(reading, before, Near(one, minute => Course(minute)), plan, found);
                other.Take(reading, before, Near(other, minute => Course(minute)), plan, again);
                var w = new VarintWriter();
                other.Write(w);
                var r = new VarintReader(w.Written);
                Assert.True(RepairWatch.TryRead(ref r, out other));
                Assert.True(r.AtEnd);
            }
            Assert.Equal(found, again);
        }, iter: 200);

    [Fact]
    public void A_repair_goes_into_a_row_of_its_series_and_comes_back()
    {
        foreach (var method in Enum.GetValues<RepairMethod>())
        {
            var repair = new Repair(Quantity.Pm10, new(Start), 21.5, method, 0.8);
            Assert.True(Repair.TryOf(repair.ToReading(), out var back));
            Assert.Equal(repair with { Confidence = back.Confidence }, back);
            Assert.Equal(0.8, back.Confidence, 1 / 255.0);
        }
        Assert.False(Repair.TryOf(Good(3), out _));
    }
}
