using System.Globalization;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace SmartCity.Domain.Tests.Webhooks;

public sealed class QuietHoursTests
{
    private static readonly QuietHours Night = new(new(22, 0), new(6, 0), "Europe/Berlin", Severity.Critical);

    private static Instant At(string text) => Instant.From(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("the last second of the day", "2026-11-23T21:59:59+01:00", null)]
    [InlineData("their first instant is theirs", "2026-11-23T22:00:00+01:00", "2026-11-24T06:00:00+01:00")]
    [InlineData("after midnight they end on the same day", "2026-11-24T00:30:00+01:00", "2026-11-24T06:00:00+01:00")]
    [InlineData("their last second", "2026-11-24T05:59:59+01:00", "2026-11-24T06:00:00+01:00")]
    [InlineData("their end is no longer theirs", "2026-11-24T06:00:00+01:00", null)]
    [InlineData("the night in which the clocks go back is an hour longer", "2026-10-24T23:00:00+02:00", "2026-10-25T06:00:00+01:00")]
    [InlineData("the night in which they go forward is an hour shorter", "2026-03-28T23:00:00+01:00", "2026-03-29T06:00:00+02:00")]
    public void What_is_not_bad_enough_waits_until_they_end(string because, string now, string? until)
    {
        Assert.NotEmpty(because);
        Assert.Equal(until is null ? null : At(until), Night.Until(At(now), Severity.Major, TimeZoneInfo.FindSystemTimeZoneById(Night.Zone)));
    }

    [Fact]
    public void What_is_bad_enough_does_not_wait() => Assert.Null(Night.Until(At("2026-11-24T03:00:00+01:00"), Severity.Critical, TimeZoneInfo.FindSystemTimeZoneById(Night.Zone)));

    [Fact]
    public void An_end_that_the_clocks_skip_comes_an_hour_later_by_them()
    {
        var odd = Night with { To = new(2, 30) };   // 02:30 does not exist on 29 March 2026
        Assert.Equal(At("2026-03-29T03:30:00+02:00"), odd.Until(At("2026-03-29T01:00:00+01:00"), Severity.Minor, TimeZoneInfo.FindSystemTimeZoneById(Night.Zone)));
    }

    [Fact]
    public void They_may_lie_within_one_day() =>
        Assert.Equal(At("2026-11-24T14:00:00Z"), new QuietHours(new(12, 0), new(14, 0), "UTC", Severity.Major).Until(At("2026-11-24T13:00:00Z"), Severity.Minor, TimeZoneInfo.Utc));
}
