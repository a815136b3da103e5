using CsCheck;
using SmartCity.Readings;
using SmartCity.Tests.Watch;
using SmartCity.Watch;

namespace SmartCity.Tests.Twins;

/// <summary>Within the lateness limit, and only there, what is found does not depend on how readings arrive, how often, or when the clock was looked at.</summary>
public sealed class ArrivalTests
{
    private const int Limit = 300;

    /// <summary>A reading, its arrival, and that of a second copy. Seconds.</summary>
    internal sealed record Delivery(int At, double Value, int Arrives, int? Again);

    private static readonly Gen<Delivery[]> Deliveries =
        Gen.Select(Gen.Frequency((8, Gen.Int[1, 40]), (3, Gen.Int[41, 400]), (1, Gen.Int[401, 5000]), (1, Gen.Int[30_000, 60_000])),
                Gen.OneOf(18.0, 24, 25, 27.5, 28, 29.9, 30, 30.1, 33, 41), Gen.Frequency((2, Gen.Const(0)), (1, Gen.Int[0, Limit])), Gen.Int[-600, Limit])
            .Array[1, 90]
            .Select(steps =>
            {
                var at = 0;
                return steps.Select(step =>
                {
                    at += step.Item1;
                    return new Delivery(at, step.Item2, at + step.Item3, step.Item4 < 0 ? null : at + step.Item4);
                }).ToArray();
            });

    internal static Rule[] Rules(LatePolicy late) =>
    [
        Watched.Rule("at-once", 30, 28, late: late),
        Watched.Rule("below", 25, 26, breach: Breach.Below, late: late),
        Watched.Rule("by-day", 30, 24, perDay: true, late: late),
        Watched.Rule("day-mean", 27, mean: new(TimeSpan.FromHours(1), 24, 2, CalendarDay: true), late: late),
        Watched.Rule("held", 30, 28, hold: TimeSpan.FromSeconds(90), late: late),
        Watched.Rule("held-long", 28, 25, hold: TimeSpan.FromHours(1), late: late),
        Watched.Rule("mean", 29, 28, mean: new(TimeSpan.FromMinutes(1), 5, 2, CalendarDay: false), late: late),
        Watched.Rule("escalating", 25, 24, hold: TimeSpan.FromSeconds(30), late: late) with
        {
            ClearFor = TimeSpan.FromSeconds(45), Severity = Severity.Minor,
            Higher = [new(Severity.Major, 29, 27), new(Severity.Critical, 30, 29.9) { For = TimeSpan.FromSeconds(60) }],
        },
        Watched.Rule("mean-held", 28, 27, hold: TimeSpan.FromMinutes(3), mean: new(TimeSpan.FromMinutes(2), 3, 1, CalendarDay: false), late: late),
        Watched.Rule("outside", 33, 30, breach: Breach.Outside, late: late) with { LowLevel = 20, LowClear = 25 },
        Watched.Rule("rising", 300, 100, late: late) with { Rate = new(TimeSpan.FromMinutes(2), TimeSpan.FromHours(1)) },
        Watched.Rule("silent", breach: Breach.Missing, hold: TimeSpan.FromMinutes(2), late: late) with { Higher = [new(Severity.Critical, 0, 0) { For = TimeSpan.FromHours(1) }] },
        Watched.Rule("thirty", 30, breach: Breach.Equal, late: late),
        Watched.Rule("voted", 28, 27, late: late) with { Votes = new(3, 5) },
    ];

    internal static IEnumerable<(double Now, Delivery Delivery)> Arrivals(Delivery[] deliveries) => deliveries
        .SelectMany(delivery => delivery.Again is { } again
            ? [(delivery.Arrives, delivery), (again, delivery)]
            : new (int, Delivery)[] { (delivery.Arrives, delivery) })
        .OrderBy(arrival => arrival.Item1).Select(arrival => ((double)arrival.Item1, arrival.Item2));

    private static Watched InTime(Delivery[] deliveries, LatePolicy late)
    {
        var street = new Watched(Rules(late));
        foreach (var delivery in deliveries) street.Hears(delivery.At, delivery.Value);
        street.Waits(1e8);
        return street;
    }

    [Fact]
    public void Any_order_of_arrival_and_any_repeat_leaves_the_same_episodes() =>
        Gen.Select(Deliveries, Gen.OneOf(LatePolicy.Record, LatePolicy.Raise)).Sample((deliveries, late) =>
        {
            var street = new Watched(Rules(late));
            foreach (var (now, delivery) in Arrivals(deliveries))
            {
                street.Hears(delivery.At, delivery.Value, now);
                Assert.Equal(street.Open.Select(episode => episode.Id.Value).Order(), street.Twin.OpenEpisodes().Select(id => id.Value).Order()); // twin and register agree
            }
            street.Waits(1e8);
            Assert.Equal(InTime(deliveries, late).Standing(), street.Standing());
        }, iter: 600);

    /// <summary>As many readings as are kept, and more: what is merged with is in all pieces of the ring.</summary>
    [Fact]
    public void Nor_does_the_order_matter_where_readings_are_many() =>
        Gen.Select(Gen.Select(Gen.Int[1, 3], Gen.OneOf(20.0, 24, 28, 29.9, 30.1, 33), Gen.Frequency((2, Gen.Const(0)), (1, Gen.Int[0, 40]))).Array[60, 200], Gen.OneOf(LatePolicy.Record, LatePolicy.Raise)).Sample((steps, late) =>
        {
            var at = 0;
            var deliveries = steps.Select(step => new Delivery(at += step.Item1, step.Item2, at + step.Item3, null)).ToArray();
            var street = new Watched(Rules(late));
            foreach (var (now, delivery) in Arrivals(deliveries)) street.Hears(delivery.At, delivery.Value, now);
            street.Waits(1e8);
            Assert.Equal(InTime(deliveries, late).Standing(), street.Standing());
        }, iter: 200);

