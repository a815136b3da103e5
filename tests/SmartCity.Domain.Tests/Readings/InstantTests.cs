using System.Text;
using SmartCity.Readings;

namespace SmartCity.Domain.Tests.Readings;

public sealed class InstantTests
{
    [Theory]
    [InlineData("the epoch", 0, "1970-01-01T00:00:00.000Z")]
    [InlineData("a millisecond before it", -1, "1969-12-31T23:59:59.999Z")]
    [InlineData("a leap day", 1_709_164_800_007, "2024-02-29T00:00:00.007Z")]
    [InlineData("the last", 253_402_300_799_999, "9999-12-31T23:59:59.999Z")]
    [InlineData("the first of the calendar", -62_135_596_800_000, "0001-01-01T00:00:00.000Z")]
    public void The_bytes_of_an_instant_are_its_text(string because, long milliseconds, string text)
    {
        var bytes = new byte[Instant.TextLength];
        new Instant(milliseconds).Format(bytes);
        Assert.True(text == Encoding.UTF8.GetString(bytes), because);
        Assert.Equal(text, new Instant(milliseconds).ToString());
    }
}
