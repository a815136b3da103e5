using CsCheck;
using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

/// <summary>Quantities that are computed from others of the same sample, and rules that compare one quantity with another.</summary>
public sealed class DerivedTests
{
    private static readonly Rule Muggy = Watched.Rule("muggy", level: 20, quantity: Quantity.DewPoint);
    private static readonly Rule Condensing = Watched.Rule("condensing", level: 0, clear: 1, breach: Breach.Below, quantity: Quantity.SurfaceTemperature) with { RelativeTo = new(Quantity.DewPoint, "") };

    [Theory]
    [InlineData(25, 100, 25)]      // saturated: the air temperature
    [InlineData(20, 50, 9.27)]     // the Magnus formula worked by hand
    [InlineData(30, 40, 14.93)]
    [InlineData(-10, 80, -12.78)]
    public void Dew_point(double celsius, double humidity, double dewPoint) => Assert.Equal(dewPoint, Weather.DewPoint(celsius, humidity), 0.02);

    [Fact]
    public void Dry_air_has_no_dew_point() => Assert.True(double.IsNaN(Weather.DewPoint(20, 0)));

    /// <summary>The National Weather Service's heat index chart, degrees Fahrenheit; the regression itself is within 1.3 of what it fits.</summary>
    [Theory]
    [InlineData(80, 40, 80)]
    [InlineData(80, 75, 84)]
    [InlineData(86, 90, 105)]
    [InlineData(90, 50, 95)]
    [InlineData(90, 70, 105)]
    [InlineData(96, 60, 116)]
    [InlineData(100, 40, 109)]
    [InlineData(104, 55, 137)]
    [InlineData(110, 40, 136)]
    public void Heat_index_is_that_of_the_chart(double fahrenheit, double humidity, double chart) =>
        Assert.Equal(chart, Math.Round(Weather.HeatIndex((fahrenheit - 32) * 5 / 9, humidity) * 9 / 5 + 32), 1.0);

    [Fact]
    public void In_mild_air_the_heat_index_is_near_the_air_temperature() => Assert.Equal(20, Weather.HeatIndex(20, 50), 1.0);

    [Theory]
    [InlineData(1013.25, 15, 0, 1013.25)]
    [InlineData(954.61, 11.75, 500, 1013.25)] // the ICAO standard atmosphere at 500 m
    [InlineData(898.75, 8.50, 1000, 1013.25)] // and at 1000 m
    public void Sea_level_pressure_of_the_standard_atmosphere(double hectopascals, double celsius, double metres, double expected) =>
        Assert.Equal(expected, Weather.SeaLevelPressure(hectopascals, celsius, metres), 0.2);