    [Fact]
    public void Looking_at_the_clock_more_often_changes_nothing_in_the_end() =>
        Gen.Select(Deliveries, Gen.Int[1, 600], Gen.OneOf(LatePolicy.Record, LatePolicy.Raise)).Sample((deliveries, every, late) =>
        {
            var street = new Watched(Rules(late));
            var clock = 0.0;
            foreach (var (now, delivery) in Arrivals(deliveries))
            {
                for (clock = Math.Max(clock, now - 20.0 * every); clock < now; clock += every) street.Waits(clock);
                street.Hears(delivery.At, delivery.Value, now);
            }
            street.Waits(1e8);
            Assert.Equal(InTime(deliveries, late).Standing(), street.Standing());
        }, iter: 500);

    [Fact]
    public void Looking_at_the_clock_at_every_deadline_and_at_no_other_time_finds_everything_as_soon_as_looking_always() =>
        Deliveries.Sample(deliveries =>
        {
            var often = new Watched(Rules(LatePolicy.Record));
            var due = new Watched(Rules(LatePolicy.Record));
            var clock = 0.0;
            foreach (var delivery in deliveries.Take(30))
            {
                for (clock = Math.Max(clock, delivery.At - 900); clock < delivery.At; clock++)
                {
                    often.Waits(clock);
                    if (due.Twin.NextDeadline is { } deadline && deadline <= Watched.At(clock)) due.Waits(clock);
                    Assert.Equal(often.Events, due.Events);
                }
                often.Hears(delivery.At, delivery.Value);
                due.Hears(delivery.At, delivery.Value);
                Assert.Equal(often.Events, due.Events);
            }
        }, iter: 20);

    [Fact]
    public void Stopping_and_starting_again_at_every_reading_changes_no_event() =>
        Gen.Select(Deliveries, Gen.Int[60, 2000], Gen.OneOf(LatePolicy.Record, LatePolicy.Raise, LatePolicy.Ignore)).Sample((deliveries, every, late) =>
        {
            var steady = new Watched(Rules(late));
            var stopped = new Watched(Rules(late));
            var clock = 0.0;
            foreach (var (now, delivery) in Arrivals(deliveries))
            {
                stopped.Restarts();
                if (now - clock > every)
                {
                    clock = now;
                    Assert.Equal(steady.Waits(now), stopped.Waits(now));
                    stopped.Restarts();
                    stopped.Restarts(); // before any rules were bound
                }
                Assert.Equal(steady.Hears(delivery.At, delivery.Value, now), stopped.Hears(delivery.At, delivery.Value, now));
                Assert.Equal(steady.Twin.Live.ToArray(), stopped.Twin.Live.ToArray());
            }
            stopped.Restarts();
            Assert.Equal(steady.Waits(1e8), stopped.Waits(1e8));
        }, iter: 200);

    [Fact]
    public void A_backlog_of_any_age_that_comes_in_order_behind_a_live_reading_leaves_the_same_episodes() =>
        Gen.Select(Deliveries, Gen.OneOf(LatePolicy.Record, LatePolicy.Raise)).Sample((deliveries, late) =>
        {
            var street = new Watched(Rules(late));
            var (live, now) = (deliveries[^1], deliveries[^1].At);
            street.Hears(live.At, live.Value);
            foreach (var delivery in deliveries[..^1]) street.Hears(delivery.At, delivery.Value, now);
            street.Waits(1e8);
            Assert.Equal(InTime(deliveries, late).Standing(), street.Standing());
        }, iter: 500);

    [Fact]
    public void The_live_value_never_goes_back_however_readings_arrive() =>
        Gen.Select(Gen.Int[0, 50], Gen.Bool).Array[1, 60].Sample(arrivals =>
        {
            var street = new Watched(Rules(LatePolicy.Raise));
            var (newest, good) = (-1, -1);
            foreach (var (order, failed) in arrivals)
            {
                var at = Watched.At(order * 60);
                street.Hears(failed
                    ? Reading.Failed(Quantity.AirTemperature, at, Watched.Order(order), ReadFault.TimedOut)
                    : Reading.Measured(Quantity.AirTemperature, at, Watched.Order(order), order), 3600);
                if (order > newest) newest = order;
                Assert.True(street.Twin.TryGetLive(Quantity.AirTemperature, out var live));
                Assert.Equal(Watched.Order(newest), live.Newest.Order);
                if (!live.HasGood) continue;
                Assert.True((int)(live.Good.Order.Sample - Watched.Order(0).Sample) / 1000 >= good);
                good = (int)(live.Good.Order.Sample - Watched.Order(0).Sample) / 1000;
            }
        });

    [Fact]
    public void Between_two_episodes_of_a_rule_the_value_came_back_past_the_clear_level() =>
        Gen.Double[20, 40].Array[1, 200].Sample(values =>
        {
            var street = new Watched(Watched.Rule(level: 30, clear: 28));
            for (var i = 0; i < values.Length; i++) street.Hears(i, values[i]);
            var open = false;
            foreach (var change in street.Events)
            {
                Assert.NotEqual(open, change is EpisodeEvent.Raised);
                open = change is EpisodeEvent.Raised;
                if (change is EpisodeEvent.Raised raised) Assert.True(raised.Value > 30);
                else Assert.True(Assert.IsType<EpisodeEvent.Cleared>(change).Value <= 28);
            }
        });
}
