using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

public sealed class ScheduleTests
{
    private const long Second = 1000;

    /// <summary>Central European time in 2026 by its law: summer time from 29 March 01:00 UTC to 25 October 01:00 UTC.</summary>
    private static readonly Zone Berlin = new("Europe/Berlin", [At("2025-10-26T01:00:00Z"), At("2026-03-29T01:00:00Z"), At("2026-10-25T01:00:00Z")], [3_600_000, 7_200_000, 3_600_000]);

    private static readonly HashSet<DateOnly> NoDays = [];

    private static long At(string utc) => DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private static Schedule Of(int from, int to, byte days = DayWindow.EveryDay, Zone? zone = null) => new(zone ?? Berlin, [new(days, from, to)], NoDays, NoDays);

    [Theory]
    [InlineData("its first instant", "2026-06-10T04:00:00Z", true)]
    [InlineData("a tick before", "2026-06-10T03:59:59.999Z", false)]
    [InlineData("a tick before its end", "2026-06-10T19:59:59.999Z", true)]
    [InlineData("its end", "2026-06-10T20:00:00Z", false)]
    [InlineData("an hour later in winter", "2026-12-10T04:00:00Z", false)]
    [InlineData("the first instant in winter", "2026-12-10T05:00:00Z", true)]
    public void A_window_begins_and_ends_by_the_zones_clock(string because, string utc, bool within) =>
        Assert.True(within == Of(6 * 60, 22 * 60).Includes(At(utc)), because);

    [Theory]
    [InlineData("Saturday's window after midnight, on Sunday", "2026-06-13T23:30:00Z", true)]
    [InlineData("Sunday's window, which there is not", "2026-06-14T21:00:00Z", false)]
    [InlineData("Saturday itself", "2026-06-13T21:00:00Z", true)]
    [InlineData("the small hours of Saturday: Friday's window, which there is not", "2026-06-13T01:00:00Z", false)]
    public void A_window_past_midnight_belongs_to_the_day_on_which_it_begins(string because, string utc, bool within) =>
        Assert.True(within == Of(22 * 60, 4 * 60, days: 1 << 6).Includes(At(utc)), because);

    [Fact]
    public void An_hour_that_the_clock_leaves_out_is_not_there()
    {
        var small = Of(2 * 60, 3 * 60);
        for (var at = At("2026-03-28T23:00:00Z"); at < At("2026-03-29T22:00:00Z"); at += 60 * Second) Assert.False(small.Includes(at));
        Assert.Equal(At("2026-03-30T00:00:00Z"), small.FirstFrom(At("2026-03-28T23:00:00Z"))); // 02:00 the day after, summer time
    }

    [Fact]
    public void An_hour_that_the_clock_repeats_is_there_twice()
    {
        var small = Of(2 * 60, 3 * 60);
        Assert.True(small.Includes(At("2026-10-25T00:30:00Z"))); // 02:30 in summer time
        Assert.True(small.Includes(At("2026-10-25T01:30:00Z"))); // 02:30 in winter time
        Assert.False(small.Includes(At("2026-10-25T02:00:00Z")));
    }

    [Theory]
    [InlineData("the night that is an hour shorter", "2026-03-28T22:00:00Z", "2026-03-29T04:00:00Z")]
    [InlineData("the night that is an hour longer", "2026-10-24T21:00:00Z", "2026-10-25T05:00:00Z")]
    public void A_window_that_a_clock_change_falls_in_ends_by_the_clock(string because, string within, string end) =>
        Assert.True(At(end) == Of(22 * 60, 6 * 60).EndOf(At(within)), because);

    [Fact]
    public void Calendars_take_days_out_or_leave_only_these()
    {
        var christmas = new DateOnly(2026, 12, 25);
        var except = Of(0, 1440) with { Except = new HashSet<DateOnly> { christmas } };
        var only = Of(0, 1440) with { Only = new HashSet<DateOnly> { christmas } };
        Assert.Equal((false, true), (except.Includes(At("2026-12-25T10:00:00Z")), except.Includes(At("2026-12-24T10:00:00Z"))));
        Assert.Equal((true, false), (only.Includes(At("2026-12-25T10:00:00Z")), only.Includes(At("2026-12-24T10:00:00Z"))));
        Assert.True(except.Covers(At("2026-12-20T10:00:00Z"), At("2026-12-24T22:59:59Z")));
        Assert.False(except.Covers(At("2026-12-20T10:00:00Z"), At("2026-12-24T23:00:00Z")));
    }

    [Fact]
    public void Outside_of_it_nothing_is_raised_and_an_open_episode_still_clears()
    {
        var street = new Watched(Watched.Rule() with { Schedule = Of(13 * 60, 14 * 60, zone: Zone.Utc) }); // noon is second 0
        Assert.Equal("", street.Events is [] ? Words(street.Hears(3599, 40)) : "");
        Assert.Equal("raised Major at 3600", Words(street.Hears(3600, 40)));
        Assert.Equal("", Words(street.Hears(7300, 40)));
        Assert.Equal("cleared at 7400", Words(street.Hears(7400, 20)));
        Assert.Equal("", Words(street.Hears(7500, 40)));
    }

    [Fact]
    public void A_duration_is_counted_within_one_stretch_of_it()
    {
        var rule = Watched.Rule(hold: TimeSpan.FromMinutes(10)) with { Schedule = Of(13 * 60, 14 * 60, zone: Zone.Utc) };
        var before = new Watched(rule);
        before.Hears(3540, 40);                     // a minute before it begins
        before.Hears(3601, 40);
        Assert.Equal("", Words(before.Waits(4200.999)));
        Assert.Equal("raised Major at 4201", Words(before.Waits(4201)));

        var after = new Watched(rule);
        after.Hears(6601, 40);                      // would be over a second after it ends
        Assert.Equal("", Words(after.Waits(20_000)));
        Assert.Equal("", Words(after.Hears(7202, 40)));
    }

    [Fact]
    public void Silence_that_is_too_long_before_it_begins_is_told_when_it_begins()
    {
        var street = new Watched(Watched.Rule(breach: Breach.Missing, hold: TimeSpan.FromMinutes(10)) with { Schedule = Of(13 * 60, 14 * 60, zone: Zone.Utc) });
        street.Hears(0, 20);
        Assert.Equal(Watched.At(3600), street.Twin.NextDeadline);
        Assert.Equal("", Words(street.Waits(3599.999)));
        Assert.Equal("raised Major at 3600", Words(street.Waits(3600)));
    }

    private static string Words(IEnumerable<EpisodeEvent> events) => string.Join(", ", events.Select(Watched.Words));
}
