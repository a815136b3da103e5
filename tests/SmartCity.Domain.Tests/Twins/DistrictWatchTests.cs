using CsCheck;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Tests.Watch;
using SmartCity.Twins;
using SmartCity.Watch;

namespace SmartCity.Tests.Twins;

/// <summary>A district's sensors, each at a site named by its first letter, and what its rules find.</summary>
public sealed class DistrictWatchTests
{
    private const double Tick = 0.001;

    private readonly List<EpisodeEvent> _events = [];
    private DistrictWatch _centre = new("centre");

    private static Rule Smog(int sites = 2, DistrictTake take = DistrictTake.Quorum, double percentile = 0) => Watched.Rule("smog", 50, 40, quantity: Quantity.Pm2_5, lateness: TimeSpan.FromSeconds(10)) with
    {
        District = new(take, sites, percentile, TimeSpan.FromMinutes(15), TimeSpan.FromSeconds(10)),
    };

    private void Use(params Rule[] rules) => _centre.Use(new(1, "", TimeSpan.Zero, rules), Watched.At(0), _events);

    private void Hears(double at, string sensor, double value) => _centre.Hear(new(sensor), sensor[..1], Quantity.Pm2_5, Watched.At(at), value);

    private string Waits(double now)
    {
        var events = new List<EpisodeEvent>();
        _centre.Advance(Watched.At(now), events);
        _events.AddRange(events);
        return string.Join(", ", events.Select(Watched.Words));
    }

