using CsCheck;
using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

/// <summary>QARTOD's real-time tests, at their limits and one tick past them, and what they do to rules.</summary>
public sealed class QualityTests
{
    private const double Tick = 0.001;

    private static readonly QualityChecks None = new(Quantity.AirTemperature);

    /// <summary>The flags of readings, in order, as they stand when the last has come.</summary>
    private static string Flags(QualityChecks checks, params (double At, double Value)[] readings)
    {
        var street = Street(checks);
        var flags = new List<Quality>();
        foreach (var (at, value) in readings)
        {
            street.Hears(at, value);
            street.Twin.TryGetLive(Quantity.AirTemperature, out var live);
            flags.Add(live.Newest.Quality);
        }
        return string.Join(' ', flags.Select(flag => flag.ToString()[0]));
    }

    private static Watched Street(QualityChecks checks, params Rule[] rules) =>
        new() { Plan = RulePlan.For(new RuleSet(1, "", TimeSpan.Zero, rules) { Checks = [checks] }, "centre") };

    [Fact]
    public void Gross_range()
    {
        var checks = None with { Range = new(-10, 0, 40, 50) };
        Assert.Equal("G G S S F F", Flags(checks, (0, 0), (1, 40), (2, 40 + Tick), (3, 50), (4, 50 + Tick), (5, -10 - Tick)));
    }

    [Fact]
    public void Rate_of_change()
    {
        var checks = None with { RatePerMinute = new(1, 5) };
        Assert.Equal("G G S F", Flags(checks, (0, 20), (60, 21), (120, 22 + Tick), (180, 30)));
    }

    [Fact]
    public void After_a_spike_the_way_back_is_no_fault_and_a_step_that_stays_is_none_either()
    {
        var checks = None with { RatePerMinute = new(1, 5) };
        Assert.Equal("G F G", Flags(checks, (0, 20), (60, 60), (120, 20.5)));
        Assert.Equal("G F G", Flags(checks, (0, 20), (60, 60), (120, 60.5)));
    }

    [Theory]
    [InlineData("at the limit", 23.0, 1)]
    [InlineData("past it", 23.01, 0)]
    public void A_spike_is_known_one_reading_later_and_what_it_raised_is_withdrawn(string because, double value, int standing)
    {
        var street = Street(None with { Spike = new(3, 8) }, Watched.Rule(level: 22));
        street.Hears(0, 20);
        Assert.Single(street.Hears(1, value));
        street.Hears(2, 20);
        Assert.True(standing == street.Episodes.Values.Count(episode => episode.WithdrawnAt is null), because);
        Assert.Empty(street.Open);
    }

    [Fact]
    public void Flat_line()
    {
        var checks = None with { Flat = new(0.1, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120)) };
        Assert.Equal("G G S S F G G", Flags(checks, (0, 20), (60 - Tick, 20.1), (60, 20), (120 - Tick, 20.1), (120, 20.1), (130, 20.3), (189, 20.3)));
    }

    [Fact]
    public void Attenuated_signal()
    {
        var checks = None with { Attenuated = new(TimeSpan.FromSeconds(100), new(0.5, 0.1)) };
        Assert.Equal("G G G G S G G G F", Flags(checks, (0, 20), (49, 20.2), (50, 20.1), (99, 20.3), (100, 20.2), (149, 20.9), (150, 20.8), (200, 20.85), (250, 20.85)));
        Assert.Equal("G G F", Flags(checks, (0, 20), (50, 20.05), (100, 20.05)));
    }

    [Theory]
    [InlineData("a pause of exactly the time", 60, "G G")]
    [InlineData("a tick longer", 60 + Tick, "G S")]
    public void Time_gap(string because, double pause, string flags) =>
        Assert.True(flags == Flags(None with { Gap = TimeSpan.FromMinutes(1), RatePerMinute = new(1000, 1000) }, (0, 20), (pause, 20)), because);

    [Fact]
    public void A_flag_is_never_better_than_the_sources_and_lifts_what_nobody_had_checked()
    {
        var street = Street(None with { Range = new(-10, 0, 40, 50) });
        foreach (var (source, expected) in new[] { (Quality.NotEvaluated, Quality.Good), (Quality.Suspect, Quality.Suspect), (Quality.Fail, Quality.Fail) })
        {
            street.Hears(Reading.Measured(Quantity.AirTemperature, Watched.At((int)source), Watched.Order((int)source), 20, quality: source), (int)source);
            Assert.True(street.Twin.TryGetLive(Quantity.AirTemperature, out var live));
            Assert.Equal((expected, expected), (live.Newest.Quality, street.Twin.Judged));
        }
    }

    [Fact]
    public void A_flagged_reading_raises_nothing_by_default()
    {
        var street = Street(None with { Range = new(-10, 0, 40, 50) }, Watched.Rule(), Watched.Rule("doubtful") with { Gate = QualityGate.Suspect });
        Assert.Equal("doubtful", Assert.Single(street.Hears(0, 45)).Rule);
        Assert.Empty(street.Hears(1, 55));
        Assert.Equal("hot", Assert.Single(street.Hears(2, 35)).Rule);
    }

    [Fact]
    public void Repeats_and_restarts_and_orders_of_arrival_change_no_flag_that_matters() =>
        Gen.Select(Gen.OneOf(18.0, 20, 20, 20.05, 24, 29, 31, 41, 55), Gen.Int[1, 30], Gen.Int[0, 200], Gen.Bool).Array[1, 50].Sample(steps =>
        {
            var checks = None with
            {
                Range = new(-10, 0, 40, 50), Spike = new(4, 10), RatePerMinute = new(20, 60), Flat = new(0.1, TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(90)),
                Attenuated = new(TimeSpan.FromSeconds(60), new(0.5, 0.01)), Gap = TimeSpan.FromSeconds(25),
            };
            Rule[] rules = [Watched.Rule("good", 28, 25), Watched.Rule("suspect", 28, 25, hold: TimeSpan.FromSeconds(30)) with { Gate = QualityGate.Suspect }, Watched.Rule("silent", breach: Breach.Missing, hold: TimeSpan.FromMinutes(1))];
            var at = 0;
            var readings = steps.Select(step => (At: at += step.Item2, Value: step.Item1, Arrives: at + step.Item3, Again: step.Item4)).ToArray();
            var inTime = Street(checks, rules);
            foreach (var reading in readings) inTime.Hears(reading.At, reading.Value);
            var late = Street(checks, rules);
            foreach (var (now, reading) in readings.SelectMany(reading => reading.Again ? [(reading.Arrives, reading), (reading.At + 205, reading)] : new[] { (reading.Arrives, reading) }).OrderBy(arrival => arrival.Item1))
            {
                late.Hears(reading.At, reading.Value, now);
                late.Restarts();
            }
            inTime.Waits(1e6);
            late.Waits(1e6);
            Assert.Equal(inTime.Standing(), late.Standing());
        }, iter: 300);
}
