using System.Text;
using CityHub.Api.Metrics;
using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Timeline;
using SmartCity.Watch;
using SmartCity.Watch.EarlyWarning;

namespace CityHub.Api.Tests;

public sealed class TwinFiguresTests
{
    private static readonly Forecast Rising = new(1_795_000_200_000, 600_000, 2.0, new(2.0, 2.1, 2.2), new(2.1, 2.3, 2.5), new(2.2, 2.6, double.NaN));
    private readonly TwinFigures _figures = new();
    private readonly LineWriter _lines = new();

    private static SensorView Gauge(Forecast? forecast, double? index = null, int number = 1) =>
        new(new($"gauge-{number}"), new(new("city", "quay"), "gauge"), new("harbour", "Quay 4", null, null, [], new(0)), Presence.Online,
            index is { } value ? [new(Quantity.UsAqi, new(1_795_000_000_000), value, null, Quality.Good, ClockTrust.Synced)] : [])
        {
            EarlyWarnings = [new("flood-ahead", Quantity.WaterLevel, EarlyKind.Forecast, 0) { Forecast = forecast }, new("odd", Quantity.WaterLevel, EarlyKind.Anomaly, 0)],
        };

    private string Written(params SensorView[] sensors)
    {
        _lines.Clear();
        _figures.Write(_lines, sensors);
        return Encoding.UTF8.GetString(_lines.Written.Span);
    }

    [Fact]
    public void A_forecast_is_a_point_for_each_instant_that_it_speaks_of_and_what_is_no_number_is_left_out() =>
        Assert.Equal("""
            forecast,district=harbour,quantity=water-level,rule=flood-ahead,sensor=gauge-1 low=2,middle=2.1,high=2.2,ahead_s=600 1795000800000000000
            forecast,district=harbour,quantity=water-level,rule=flood-ahead,sensor=gauge-1 low=2.1,middle=2.3,high=2.5,ahead_s=1800 1795002000000000000

            """, Written(Gauge(Rising)));

    [Theory]
    [InlineData(50, 1)]
    [InlineData(51, 2)]
    [InlineData(200, 4)]
    [InlineData(201, 5)]
    [InlineData(500, 6)]
    public void An_index_is_written_with_its_band(double index, int band) =>
        Assert.Equal($"air_index,district=harbour,index=us-aqi,sensor=gauge-1 value={index},band={band}i 1795000000000000000\n", Written(Gauge(null, index)));

    [Fact]
    public void What_was_taken_is_not_written_again_what_was_not_is_and_so_is_what_is_new()
    {
        var first = Written(Gauge(Rising, 50));
        Assert.Equal(first, Written(Gauge(Rising, 50)));
        _figures.Taken();
        Assert.Equal("", Written(Gauge(Rising, 50)));
        Assert.Contains("ahead_s=600 1795001400000000000", Written(Gauge(Rising with { From = Rising.From + Rising.Step }, 50)), StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_fits_into_a_round_comes_in_the_next_ones()
    {
        var city = Enumerable.Range(0, TwinFigures.MostLines).Select(number => Gauge(Rising, number: number)).ToArray();
        var (all, rounds) = (0, 0);
        while (Written(city).Length > 0)
        {
            Assert.InRange(_lines.Lines, 1, TwinFigures.MostLines);
            all += _lines.Lines;
            rounds++;
            _figures.Taken();
        }
        Assert.Equal((2 * city.Length, 3), (all, rounds));
    }
}
