using CityHub.Contracts;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Twins;
using SmartCity.Watch;

namespace CityHub.Silo.Twins;

/// <summary>The rules that hold at a place, compiled once for all places that are alike; and what rules on districts are told.</summary>
internal sealed partial class Shard
{
    // By district and, where a rule asks for them, tags.
    private readonly Dictionary<string, RulePlan> _plans = new(StringComparer.Ordinal);
    private readonly Listening _listening = new();

    private RulePlan PlanOf(Place place)
    {
        var key = RulePlan.LooksAtTags(_rules) ? $"{place.District}\n{string.Join('\n', place.Tags.Order(StringComparer.Ordinal))}" : place.District;
        if (_plans.TryGetValue(key, out var plan)) return plan;
        plan = RulePlan.For(_rules, place.District, place.Tags, _listening);
        _plans.Add(key, plan);
        foreach (var unresolved in plan.Unresolved) CannotBeEvaluated(_parts.Log, unresolved.Rule, place.District, place.Site, unresolved.Reason);
        return plan;
    }

    /// <summary>Silence from before now was nobody's but ours: the hub did not listen.</summary>
    private void ListensFrom(Instant now) => _listening.Since = now;

    private readonly List<DistrictValue> _forDistricts = [];

    // A repeat is passed on too: told twice, a district counts it once.
    private void NoteForDistrict(SensorActor sensor, in Reading reading, ObserveOutcome outcome)
    {
        if (outcome == ObserveOutcome.Unstampable || !reading.IsGood || !reading.TryGetValue(out var value)) return;
        _forDistricts.Add(new(sensor.Place.Place.District, sensor.Place.Place.Site, sensor.Twin.Id, reading.Quantity, reading.At, value));
    }

    private void TellDistricts()
    {
        if (_forDistricts.Count == 0) return;
        _parts.Districts.Tell(_forDistricts);
        _forDistricts.Clear();
    }

    [LoggerMessage(LogLevel.Warning, "Rule {Rule} cannot be evaluated in district '{District}' (site '{Site}', and others with the same tags): {Reason}")]
    private static partial void CannotBeEvaluated(ILogger log, string rule, string district, string site, string reason);
}
