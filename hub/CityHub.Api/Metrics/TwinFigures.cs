using CityHub.Contracts;
using SmartCity.Timeline;
using SmartCity.Watch;

namespace CityHub.Api.Metrics;

/// <summary>
/// What the twins know and no sensor measures, for walls: air quality indices and forecasts. Each is offered once, when it is new, at most <see cref="MostLines"/> lines a round; what did
/// not fit, or was not taken, is offered in the next round.
/// </summary>
internal sealed class TwinFigures
{
    public const int MostLines = 2_000;

    private readonly Dictionary<(string Sensor, string Of), long> _taken = []; // as many as the city has sensors and rules that compute something
    private readonly List<((string Sensor, string Of) Key, long At)> _offered = [];

    public void Write(LineWriter lines, IReadOnlyList<SensorView> sensors)
    {
        _offered.Clear();
        var most = lines.Lines + MostLines;
        foreach (var sensor in sensors)
        {
            if (lines.Lines + 3 * sensor.EarlyWarnings.Count + sensor.Values.Count > most) return;
            foreach (var value in sensor.Values)
            {
                if (AirQualityIndex.Find(value.Quantity) is null || value.Value is not { } index || !double.IsFinite(index)) continue;
                if (IsNew(sensor, value.Quantity.ToString(), value.At.UnixMilliseconds)) FigureLines.AirIndex(lines, sensor.Place.District, sensor.Id, value.Quantity, index, value.At);
            }
            foreach (var early in sensor.EarlyWarnings)
            {
                if (early.Kind != EarlyKind.Forecast || early.Forecast is not { } forecast) continue;
                if (IsNew(sensor, $"{early.Rule}/{early.Quantity}", forecast.From)) FigureLines.Forecast(lines, sensor.Place.District, sensor.Id, early.Quantity, early.Rule, forecast);
            }
        }
    }

    /// <summary>What was written last is in the store.</summary>
    public void Taken()
    {
        foreach (var (key, at) in _offered) _taken[key] = at;
        _offered.Clear();
    }

    private bool IsNew(SensorView sensor, string of, long at)
    {
        var key = (sensor.Id.Value, of);
        if (_taken.TryGetValue(key, out var before) && before == at) return false;
        _offered.Add((key, at));
        return true;
    }
}
