using SmartCity.Readings;
using SmartCity.Timeline;

namespace SmartCity.Domain.Tests.Timeline;

public class RetentionTests
{
    private static readonly Instant Now = new(1_795_392_000_000);
    private static readonly Retention House = new(TimeSpan.FromDays(30), TimeSpan.FromDays(365), null, [(Resolution.Raw, Quantity.Pm10, TimeSpan.FromDays(90)), (Resolution.Raw, Quantity.Motion, TimeSpan.FromDays(1))]);

    [Fact]
    public void A_reading_is_kept_to_the_millisecond_and_not_one_longer()
    {
        Assert.False(House.IsOver(Resolution.Raw, Quantity.AirTemperature, Now - TimeSpan.FromDays(30), Now));
        Assert.True(House.IsOver(Resolution.Raw, Quantity.AirTemperature, Now - TimeSpan.FromDays(30) - TimeSpan.FromMilliseconds(1), Now));
        Assert.False(House.IsOver(Resolution.Hour, Quantity.AirTemperature, new(0), Now));
    }

    [Fact]
    public void A_quantity_may_differ_and_the_longest_is_what_its_database_keeps()
    {
        Assert.Equal(TimeSpan.FromDays(90), House.Keep(Resolution.Raw, Quantity.Pm10));
        Assert.Equal(TimeSpan.FromDays(365), House.Keep(Resolution.Minute, Quantity.Pm10));
        Assert.Equal(TimeSpan.FromDays(90), House.Longest(Resolution.Raw));
        Assert.Null(House.Longest(Resolution.Hour));
        Assert.Null(new Retention(TimeSpan.FromDays(1), null, null, [(Resolution.Raw, Quantity.Pm1, null)]).Longest(Resolution.Raw));
    }

    [Theory]
    [InlineData("two hours from an hour on", 0, 7200, Resolution.Hour)]
    [InlineData("an hour and a half", 0, 5400, Resolution.Minute)]
    [InlineData("an hour from half past", 1800, 3600, Resolution.Minute)]
    [InlineData("a second", 0, 1, Resolution.Raw)]
    [InlineData("a minute from a second past", 1, 60, Resolution.Raw)]
    public void The_coarsest_resolution_whose_windows_make_up_the_steps_serves(string because, int fromSeconds, int stepSeconds, Resolution expected) =>
        Assert.True(expected == House.Serving(Quantity.AirTemperature, Now - TimeSpan.FromDays(1) + TimeSpan.FromSeconds(fromSeconds), TimeSpan.FromSeconds(stepSeconds), Now), because);

    [Theory]
    [InlineData("its last day", 30, Resolution.Raw)]
    [InlineData("a day later minutes stand in", 31, Resolution.Minute)]
    [InlineData("a year later hours", 366, Resolution.Hour)]
    public void What_is_no_longer_kept_is_served_by_the_next_coarser_resolution_that_has_it(string because, int days, Resolution expected) =>
        Assert.True(expected == House.Serving(Quantity.AirTemperature, Now - TimeSpan.FromDays(days), TimeSpan.FromSeconds(1), Now), because);
}

public class WriteVerdictTests
{
    [Theory]
    [InlineData("1.x and 2.x", 204, "", WriteVerdict.Stored, "204 ")]
    [InlineData("1.x, some lines bad", 400, "{\"error\":\"partial write: field type conflict dropped=1\"}", WriteVerdict.Refused, "400 partial write: field type conflict dropped=1")]
    [InlineData("2.x", 422, "{\"code\":\"unprocessable entity\",\"message\":\"outside retention\"}", WriteVerdict.Refused, "422 outside retention")]
    [InlineData("1.x, wrong password", 401, "{\"error\":\"authorization failed\"}", WriteVerdict.AccessRefused, "401 authorization failed")]
    [InlineData("1.x, no grant", 403, "{\"error\":\"not authorized\"}", WriteVerdict.AccessRefused, "403 not authorized")]
    [InlineData("1.x", 404, "{\"error\":\"database not found: \\\"city_raw\\\"\"}", WriteVerdict.NoDatabase, "404 database not found: \"city_raw\"")]
    [InlineData("a proxy", 413, "<html>\ntoo large", WriteVerdict.TooLarge, "413 <html> too large")]
    [InlineData("2.x, over its quota", 429, "", WriteVerdict.RetryLater, "429 ")]
    [InlineData("1.x, cache full", 500, "[1]", WriteVerdict.RetryLater, "500 [1]")]
    [InlineData("a proxy", 503, "", WriteVerdict.RetryLater, "503 ")]
    [InlineData("a proxy that leads elsewhere", 302, "", WriteVerdict.RetryLater, "302 ")]
    [InlineData("something that is no store", 405, "", WriteVerdict.RetryLater, "405 ")]
    public void Each_answer_has_one_meaning(string from, int status, string body, WriteVerdict verdict, string reason) =>
        Assert.True(new WriteAnswer(verdict, reason) == WriteAnswer.Of(status, body), $"{from}: {WriteAnswer.Of(status, body)}");

    [Fact]
    public void A_long_answer_is_cut() => Assert.Equal(WriteAnswer.MaxReason, WriteAnswer.Of(500, new string('x', 10_000)).Reason.Length);
}
