using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

public sealed class RateTests
{
    private static readonly Rule Rising = Watched.Rule("rising", level: 6, clear: 3) with { Rate = new(TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)) };

    [Theory]
    [InlineData("exactly at the rate", 1.0, false)]
    [InlineData("a little faster", 1.01, true)]
    public void A_rate_is_the_change_since_the_oldest_reading_in_the_window(string because, double rise, bool raised)
    {
        var river = new Watched(Rising);
        for (var minute = 0; minute <= 10; minute++) river.Hears(minute * 60, minute < 10 ? 2.0 : 2.0 + rise);
        Assert.True(raised == river.Events.Count > 0, because);
        if (raised) Assert.Equal(6 * rise, Assert.IsType<EpisodeEvent.Raised>(river.Events[0]).Value, 9);
    }

    [Theory]
    [InlineData("a tick short of half a window", 299.999, 0)]
    [InlineData("half a window", 300, 1)]
    public void A_rate_needs_half_a_window_of_past(string because, double seconds, int episodes)
    {
        var river = new Watched(Rising);
        river.Hears(0, 2);
        river.Hears(seconds, 9);
        Assert.True(episodes == river.Events.Count, because);
    }

    [Theory]
    [InlineData("just within the window", 600, 1)]
    [InlineData("a tick out of it", 600.001, 0)]
    public void A_reading_that_has_left_the_window_is_not_compared_with(string because, double seconds, int episodes)
    {
        var river = new Watched(Rising);
        river.Hears(0, 2);
        river.Hears(seconds, 9);
        Assert.True(episodes == river.Events.Count, because);
    }

    [Fact]
    public void However_many_readings_come_no_more_than_a_bounded_number_is_remembered()
    {
        var river = new Watched(Rising);
        for (var i = 0; i < 20_000; i++) river.Hears(i / 10.0, 2 + i * 0.0001);
        Assert.Empty(river.Events);
        var w = new SmartCity.Telemetry.VarintWriter();
        river.Twin.Write(w);
        Assert.InRange(w.Length, 1, 3000);
        river.Restarts();
        for (var i = 20_000; i < 28_000; i++) river.Hears(i / 10.0, 4 + (i - 20_000) * 0.0003); // 10.8 an hour
        Assert.InRange((Assert.Single(river.Open).FirstBreachAt - Watched.At(2000)).TotalSeconds, 180, 300); // once the steeper part is most of the window
    }

    [Fact]
    public void Falling_is_a_negative_rate()
    {
        var air = new Watched(Watched.Rule("falling", level: -3, breach: Breach.Below) with { Rate = new(TimeSpan.FromHours(1), TimeSpan.FromHours(1)) });
        air.Hears(0, 20);
        Assert.Empty(air.Hears(3600, 17));
        Assert.Single(air.Hears(5400, 15.4)); // 1.6 in half an hour
    }

    [Fact]
    public void A_window_over_a_day_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Watched(Rising with { Rate = new(TimeSpan.FromDays(1.1), TimeSpan.FromHours(1)) }).Hears(0, 1));
}
