using CsCheck;
using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

/// <summary>Several severities in one rule: one episode, whose severity moves up and down.</summary>
public sealed class SeverityTests
{
    private static readonly Rule River = Watched.Rule("river", level: 2, clear: 1.8) with
    {
        Severity = Severity.Minor, Higher = [new(Severity.Major, 3, 2.8), new(Severity.Critical, 4, 3.8)],
    };

    [Theory]
    [InlineData("step by step, up and down", new[] { 2.1, 3.1, 4.1, 3.7, 2.7, 1.8 }, "raised Minor at 1, Major at 2, Critical at 3, Major at 4, Minor at 5, cleared at 6")]
    [InlineData("at once to the top, and down", new[] { 4.1, 1.0 }, "raised Critical at 1, cleared at 2")]
    [InlineData("down by two", new[] { 4.1, 2.5 }, "raised Critical at 1, Minor at 2")]
    [InlineData("on a level is not past it", new[] { 2.1, 3.0, 4.0 }, "raised Minor at 1, Major at 3")]
    [InlineData("dithering between a level and its clear level", new[] { 3.1, 2.9, 3.1, 2.81, 3.1 }, "raised Major at 1")]
    public void The_severity_is_the_highest_reached_and_not_cleared_since(string because, double[] values, string expected)
    {
        var street = new Watched(River);
        Assert.True(expected == street.HearsInTurn(values), $"{because}: {string.Join(", ", street.Events.Select(Watched.Words))}");
        Assert.Single(street.Episodes);
    }

    [Fact]
    public void Each_severity_has_its_own_duration()
    {
        var street = new Watched(River with { For = TimeSpan.FromSeconds(60), Higher = [new(Severity.Critical, 3, 2.8) { For = TimeSpan.FromSeconds(10) }] });
        street.Hears(0, 2.5);
        street.Hears(30, 3.5);
        Assert.Equal("raised Critical at 40", Words(street.Waits(40)));                     // before the lower one is due
        Assert.Equal(Watched.At(0), Assert.Single(street.Open).FirstBreachAt);
        Assert.Equal("Minor at 70", Words(street.Hears(70, 2.5)));
        Assert.Equal("", Words(street.Waits(600)));
    }

    [Fact]
    public void The_same_limit_can_mean_more_the_longer_it_lasts()
    {
        var street = new Watched(River with { Higher = [new(Severity.Critical, 2, 1.8) { For = TimeSpan.FromMinutes(10) }] });
        Assert.Equal("raised Minor at 0", Words(street.Hears(0, 2.5)));
        Assert.Equal("", Words(street.Waits(599.999)));
        Assert.Equal("Critical at 600", Words(street.Waits(600)));
        Assert.Equal((Severity.Critical, Watched.At(600)), (Assert.Single(street.Open).Severity, Assert.Single(street.Open).SeverityAt));
    }

    [Fact]
    public void A_severity_goes_down_only_after_the_clear_duration()
    {
        var street = new Watched(River with { ClearFor = TimeSpan.FromSeconds(60) });
        street.Hears(0, 4.5);
        Assert.Equal("", Words(street.Hears(10, 2.5)));
        Assert.Equal("", Words(street.Hears(69.999, 2.5)));
        Assert.Equal("Minor at 70", Words(street.Hears(70, 2.5)));
        Assert.Equal("", Words(street.Hears(80, 1)));
        Assert.Equal("cleared at 140", Words(street.Hears(140, 1)));
    }

    [Fact]
    public void Late_readings_move_the_severity_too()
    {
        var street = new Watched(River);
        street.Hears(0, 2.5);
        street.Hears(20, 2.9);
        Assert.Equal("Major at 10", Words(street.Hears(10, 3.5, now: 21)));
        Assert.Equal("Minor at 15", Words(street.Hears(15, 2.5, now: 22)));
        Assert.Equal(Severity.Minor, Assert.Single(street.Open).Severity);
    }

    [Fact]
    public void What_is_corrected_to_an_earlier_instant_is_still_news()
    {
        var street = new Watched(River);
        street.Hears(0, 2.5);
        street.Hears(20, 3.9);
        Assert.Equal("Critical at 20.001", Words(street.Hears(10, 4.5, now: 21))); // and no later value has cleared it
        Assert.Equal(Severity.Critical, Assert.Single(street.Open).Severity);
    }

    [Fact]
    public void Whatever_the_values_the_severity_told_is_the_one_a_plain_look_at_the_limits_gives() =>
        Gen.Double[1, 5].Array[1, 100].Sample(values =>
        {
            var street = new Watched(River);
            var told = 0;
            foreach (var value in values)
            {
                street.HearsInTurn(value);
                for (var level = 1; level <= 3; level++)
                {
                    if (value > level + 1 && told < level) told = level;
                }
                while (told > 0 && value <= told + 0.8) told--;
                Assert.Equal(told, street.Open.SingleOrDefault() is { } open ? (int)open.Severity - 1 : 0);
            }
        }, iter: 300);

    [Fact]
    public void More_than_four_severities_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Watched(River with { Higher = [.. Enumerable.Repeat(new SeverityLevel(Severity.Critical, 9, 9), 4)] }));

    private static string Words(IEnumerable<EpisodeEvent> events) => string.Join(", ", events.Select(Watched.Words));
}
