using CsCheck;
using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Tests.Watch;

/// <summary>The official tables, at their breakpoints and with the documents' own worked examples.</summary>
public sealed class AirQualityTests
{
    private const double OzonePpm = 48.00 / 24.45 * 1000; // µg/m³ in a ppm at 25 °C
    private const double NitrogenPpb = 46.01 / 24.45;
    private const double SulfurPpb = 64.07 / 24.45;

    private static double? Us(Quantity quantity, int hours, double mean) => AirQualityIndex.Us.Single(part => part.Quantity == quantity && part.Hours == hours).IndexOf(mean) is { } part ? AirQualityIndex.Reported(Quantity.UsAqi, part) : null;

    private static double? Cn(Quantity quantity, int hours, double mean) => AirQualityIndex.Cn.Single(part => part.Quantity == quantity && part.Hours == hours).IndexOf(mean) is { } part ? AirQualityIndex.Reported(Quantity.CnAqi, part) : null;

    /// <summary>EPA-454/B-24-002, "How is the AQI calculated?": an ozone of 0.078333 ppm is truncated to 0.078 and is 126; with PM2.5 of 35.9 µg/m³ (102)
    /// and CO of 8.4 ppm (90) beside it, the index is 126.</summary>
    [Fact]
    public void The_examples_of_the_EPA_document()
    {
        Assert.Equal(126, Us(Quantity.Ozone, 8, 0.078333 * OzonePpm));
        Assert.Equal(102, Us(Quantity.Pm2_5, 24, 35.9));
        Assert.Equal(90, Us(Quantity.CarbonMonoxide, 8, 8.4));
    }

    [Theory]
    [InlineData(Quantity.Pm2_5, 24, 9.0, 50)]
    [InlineData(Quantity.Pm2_5, 24, 9.09, 50)]     // truncated, not rounded
    [InlineData(Quantity.Pm2_5, 24, 9.1, 51)]
    [InlineData(Quantity.Pm2_5, 24, 35.4, 100)]
    [InlineData(Quantity.Pm2_5, 24, 125.5, 201)]
    [InlineData(Quantity.Pm2_5, 24, 325.4, 500)]
    [InlineData(Quantity.Pm2_5, 24, 999, 500)]     // past the end of the scale
    [InlineData(Quantity.Pm2_5, 24, -2, 0)]
    [InlineData(Quantity.Pm10, 24, 54.9, 50)]
    [InlineData(Quantity.Pm10, 24, 155, 101)]
    [InlineData(Quantity.Pm10, 24, 424, 300)]
    [InlineData(Quantity.CarbonMonoxide, 8, 4.4, 50)]
    [InlineData(Quantity.CarbonMonoxide, 8, 9.5, 101)]
    public void Us_breakpoints(Quantity quantity, int hours, double mean, double index) => Assert.Equal(index, Us(quantity, hours, mean));

    [Fact]
    public void Us_breakpoints_of_gases_in_our_unit()
    {
        Assert.Equal(50, Us(Quantity.Ozone, 8, 0.0541 * OzonePpm));
        Assert.Equal(51, Us(Quantity.Ozone, 8, 0.0551 * OzonePpm));
        Assert.Equal(300, Us(Quantity.Ozone, 8, 0.2001 * OzonePpm));
        Assert.Null(Us(Quantity.Ozone, 8, 0.2011 * OzonePpm));     // the hour takes over
        Assert.Null(Us(Quantity.Ozone, 1, 0.1241 * OzonePpm));     // and is not used below
        Assert.Equal(101, Us(Quantity.Ozone, 1, 0.1251 * OzonePpm));
        Assert.Equal(100, Us(Quantity.NitrogenDioxide, 1, 100.5 * NitrogenPpb));
        Assert.Equal(101, Us(Quantity.NitrogenDioxide, 1, 101.5 * NitrogenPpb));
        Assert.Equal(150, Us(Quantity.SulfurDioxide, 1, 185.5 * SulfurPpb));
        Assert.Null(Us(Quantity.SulfurDioxide, 1, 186.5 * SulfurPpb)); // the day takes over
        Assert.Equal(151, Us(Quantity.SulfurDioxide, 24, 186.5 * SulfurPpb));
    }