    [Fact]
    public void It_is_found_when_the_lateness_limit_has_passed_since_the_step_and_not_before()
    {
        Use(Smog());
        Hears(1, "a1", 60);
        Hears(9, "b1", 60);
        Assert.Equal(Watched.At(20), _centre.NextDeadline);
        Assert.Equal("", Waits(20 - Tick));
        Assert.Equal("raised Major at 10", Waits(20));
        var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(_events));
        Assert.Equal((SensorId.OfDistrict("centre"), "centre", 60.0), (raised.Sensor, raised.Sensor.District, raised.Value));
        Assert.Equal(["a1", "b1"], raised.Members.Select(member => member.Value));
        Assert.Equal(EpisodeId.Of("smog", SensorId.OfDistrict("centre"), 0, (ulong)Watched.At(10).UnixMilliseconds), raised.Episode);
    }

    [Fact]
    public void A_sensor_that_becomes_bad_later_joins_the_episode_once_and_one_after_its_end_does_not()
    {
        Use(Smog());
        Hears(1, "a1", 60);
        Hears(1, "b1", 60);
        Waits(20);
        Hears(21, "c1", 70);
        Hears(21, "d1", 49);
        Waits(60);
        var joined = Assert.Single(_events.OfType<EpisodeEvent.Joined>());
        Assert.Equal(("c1", Watched.At(30)), (joined.Members.Single().Value, joined.At));
        Assert.Equal(_events.OfType<EpisodeEvent.Raised>().Single().Episode, joined.Episode);
        foreach (var sensor in (string[])["a1", "b1", "c1"]) Hears(61, sensor, 30);
        Assert.Equal("cleared at 70", Waits(80));
        Hears(81, "e1", 70);
        Waits(120);
        Assert.Single(_events.OfType<EpisodeEvent.Joined>());
    }

    [Fact]
    public void Stopped_and_restarted_at_any_reading_it_finds_the_same_a_running_duration_included() =>
        Gen.Select(Gen.Int[0, 12], Gen.Int[0, 4], Gen.OneOf(20.0, 45, 55, 65), Gen.Bool).Array[5, 60].Sample(steps =>
        {
            var set = new RuleSet(1, "", TimeSpan.Zero, [Smog() with { For = TimeSpan.FromSeconds(40), ClearFor = TimeSpan.FromSeconds(20) }, Smog(2, DistrictTake.Mean) with { Id = "mean", Votes = new(2, 3) }]);
            var (whole, stopped) = (new DistrictWatch("centre"), new DistrictWatch("centre"));
            var (found, again) = (new List<EpisodeEvent>(), new List<EpisodeEvent>());
            whole.Use(set, Watched.At(0), found);
            stopped.Use(set, Watched.At(0), again);
            var now = 0;
            var open = new Dictionary<EpisodeId, Episode>();
            foreach (var (step, sensor, value, looks) in steps)
            {
                now += step;
                foreach (var watch in (DistrictWatch[])[whole, stopped]) watch.Hear(new($"s{sensor}"), $"site {sensor}", Quantity.Pm2_5, Watched.At(now), value);
                if (looks)
                {
                    whole.Advance(Watched.At(now), found);
                    var told = again.Count;
                    stopped.Advance(Watched.At(now), again);
                    foreach (var change in again.Skip(told)) open[change.Episode] = Episode.Apply(open.GetValueOrDefault(change.Episode), change) ?? open[change.Episode];
                }
                var w = new VarintWriter();
                stopped.Write(w);
                var r = new VarintReader(w.Written);
                Assert.True(DistrictWatch.TryRead(ref r, out stopped) && r.AtEnd);
                stopped.Use(set, Watched.At(now), again);
                foreach (var episode in open.Values.Where(episode => episode.IsOpen)) stopped.Adopt(episode);
            }
            whole.Advance(Watched.At(now + 600), found);
            stopped.Advance(Watched.At(now + 600), again);
            Assert.Equal(found.Select(Words), again.Select(Words));

            static string Words(EpisodeEvent change) => $"{Watched.Words(change)} {change.Rule} {change.Episode}"
                + (change is EpisodeEvent.Joined joined ? string.Join(' ', joined.Members) : change is EpisodeEvent.Raised raised ? string.Join(' ', raised.Members) : "");
        }, iter: 300);

    [Fact]
    public void Sensors_of_one_site_count_once_and_those_without_a_site_for_themselves()
    {
        Use(Smog());
        Hears(1, "a1", 60);
        Hears(1, "a2", 60);
        Assert.Equal("", Waits(20));
        _centre.Hear(new("loose"), "", Quantity.Pm2_5, Watched.At(21), 60);
        Assert.Equal("raised Major at 30", Waits(40));
    }

    [Theory]
    [InlineData("at the end of its freshness", 10, "raised Major at 910")]
    [InlineData("a tick past it", 10 - Tick, "")]
    public void A_value_counts_while_it_is_fresh(string because, double heard, string expected)
    {
        Use(Smog());
        Hears(heard, "a1", 60);
        Hears(905, "b1", 60);
        Assert.True(expected == Waits(929), because);
    }

    [Fact]
    public void When_sites_fall_silent_nothing_clears_and_when_they_come_back_good_it_does()
    {
        Use(Smog());
        Hears(1, "a1", 60);
        Hears(1, "b1", 60);
        Waits(20);
        Assert.Equal("", Waits(100_000));
        Hears(100_001, "a1", 10);
        Assert.Equal("", Waits(100_020)); // one site says nothing of two
        Hears(100_021, "b1", 10);
        Assert.Equal("cleared at 100030", Waits(100_040));
    }

    [Theory]
    [InlineData(DistrictTake.Mean, 0, new double[] { 10, 20, 60 }, 30)]
    [InlineData(DistrictTake.Percentile, 50, new double[] { 10, 20, 60 }, 20)]
    [InlineData(DistrictTake.Percentile, 100, new double[] { 10, 20, 60 }, 60)]
    [InlineData(DistrictTake.Percentile, 25, new double[] { 10, 20, 60 }, 15)]
    [InlineData(DistrictTake.Quorum, 0, new double[] { 10, 20, 60 }, 10)]
    [InlineData(DistrictTake.Spread, 0, new double[] { 10, 20, 60, 22 }, 40)]
    [InlineData(DistrictTake.Spread, 0, new double[] { -90, 20, 21, 22 }, 111)]
    public void What_is_taken_of_the_sites(DistrictTake take, double percentile, double[] sites, double expected) =>
        Assert.Equal(expected, new DistrictInput(take, 3, percentile, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1)).Of(sites, Breach.Above));

    [Fact]
    public void A_quorum_below_a_level_takes_the_lowest() =>
        Assert.Equal(20, new DistrictInput(DistrictTake.Quorum, 2, 0, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1)).Of([60, 10, 20], Breach.Below));

    [Fact]
    public void An_open_episode_goes_on_after_a_restart()
    {
        Use(Smog());
        Hears(1, "a1", 60);
        Hears(1, "b1", 60);
        Waits(20);
        var open = Episode.Apply(null, _events[0])!;
        _centre = new("centre");
        Use(Smog());
        _centre.Adopt(open);
        Hears(31, "a1", 60);
        Hears(31, "b1", 60);
        Assert.Equal("", Waits(60));
        Hears(61, "a1", 10);
        Assert.Equal("cleared at 70", Waits(80));
        Assert.Equal(open.Id, _events[^1].Episode);
    }

    [Fact]
    public void The_open_episode_of_a_rule_that_is_gone_is_withdrawn_and_one_that_changes_goes_on()
    {
        Use(Smog());
        Hears(1, "a1", 60);
        Hears(1, "b1", 60);
        Waits(20);
        Use(Smog() with { Level = 55 });
        Assert.Single(_events);
        Use();
        Assert.IsType<EpisodeEvent.Withdrawn>(_events[^1]);
    }

    [Fact]
    public void In_whatever_order_values_arrive_within_the_limit_and_however_often_the_episodes_are_the_same() =>
        Gen.Select(Gen.Int[0, 4], Gen.OneOf(10.0, 45, 60), Gen.Int[0, 9], Gen.Int[1, 30]).Array[1, 80].Sample(steps =>
        {
            Rule[] rules = [Smog(), Smog(3, DistrictTake.Mean) with { Id = "mean" }, Smog(2, DistrictTake.Spread) with { Id = "spread", Level = 20, Clear = 15, For = TimeSpan.FromSeconds(30), ClearFor = TimeSpan.FromSeconds(20) }];
            var at = 0;
            var values = steps.Select(step => (At: at += step.Item4, Sensor: $"{(char)('a' + step.Item1)}1", Value: step.Item2, Arrives: at + step.Item3)).ToArray();
            EpisodeEvent[] Found(IEnumerable<(int Now, int At, string Sensor, double Value)> arrivals)
            {
                var centre = new DistrictWatch("centre");
                var events = new List<EpisodeEvent>();
                centre.Use(new(1, "", TimeSpan.Zero, rules), Watched.At(0), events);
                foreach (var (now, stamp, sensor, value) in arrivals)
                {
                    Look(now);
                    centre.Hear(new(sensor), sensor[..1], Quantity.Pm2_5, Watched.At(stamp), value);
                }
                Look(at + 1000);
                return [.. events.OrderBy(change => change.Rule, StringComparer.Ordinal)];

                void Look(double now)
                {
                    while (centre.NextDeadline is { } due && due <= Watched.At(now)) centre.Advance(due, events);
                }
            }
            var inTime = Found(values.Select(value => (value.At, value.At, value.Sensor, value.Value)));
            var late = Found(values.SelectMany(value => new[] { (value.Arrives, value.At, value.Sensor, value.Value), (value.At + 9, value.At, value.Sensor, value.Value) }).OrderBy(arrival => arrival.Item1));
            Assert.Equal(inTime.Select(Watched.Words), late.Select(Watched.Words));
        }, iter: 200);
}
