using CityHub.Api.Http;

namespace CityHub.Api.Tests;

public sealed class TimesTests
{
    [Theory]
    [InlineData("2026-11-23T14:00:00Z", "2026-11-23T14:00:00.000Z")]
    [InlineData("2026-11-23T14:00:00.250Z", "2026-11-23T14:00:00.250Z")]
    [InlineData("2026-11-23T15:00:00+01:00", "2026-11-23T14:00:00.000Z")]
    [InlineData("2026-11-23T14:00Z", "2026-11-23T14:00:00.000Z")]
    [InlineData("2026-11-23T14:00:00", "2026-11-23T14:00:00.000Z")]
    [InlineData("2026-11-23", "2026-11-23T00:00:00.000Z")]
    public void An_instant_is_ISO_8601_and_UTC_unless_it_says_otherwise(string text, string instant) => Assert.Equal(instant, Times.Instant(text)?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("23.11.2026")]
    [InlineData("2026-13-01")]
    [InlineData("2026-11-23T25:00:00Z")]
    [InlineData("1795440000000")]
    public void What_is_no_instant_is_none(string text) => Assert.Null(Times.Instant(text));

    [Theory]
    [InlineData("5m", 300)]
    [InlineData("300s", 300)]
    [InlineData("1h", 3600)]
    [InlineData("1d", 86_400)]
    [InlineData("PT5M", 300)]
    [InlineData("PT1H30M", 5400)]
    [InlineData("P1DT1S", 86_401)]
    [InlineData("PT0.5S", 0.5)]
    public void A_duration_is_ISO_8601_or_a_number_with_its_unit(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Times.Duration(text));

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P1Y")]
    [InlineData("P1M")]
    [InlineData("-5m")]
    [InlineData("0s")]
    [InlineData("5")]
    [InlineData("99999999d")]
    public void What_is_no_positive_duration_is_none(string text) => Assert.Null(Times.Duration(text));
}
