using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

/// <summary>Flags by comparison with other sensors, at their limits and one tick past them.</summary>
public sealed class SurroundingsTests
{
    private const double Tick = 0.001;

    private static readonly QualityChecks ByNeighbours = new(Quantity.AirTemperature) { Neighbours = new(5, 10, 1000, 2, TimeSpan.FromMinutes(15)) };
    private static readonly QualityChecks ByTwins = new(Quantity.Pm2_5) { Twins = new(TimeSpan.FromMinutes(60), 3, 5, 0.7) };

    private readonly Surroundings _city = new();
    private ulong _order;

    private Quality Takes(string sensor, double atSeconds, double value, Spot spot, QualityChecks checks, Quality source = Quality.Good) =>
        _city.Take(new(sensor), spot, Reading.Measured(checks.Quantity, new((long)(1_000_000_000 + atSeconds * 1000)), new(++_order), value, quality: source), checks);

    private static Spot In(string site, string district = "harbour") => new(district, site, null, null);

    [Theory]
    [InlineData("at the limit", 25.0, Quality.Good)]
    [InlineData("a tick past it", 25 + Tick, Quality.Suspect)]
    [InlineData("at the second", 30.0, Quality.Suspect)]
    [InlineData("a tick past that", 30 + Tick, Quality.Fail)]
    [InlineData("below", 15 - Tick, Quality.Suspect)]
    public void A_reading_is_compared_with_the_median_of_its_neighbours(string because, double value, Quality expected)
    {
        Takes("a", 0, 19, In("a"), ByNeighbours);
        Takes("b", 0, 21, In("b"), ByNeighbours);
        Assert.True(expected == Takes("c", 1, value, In("c"), ByNeighbours), because);
    }

    [Theory]
    [InlineData("two other sites, just fresh", "a b", 900, Quality.Suspect)]
    [InlineData("a tick too old", "a b", 900 + Tick, Quality.Good)]
    [InlineData("one site that has two sensors", "a a", 1, Quality.Good)]
    [InlineData("its own site", "c b", 1, Quality.Good)]
    public void Too_few_other_sites_say_nothing(string because, string sites, double later, Quality expected)
    {
        var number = 0;
        foreach (var site in sites.Split(' ')) Takes($"{number++}", 0, 20, In(site), ByNeighbours);
        Assert.True(expected == Takes("c", later, 26, In("c"), ByNeighbours), because);
    }

    [Theory]
    [InlineData("999 m apart", 0.008983, Quality.Suspect)]
    [InlineData("1001 m apart", 0.009003, Quality.Good)]
    public void Neighbours_are_near(string because, double degreesNorth, Quality expected)
    {
        Takes("a", 0, 20, new("harbour", "a", 53.5 + degreesNorth, 10), ByNeighbours);
        Takes("b", 0, 20, new("hills", "b", 53.5, 10), ByNeighbours);
        Assert.True(expected == Takes("c", 1, 26, new("harbour", "c", 53.5, 10), ByNeighbours), because);
    }

    [Fact]
    public void One_that_moved_has_other_neighbours()
    {
        foreach (var site in (string[])["a", "b"]) Takes(site, 0, 20, In(site), ByNeighbours);
        Assert.Equal(Quality.Suspect, Takes("c", 1, 26, In("c"), ByNeighbours));
        Assert.Equal(Quality.Good, Takes("c", 2, 26, In("c", "hills"), ByNeighbours));
        Assert.Equal(Quality.Suspect, Takes("c", 3, 26, In("c"), ByNeighbours));
    }

    [Fact]
    public void A_front_that_reaches_one_sensor_first_does_not_make_them_suspect_each_by_the_other_for_ever()
    {
        foreach (var site in (string[])["a", "b", "c"]) Takes(site, 0, 20, In(site), ByNeighbours);
        Assert.Equal(Quality.Suspect, Takes("a", 1, 27, In("a"), ByNeighbours));
        Takes("b", 2, 27, In("b"), ByNeighbours);
        Takes("c", 3, 27, In("c"), ByNeighbours);
        Assert.All("abc", site => Assert.Equal(Quality.Good, Takes($"{site}", 4, 27, In($"{site}"), ByNeighbours)));
    }