    [Fact]
    public void A_derived_quantity_comes_from_the_readings_of_one_sample_in_either_order()
    {
        foreach (var temperatureFirst in new[] { true, false })
        {
            var street = new Watched(Muggy);
            Hears(street, 0, Quantity.AirTemperature, 30);
            Hears(street, 1, Quantity.RelativeHumidity, 80); // of another sample
            Assert.Empty(street.Events);
            Hears(street, 2, temperatureFirst ? Quantity.AirTemperature : Quantity.RelativeHumidity, temperatureFirst ? 30 : 80);
            Hears(street, 2, temperatureFirst ? Quantity.RelativeHumidity : Quantity.AirTemperature, temperatureFirst ? 80 : 30);
            var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(street.Events));
            Assert.Equal((Quantity.DewPoint, Watched.At(2)), (raised.Quantity, raised.At));
            Assert.True(street.Twin.TryGetLive(Quantity.DewPoint, out var live) && live.Good.TryGetValue(out var value) && Math.Abs(value - Weather.DewPoint(30, 80)) < 1e-9);
        }
    }

    [Fact]
    public void Of_doubtful_parts_comes_a_doubtful_whole_and_of_failed_ones_none()
    {
        var street = new Watched(Muggy);
        Hears(street, 0, Quantity.AirTemperature, 30);
        street.Hears(Reading.Measured(Quantity.RelativeHumidity, Watched.At(0), Watched.Order(0), 80, quality: Quality.Suspect), 0);
        Assert.Empty(street.Events);
        Assert.True(street.Twin.TryGetLive(Quantity.DewPoint, out var live) && live.Newest.Quality == Quality.Suspect);
        Hears(street, 1, Quantity.AirTemperature, 30);
        street.Hears(Reading.Failed(Quantity.RelativeHumidity, Watched.At(1), Watched.Order(1), ReadFault.BadChecksum), 1);
        Assert.True(street.Twin.TryGetLive(Quantity.DewPoint, out live) && live.Newest.At == Watched.At(0));
    }

    [Fact]
    public void A_level_can_be_another_quantity_even_a_derived_one()
    {
        var bridge = new Watched(Condensing);
        Hears(bridge, 0, Quantity.AirTemperature, 10);
        Hears(bridge, 0, Quantity.RelativeHumidity, 90);   // dew point 8.4
        Hears(bridge, 0, Quantity.SurfaceTemperature, 8);
        var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(bridge.Events));
        Assert.Equal((Quantity.SurfaceTemperature, 8 - Weather.DewPoint(10, 90)), (raised.Quantity, raised.Value));
        bridge.Restarts();
        Hears(bridge, 60, Quantity.SurfaceTemperature, 12);
        bridge.Restarts(); // with a sample half there
        Hears(bridge, 60, Quantity.RelativeHumidity, 90);
        Hears(bridge, 60, Quantity.AirTemperature, 10);
        Assert.Empty(bridge.Open);
        Assert.Equal(1, bridge.Episodes.Values.Single().ClearedAt is { } at && at == Watched.At(60) ? 1 : 0);
    }

    [Fact]
    public void An_open_episode_of_a_difference_is_withdrawn_with_its_rule()
    {
        var bridge = new Watched(Condensing);
        foreach (var (quantity, value) in new[] { (Quantity.AirTemperature, 10.0), (Quantity.RelativeHumidity, 90), (Quantity.SurfaceTemperature, 8) }) Hears(bridge, 0, quantity, value);
        Assert.Equal(bridge.Open.Select(episode => episode.Id), bridge.Twin.OpenEpisodes());
        bridge.Plan = RulePlan.For(new(2, "", TimeSpan.Zero, []), "centre");
        Assert.IsType<EpisodeEvent.Withdrawn>(Assert.Single(bridge.Waits(1)));
        Assert.Empty(bridge.Twin.OpenEpisodes());
    }

    [Theory]
    [InlineData("the place says its altitude", "altitude=113", 0)]
    [InlineData("it does not", "roof", 1)]
    public void Sea_level_pressure_needs_the_altitude_of_the_place(string because, string tag, int unresolved)
    {
        var rule = Watched.Rule("storm", level: 980, breach: Breach.Below, quantity: Quantity.SeaLevelPressure);
        var plan = RulePlan.For(new(1, "", TimeSpan.Zero, [rule]), "centre", [tag], new());
        Assert.True(unresolved == plan.Unresolved.Count, because);
        var mast = new Watched { Plan = plan };
        Hears(mast, 0, Quantity.AirPressure, 960);
        Hears(mast, 0, Quantity.AirTemperature, 10);
        Assert.True(1 - unresolved == mast.Open.Count(), because);
    }

    [Fact]
    public void However_the_parts_of_samples_arrive_the_episodes_are_the_same() =>
        Gen.Select(Gen.Int[0, 2], Gen.Double[0, 30], Gen.Int[0, 250]).Array[1, 60].Sample(steps =>
        {
            Quantity[] quantities = [Quantity.AirTemperature, Quantity.RelativeHumidity, Quantity.SurfaceTemperature];
            var parts = steps.SelectMany((step, i) => quantities.Select((quantity, q) => (At: i * 7, Quantity: quantity, Value: q == 1 ? 50 + step.Item2 : step.Item2 + q, Arrives: i * 7 + (q == step.Item1 ? step.Item3 : 0)))).ToArray();
            var inTime = new Watched(Condensing, Muggy);
            foreach (var part in parts) inTime.Hears(Watched.Reading(part.At, part.Value, part.Quantity), part.At);
            var late = new Watched(Condensing, Muggy);
            foreach (var part in parts.OrderBy(part => part.Arrives))
            {
                late.Hears(Watched.Reading(part.At, part.Value, part.Quantity), part.Arrives);
                late.Restarts();
            }
            Assert.Equal(inTime.Standing(), late.Standing());
        }, iter: 150);

    private static void Hears(Watched street, double at, Quantity quantity, double value) => street.Hears(Watched.Reading(at, value, quantity), at);
}
