using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Twins;
using SmartCity.Watch;

namespace CityHub.Silo.Twins;

/// <summary>A good value that rules on districts look at.</summary>
internal readonly record struct DistrictValue(string District, string Site, SensorId Sensor, Quantity Quantity, Instant At, double Value);

/// <summary>
/// The rules on districts. Shards hand over, a bundle a round, what these rules look at and nothing else; a loop of its own evaluates them by the city clock.
/// What is found goes the way of all episode events. After a restart members come back from the sensors' twins and open episodes from the register;
/// a for-duration that was running begins again.
/// </summary>
internal sealed class DistrictWatches(EpisodeWriter episodes, CityClock city, TimeProvider wall, HubMetrics metrics)
{
    /// <summary>Values that may wait for the loop; more than that are dropped and counted.</summary>
    private const int WaitingLimit = 500_000;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DistrictWatch> _districts = new(StringComparer.Ordinal);
    private readonly List<EpisodeEvent> _events = [];
    private List<DistrictValue> _waiting = [];
    private List<DistrictValue> _reading = [];
    private RuleSet? _changed;
    private RuleSet _rules = RuleSet.Empty;

    /// <summary>Takes values over; the list may be used again. Thread-safe.</summary>
    public void Tell(List<DistrictValue> values)
    {
        lock (_gate)
        {
            if (_waiting.Count + values.Count <= WaitingLimit)
            {
                _waiting.AddRange(values);
                return;
            }
        }
        metrics.Shed.Add(values.Count, new KeyValuePair<string, object?>("reason", "district_rules_behind"));
    }

    /// <summary>Puts rules in force with the next look. Thread-safe.</summary>
    public void Use(RuleSet rules)
    {
        lock (_gate) _changed = rules;
    }

    /// <summary>Before <see cref="Run"/>: open episodes of districts go on, once rules are in force.</summary>
    public void Adopt(IEnumerable<Episode> open)
    {
        TakeRules();
        foreach (var episode in open)
        {
            if (episode.Sensor.District is { } district) Of(district).Adopt(episode);
        }
    }

    /// <summary>Before <see cref="Run"/>: what the sensors' twins know, so that districts need not wait for every sensor to speak again.</summary>
    public void Hear(IReadOnlyList<SensorView> sensors)
    {
        foreach (var sensor in sensors)
        {
            foreach (var live in sensor.Values)
            {
                if (live is not { Quality: Quality.Good, Value: { } value } || !Watches(sensor.Place.District, live.Quantity)) continue;
                Of(sensor.Place.District).Hear(sensor.Id, sensor.Place.Site, live.Quantity, live.At, value);
            }
        }
    }

    /// <summary>Looks until cancelled.</summary>
    public async Task Run(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(LookEvery, wall);
        while (await timer.WaitForNextTickAsync(stopping)) Look();
    }

    private void Look()
    {
        TakeRules();
        lock (_gate) (_reading, _waiting) = (_waiting, _reading);
        foreach (ref readonly var value in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_reading))
        {
            Of(value.District).Hear(value.Sensor, value.Site, value.Quantity, value.At, value.Value);
        }
        _reading.Clear();
        var now = city.Now;
        foreach (var district in _districts.Values)
        {
            if (district.NextDeadline <= now) district.Advance(now, _events);
        }
        if (_events.Count > 0) episodes.Post(_events);
        _events.Clear();
    }

    private void TakeRules()
    {
        RuleSet? changed;
        lock (_gate) (changed, _changed) = (_changed, null);
        if (changed is null) return;
        _rules = changed;
        foreach (var district in _districts.Values) district.Use(changed, city.Now, _events);
    }

    private bool Watches(string district, Quantity quantity)
    {
        foreach (var rule in _rules.Rules)
        {
            if (rule.District is not null && rule.Quantity == quantity && (rule.Districts.Count == 0 || rule.Districts.Contains(district, StringComparer.Ordinal))) return true;
        }
        return false;
    }

    private DistrictWatch Of(string id)
    {
        if (_districts.TryGetValue(id, out var district)) return district;
        _districts.Add(id, district = new(id));
        district.Use(_rules, city.Now, _events);
        return district;
    }
}