    [Fact]
    public void What_fails_by_itself_is_nobodys_neighbour_and_no_flag_improves_on_the_source()
    {
        var checks = ByNeighbours with { Range = new(-40, -20, 50, 60), Neighbours = ByNeighbours.Neighbours! with { Sites = 1 } };
        Takes("a", 0, 65, In("a"), checks);
        Assert.Equal(Quality.Good, Takes("b", 1, 20, In("b"), checks));
        Assert.Equal(Quality.NotEvaluated, Takes("b", 2, 20, In("b"), checks, Quality.NotEvaluated));
        Assert.Equal(Quality.Fail, Takes("c", 3, 20, In("c"), checks, Quality.Fail));
        Assert.Equal(Quality.Suspect, Takes("c", 4, 20, In("c"), checks, Quality.Suspect));
        Assert.Equal(Quality.Suspect, Takes("c", 5, 26, In("c"), checks, Quality.NotEvaluated));
    }

    // Means of 20 and of what is given: 5 and 70 % of their mean must both be passed.
    [Theory]
    [InlineData("far apart", 20, 42, Quality.Suspect)]
    [InlineData("70 % of the mean exactly", 13, 27, Quality.Good)]
    [InlineData("a little more than 70 %", 13, 27.01, Quality.Suspect)]
    [InlineData("more than 70 %, and 5 units exactly", 1, 6, Quality.Good)]
    [InlineData("more than 70 %, and more than 5", 1, 6.01, Quality.Suspect)]
    public void Two_channels_of_one_site_must_agree(string because, double a, double b, Quality expected)
    {
        for (var minute = 0; minute < 3; minute++)
        {
            Takes("a", minute * 60, a, In("pole"), ByTwins);
            Takes("b", minute * 60, b, In("pole"), ByTwins);
        }
        Assert.True(expected == Takes("a", 180, a, In("pole"), ByTwins), because);
        Assert.True(expected == Takes("b", 180, b, In("pole"), ByTwins), because);
    }

    [Fact]
    public void A_channel_with_too_few_readings_in_the_window_accuses_nobody()
    {
        for (var minute = 0; minute < 3; minute++) Takes("a", minute * 60, 20, In("pole"), ByTwins);
        Takes("b", 0, 60, In("pole"), ByTwins);
        Takes("b", 60, 60, In("pole"), ByTwins);
        Assert.Equal(Quality.Good, Takes("a", 180, 20, In("pole"), ByTwins));
        Assert.Equal(Quality.Suspect, Takes("b", 180, 60, In("pole"), ByTwins));
        Assert.Equal(Quality.Suspect, Takes("a", 181, 20, In("pole"), ByTwins));
        Assert.Equal(Quality.Good, Takes("a", 3 * 3600, 20, In("pole"), ByTwins)); // the other one's window is empty again
    }

    [Fact]
    public void Of_three_channels_the_one_that_differs_is_suspect()
    {
        var flags = "";
        for (var minute = 0; minute < 4; minute++)
        {
            flags = "";
            foreach (var (sensor, value) in (ReadOnlySpan<(string, double)>)[("a", 20), ("b", 60), ("c", 22)]) flags += Takes(sensor, minute * 60, value, In("pole"), ByTwins).ToString()[0];
        }
        Assert.Equal("GSG", flags);
    }

    [Fact]
    public void Sensors_without_a_site_are_nobodys_channel()
    {
        for (var minute = 0; minute < 4; minute++)
        {
            Assert.Equal(Quality.Good, Takes("a", minute * 60, 20, In(""), ByTwins));
            Assert.Equal(Quality.Good, Takes("b", minute * 60, 90, In(""), ByTwins));
        }
    }
}
