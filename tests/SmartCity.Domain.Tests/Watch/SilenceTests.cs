using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

/// <summary>A rule on silence: told by the clock, ended by a reading alone.</summary>
public sealed class SilenceTests
{
    private const double Tick = 0.001;

    private static readonly Rule Silent = Watched.Rule("silent", breach: Breach.Missing, hold: TimeSpan.FromMinutes(10));

    [Fact]
    public void Silence_is_too_long_a_tick_after_the_time_and_not_at_it()
    {
        var street = new Watched(Silent);
        street.Hears(0, 20);
        Assert.Empty(street.Waits(600));
        var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(street.Waits(600 + Tick)));
        Assert.Equal((EpisodeId.Of("silent", Watched.Id, 1, Watched.Order(0).Packed), Watched.At(0), 20.0), (raised.Episode, raised.FirstBreachAt, raised.Value)); // named by the last reading before
    }

    [Theory]
    [InlineData("at the very end of the time", 600, 0)]
    [InlineData("a tick later", 600 + Tick, 1)]
    public void A_reading_shows_whether_the_silence_before_it_was_too_long(string because, double heard, int episodes)
    {
        var street = new Watched(Silent);
        street.Hears(0, 20);
        street.Hears(heard, 20);
        Assert.True(episodes == street.Episodes.Count, because);
        Assert.Empty(street.Open); // recorded as over: nobody is called for it
    }

    [Fact]
    public void Only_a_reading_ends_it()
    {
        var street = new Watched(Silent);
        street.Hears(0, 20);
        street.Waits(700);
        Assert.Empty(street.Waits(30 * 86400));
        street.Hears(Reading.Failed(Quantity.AirTemperature, Watched.At(30 * 86401), Watched.Order(30 * 86401), ReadFault.NoAnswer), 30 * 86401);
        Assert.Single(street.Open); // an answer without a value is not one
        Assert.IsType<EpisodeEvent.Cleared>(Assert.Single(street.Hears(30 * 86402, 20)));
    }

    [Fact]
    public void A_backlog_shows_that_it_was_not_silent_after_all()
    {
        var street = new Watched(Silent);
        street.Hears(0, 20);
        Assert.Single(street.Waits(700));
        Assert.Contains(street.Hears(590, 20, now: 701), change => change is EpisodeEvent.Withdrawn or EpisodeEvent.Cleared);
        Assert.Empty(street.Open);
        Assert.Empty(street.Waits(1190));
    }

    [Fact]
    public void Readings_in_their_rhythm_never_raise_it_and_keep_one_deadline_ahead()
    {
        var street = new Watched(Silent);
        for (var i = 0; i < 500; i++) street.Hears(i * 60, 20);
        Assert.Empty(street.Events);
        Assert.InRange((street.Twin.NextDeadline!.Value - Watched.At(499 * 60)).TotalSeconds, 0, 600 + Tick);
    }

    [Fact]
    public void It_gets_worse_with_time()
    {
        var street = new Watched(Silent with { Severity = Severity.Minor, Higher = [new(Severity.Critical, 0, 0) { For = TimeSpan.FromHours(2) }] });
        street.Hears(0, 20);
        Assert.Equal("raised Minor at 600.001", Watched.Words(Assert.Single(street.Waits(7200))));
        Assert.Equal("Critical at 7200.001", Watched.Words(Assert.Single(street.Waits(7201))));
    }

    [Fact]
    public void Silence_while_nobody_listened_is_not_held_against_the_sensor()
    {
        var listening = new Listening { Since = Watched.At(500) };
        var street = new Watched { Plan = RulePlan.For(new(1, "", TimeSpan.Zero, [Silent]), "centre", [], listening) };
        street.Hears(0, 20);
        Assert.Empty(street.Waits(1100));
        Assert.Single(street.Waits(1100 + Tick));
    }

    [Fact]
    public void A_restart_neither_forgets_a_silence_nor_tells_it_twice()
    {
        var street = new Watched(Silent);
        street.Hears(0, 20);
        street.Restarts();
        Assert.Single(street.Waits(601));
        street.Restarts();
        Assert.Empty(street.Waits(602));
        Assert.Single(street.Hears(603, 20));
        Assert.Empty(street.Open);
    }
}
