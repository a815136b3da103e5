using SmartCity.Watch.EarlyWarning;

namespace Scoring;

/// <summary>Runs stations' hours through forecasters that learn as they go.</summary>
public static class StationForecasts
{
    private const long Hour = 3_600_000;

    /// <summary>Hours ahead.</summary>
    public static readonly IReadOnlyList<int> Horizons = [1, 3, 6];

    /// <summary>Learning and forecasting alone, for the cost of it.</summary>
    public static void Learn(IEnumerable<StationSeries> stations)
    {
        foreach (var series in stations)
        {
            var forecaster = new Forecaster(TimeSpan.FromHours(1));
            for (var i = 0; i < series.Hours.Length; i++)
            {
                forecaster.Observe(series.Hours[i] * Hour, series.Values[i]);
                forecaster.TryForecast(out _);
            }
        }
    }

    /// <summary>One score per horizon, over all targets stamped at or after an instant at which the forecast and both baselines can be computed.
    /// While a forecaster still learns, its forecast is persistence with a band of no width.</summary>
    public static ForecastScore[] Score(IEnumerable<StationSeries> stations, DateTime from)
    {
        var scores = Horizons.Select(_ => new ForecastScore()).ToArray();
        foreach (var series in stations) Score(series, (long)(from - DateTime.UnixEpoch).TotalHours, scores);
        return scores;
    }

    private static void Score(StationSeries series, long from, ForecastScore[] scores)
    {
        var forecaster = new Forecaster(TimeSpan.FromHours(1));
        var values = new Dictionary<long, double>();
        var made = new Dictionary<long, Forecast>();
        for (var i = 0; i < series.Hours.Length; i++)
        {
            var (at, value) = (series.Hours[i], series.Values[i]);
            for (var k = 0; k < scores.Length && at >= from; k++)
            {
                if (!values.TryGetValue(at - Horizons[k], out var origin) || !values.TryGetValue(at - 24, out var dayBefore)) continue;
                var expected = made.TryGetValue(at - Horizons[k], out var forecast) ? forecast.At(TimeSpan.FromHours(Horizons[k])) : new(origin, origin, origin);
                scores[k].Add(value, origin, dayBefore, expected.Low, expected.Middle, expected.High);
            }
            values[at] = value;
            forecaster.Observe(at * Hour, value);
            if (forecaster.TryForecast(out var next)) made[at] = next;
        }
    }
}