    /// <summary>HJ 633-2012, table 1, and its equation: between breakpoints linear, rounded up.</summary>
    [Theory]
    [InlineData(Quantity.Pm2_5, 24, 35, 50)]
    [InlineData(Quantity.Pm2_5, 24, 35.1, 51)]
    [InlineData(Quantity.Pm2_5, 24, 75, 100)]
    [InlineData(Quantity.Pm2_5, 24, 115, 150)]
    [InlineData(Quantity.Pm2_5, 24, 500, 500)]
    [InlineData(Quantity.Pm2_5, 24, 501, 500)]
    [InlineData(Quantity.Pm10, 24, 250, 150)]
    [InlineData(Quantity.Ozone, 1, 160, 50)]
    [InlineData(Quantity.Ozone, 1, 1200, 500)]
    [InlineData(Quantity.Ozone, 8, 215, 150)]
    [InlineData(Quantity.NitrogenDioxide, 1, 200, 100)]
    [InlineData(Quantity.SulfurDioxide, 1, 800, 200)]
    public void Cn_breakpoints(Quantity quantity, int hours, double mean, double index) => Assert.Equal(index, Cn(quantity, hours, mean));

    [Fact]
    public void Where_the_cn_table_ends_before_500_another_mean_takes_over()
    {
        Assert.Null(Cn(Quantity.SulfurDioxide, 1, 801));
        Assert.Null(Cn(Quantity.Ozone, 8, 801));
    }

    private static readonly Rule Bad = Watched.Rule("bad-air", level: 100, quantity: Quantity.UsAqi);

    [Theory]
    [InlineData("eighteen of 24 hours", 18, 1)]
    [InlineData("seventeen", 17, 0)]
    public void A_mean_needs_three_quarters_of_its_hours(string because, int hours, int episodes)
    {
        var street = new Watched(Bad);
        for (var hour = 1; hour <= hours; hour++) street.Hears(Watched.Reading(hour * 3600, 60, Quantity.Pm2_5), hour * 3600);
        street.Waits(18 * 3600 + 300);
        Assert.True(episodes == street.Open.Count(), because);
    }

    [Fact]
    public void An_index_is_formed_when_readings_of_the_hour_have_had_time_to_come()
    {
        var street = new Watched(Bad);
        street.Hears(Watched.Reading(1800, 500, Quantity.NitrogenDioxide), 1800); // 265 ppb: 131
        Assert.Equal(Watched.At(3600 + 300), street.Twin.NextDeadline);
        Assert.Empty(street.Waits(3600 + 299.999));
        var raised = Assert.IsType<EpisodeEvent.Raised>(Assert.Single(street.Waits(3600 + 300)));
        Assert.Equal((Watched.At(3600), 132.0, Quantity.UsAqi), (raised.At, raised.Value, raised.Quantity));
        Assert.True(street.Twin.TryGetLive(Quantity.UsAqi, out var live) && live.Newest.At == Watched.At(3600));
        Assert.Empty(street.Waits(48 * 3600)); // no reading, no index, and nothing clears
        Assert.Single(street.Open);
    }

    [Fact]
    public void However_readings_arrive_within_the_limit_the_index_is_the_same() =>
        Gen.Select(Gen.Int[0, 5], Gen.Double[1, 900], Gen.Int[0, 290], Gen.Bool).Array[1, 80].Sample(steps =>
        {
            Quantity[] quantities = [Quantity.Pm2_5, Quantity.Pm10, Quantity.Ozone, Quantity.NitrogenDioxide, Quantity.SulfurDioxide, Quantity.CarbonMonoxide];
            var inTime = new Watched(Bad);
            var late = new Watched(Bad);
            for (var i = 0; i < steps.Length; i++) inTime.Hears(Watched.Reading(i * 900, steps[i].Item2, quantities[steps[i].Item1]), i * 900);
            foreach (var (i, now) in steps.SelectMany((step, i) => step.Item4 ? [(i, i * 900.0 + step.Item3), (i, i * 900.0 + 295)] : new[] { (i, i * 900.0 + step.Item3) }).OrderBy(arrival => arrival.Item2))
            {
                late.Hears(Watched.Reading(i * 900, steps[i].Item2, quantities[steps[i].Item1]), now);
                if (i % 7 == 0) late.Restarts();
            }
            inTime.Waits(1e6);
            late.Waits(1e6);
            Assert.Equal(inTime.Standing(), late.Standing());
        }, iter: 100);
}
