using CsCheck;
using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

public sealed class MeanTests
{
    private const double Tick = 0.001;
    private const double Hour = 3600;

    private static readonly MeanOver EightHours = new(TimeSpan.FromHours(1), 8, 6, CalendarDay: false);
    private static readonly MeanOver Day = new(TimeSpan.FromHours(1), 24, 18, CalendarDay: true);

    [Fact]
    public void A_reading_exactly_at_the_end_of_a_slot_belongs_to_it_and_closes_it()
    {
        var street = new Watched(Watched.Rule(mean: new(TimeSpan.FromHours(1), 1, 1, CalendarDay: false)));
        street.Hears(Tick, 20);
        Assert.Empty(street.Hears(Hour - Tick, 40)); // mean 30: and not closed yet
        var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(street.Hears(Hour, 60)));
        Assert.Equal((40.0, Watched.At(Hour), Watched.At(Hour)), (raised.Value, raised.At, raised.FirstBreachAt));
        Assert.Equal(EpisodeId.Of("hot", Watched.Id, 1, (ulong)Watched.At(Hour).UnixMilliseconds), raised.Episode);
    }

    [Fact]
    public void A_reading_past_the_end_closes_the_slot_and_belongs_to_the_next()
    {
        var street = new Watched(Watched.Rule(mean: new(TimeSpan.FromHours(1), 1, 1, CalendarDay: false)));
        street.Hears(0, 80);    // at noon: the slot that ends there
        street.Hears(Tick, 40);
        var raised = street.Events.OfType<EpisodeEvent.Raised>().Single();
        Assert.Equal(Watched.At(0), raised.FirstBreachAt);
        var cleared = street.Hears(Hour + Tick, 20);
        Assert.Empty(cleared); // the slot (12, 13] held 40
        Assert.Equal(20, Assert.IsType<EpisodeEvent.Cleared>(Assert.Single(street.Hears(2 * Hour, 20))).Value);
    }

    [Fact]
    public void The_clock_closes_a_slot_at_exactly_its_end_and_the_lateness_limit()
    {
        var street = new Watched(Watched.Rule(mean: new(TimeSpan.FromHours(1), 2, 1, CalendarDay: false)));
        street.Hears(10, 31);
        Assert.Equal(Watched.At(Hour + 300), street.Twin.NextDeadline);
        Assert.Empty(street.Waits(Hour + 300 - Tick));
        var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(street.Waits(Hour + 300)));
        Assert.Equal((Watched.At(Hour), false), (raised.At, raised.Late));
        Assert.Equal(Watched.At(2 * Hour + 300), street.Twin.NextDeadline);
        Assert.Empty(street.Waits(9 * Hour));
        Assert.Null(street.Twin.NextDeadline); // the window has run empty
        Assert.Single(street.Open);
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(6, 1)]
    public void A_mean_without_enough_slots_is_not_evaluated(int hours, int episodes)
    {
        var street = new Watched(Watched.Rule(mean: EightHours));
        for (var hour = 1; hour <= hours; hour++) street.Hears(hour * Hour, 40);
        street.Waits(48 * Hour);
        Assert.Equal(episodes, street.Episodes.Count);
    }

    [Theory]
    [InlineData(17, 0)]
    [InlineData(18, 1)]
    public void A_day_needs_its_hours(int hours, int episodes)
    {
        var street = new Watched(Watched.Rule(mean: Day, quantity: Quantity.Pm10));
        for (var hour = 0; hour < hours; hour++) street.Hears(Watched.Reading((13 + hour) * Hour, 51, Quantity.Pm10), (13 + hour) * Hour);
        street.Waits(40 * Hour);
        Assert.Equal(episodes, street.Episodes.Count);
        if (episodes == 1) Assert.Equal(Watched.At(36 * Hour), street.Episodes.Values.Single().FirstBreachAt);
    }

    [Fact]
    public void A_late_reading_within_the_limit_changes_the_mean_that_was_told()
    {
        var street = new Watched(Watched.Rule(mean: new(TimeSpan.FromMinutes(1), 1, 1, CalendarDay: false)));
        street.Hears(30, 32);
        street.Hears(60, 32);
        Assert.Single(street.Open);
        Assert.IsType<EpisodeEvent.Withdrawn>(Assert.Single(street.Hears(40, 20, now: 61)));
        Assert.Empty(street.Open);
    }

    [Fact]
    public void An_episode_that_a_late_reading_shows_to_go_on_is_open_again()
    {
        var street = new Watched(Watched.Rule(mean: new(TimeSpan.FromMinutes(1), 1, 1, CalendarDay: false)));
        street.Hears(60, 40);
        street.Hears(120, 20);
        Assert.Empty(street.Open);
        street.Hears(90, 60, now: 121);
        Assert.Equal(Watched.At(60), Assert.Single(street.Open).FirstBreachAt);
    }

    [Theory]
    [InlineData("live: twice the limit and a slot after the window", 2 * 300 + 60, true)]
    [InlineData("a tick more: recorded", 2 * 300 + 60 + Tick, false)]
    public void A_mean_is_news_until_the_next_is_due(string because, double age, bool raised)
    {
        var street = new Watched(Watched.Rule(mean: new(TimeSpan.FromMinutes(1), 1, 1, CalendarDay: false)));
        street.Hears(60, 40, now: 60 + age);
        Assert.True(raised == street.Events.Single() is EpisodeEvent.Raised, because);
    }

    [Fact]
    public void A_fresh_mean_between_the_levels_does_not_raise_what_was_recorded()
    {
        var street = new Watched(Watched.Rule(level: 30, clear: 20, mean: new(TimeSpan.FromMinutes(1), 1, 1, CalendarDay: false)));
        Assert.IsType<EpisodeEvent.Recorded>(Assert.Single(street.Hears(60, 40, now: 721)));
        street.Hears(710, 25, now: 721);
        street.Hears(770, 25, now: 775);
        Assert.Empty(street.Waits(1080));
        street.Hears(1100, 31, now: 1100);
        Assert.IsType<EpisodeEvent.Raised>(Assert.Single(street.Hears(1140, 31, now: 1140)));
        Assert.Single(street.Episodes);
    }

    private static readonly Gen<double[][]> Hours = // per hour: up to two readings, some hours none
        Gen.Frequency((5, Gen.Int[20, 80].Select(value => (double)value).Array[1, 2]), (1, Gen.Const(Array.Empty<double>())), (1, Gen.Int[60, 200].Select(value => (double)value).Array[1]))
            .Array[1, 24 * 6];

    [Fact]
    public void Day_means_are_those_of_an_independent_calculation() =>
        Gen.Select(Hours, Gen.Int[-12, 14]).Sample((hours, offset) =>
        {
            var street = Played(hours, offset, Watched.Rule(level: 50, mean: Day, quantity: Quantity.Pm10));
            var expected = Means(hours).GroupBy(hour => Days(hour.End, offset)).Where(day => day.Count() >= 18 && day.Average(hour => hour.Mean) > 50).Select(day => day.Key);
            Assert.Equal(expected.Order(), street.Episodes.Values.Select(episode => Days(episode.FirstBreachAt, offset)).Order());
            Assert.All(street.Events, change => Assert.True(change is EpisodeEvent.Raised or EpisodeEvent.Cleared));
        }, iter: 500);

    [Fact]
    public void Days_with_an_eight_hour_mean_over_the_level_are_those_of_an_independent_calculation() =>
        Gen.Select(Hours, Gen.Int[-12, 14]).Sample((hours, offset) =>
        {
            var street = Played(hours, offset, Watched.Rule(level: 60, mean: EightHours, perDay: true, quantity: Quantity.Pm10));
            var known = Means(hours).ToDictionary(hour => hour.End.UnixMilliseconds, hour => hour.Mean);
            var expected = new SortedSet<long>();
            for (var hour = 1; hour <= hours.Length + 8; hour++)
            {
                var window = Enumerable.Range(hour - 7, 8).Select(back => Watched.At(back * Hour).UnixMilliseconds).Where(known.ContainsKey).Select(end => known[end]).ToArray();
                if (window.Length >= 6 && window.Average() > 60 + 1e-9) expected.Add(Days(Watched.At(hour * Hour), offset));
            }
            Assert.Equal(expected, street.Episodes.Values.Select(episode => Days(episode.FirstBreachAt, offset)).Distinct().Order());
        }, iter: 500);

    private static Watched Played(double[][] hours, int offset, Rule rule)
    {
        var street = new Watched { Plan = RulePlan.For(new(1, "", TimeSpan.FromHours(offset), [rule]), "") };
        for (var hour = 0; hour < hours.Length; hour++)
        {
            var values = hours[hour];
            for (var i = 0; i < values.Length; i++)
            {
                var at = (hour + (i + 1.0) / values.Length) * Hour; // the last one exactly at the end
                while (street.Twin.NextDeadline is { } due && due < Watched.At(at)) street.Waits((due.UnixMilliseconds - Watched.Noon.UnixMilliseconds) / 1000.0);
                street.Hears(Watched.Reading(at, values[i], Quantity.Pm10), at);
            }
        }
        while (street.Twin.NextDeadline is { } due) street.Waits((due.UnixMilliseconds - Watched.Noon.UnixMilliseconds) / 1000.0);
        return street;
    }

    private static IEnumerable<(Instant End, double Mean)> Means(double[][] hours) => hours
        .Select((values, hour) => (Watched.At((hour + 1) * Hour), values)).Where(hour => hour.values.Length > 0).Select(hour => (hour.Item1, hour.values.Average()));

    // The date of the instant just before: midnight belongs to the day that ends.
    private static long Days(Instant at, int offset) => at.ToDateTimeOffset().AddHours(offset).AddTicks(-1).Date.Ticks / TimeSpan.TicksPerDay;
}
