using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Twins;

/// <summary>
/// The rules on one district as a whole. It is told the good values of the district's sensors, in any order within the rules' lateness limits, and the time;
/// how often it is told the time changes nothing but how soon something is found. Mutable, single owner, no clock. A silent sensor clears nothing:
/// when too few sites have a fresh value, nothing is said.
/// </summary>
public sealed class DistrictWatch(string id)
{
    private List<DistrictRule> _rules = [];
    private long _looked;

    public string Id { get; } = id;

    /// <summary>The district as the subject of its episodes.</summary>
    public SensorId Subject { get; } = SensorId.OfDistrict(id);

    /// <summary>When <see cref="Advance"/> has something to find (city clock); null: nothing unless a value comes.</summary>
    public Instant? NextDeadline
    {
        get
        {
            var next = long.MaxValue;
            foreach (var rule in _rules) next = Math.Min(next, rule.NextDeadline);
            return next == long.MaxValue ? null : new Instant(next);
        }
    }

    /// <summary>Puts rules in force: those on districts that name this one, or none. An open episode of a rule that is gone is withdrawn.</summary>
    public void Use(RuleSet set, Instant cityNow, List<EpisodeEvent> events)
    {
        var now = Math.Max(_looked, cityNow.UnixMilliseconds);
        var next = new List<DistrictRule>();
        foreach (var rule in set.Rules)
        {
            if (rule.District is null || rule.Districts.Count > 0 && !rule.Districts.Contains(Id, StringComparer.Ordinal)) continue;
            var plan = new PlannedRule(rule, set, new());
            next.Add(_rules.Find(old => old.Plan.Id == rule.Id)?.Under(plan, _looked) ?? new(plan));
        }
        foreach (var old in _rules)
        {
            if (!next.Exists(rule => rule.Plan.Id == old.Plan.Id)) old.Withdraw(Subject, set.Version, _looked, now, events);
        }
        _rules = next;
        _looked = now;
    }

    /// <summary>A good value of a sensor that stands in this district.</summary>
    /// <param name="site">Where; sensors of one site count once.</param>
    public void Hear(SensorId sensor, string site, Quantity quantity, Instant at, double value)
    {
        foreach (var rule in _rules)
        {
            if (rule.Plan.Rule.Quantity == quantity) rule.Hear(sensor, site, at.UnixMilliseconds, value);
        }
    }

    /// <summary>A sensor stands here no longer.</summary>
    public void Forget(SensorId sensor)
    {
        foreach (var rule in _rules) rule.Forget(sensor);
    }

    /// <summary>Lets time pass.</summary>
    public void Advance(Instant cityNow, List<EpisodeEvent> events)
    {
        var now = Math.Max(_looked, cityNow.UnixMilliseconds);
        foreach (var rule in _rules) rule.Advance(Subject, _looked, now, events);
        _looked = now;
    }

    /// <summary>Takes over an episode of this district that was open when the hub stopped; one of no rule in force is left alone.</summary>
    public void Adopt(Episode open)
    {
        if (open.Sensor == Subject) _rules.Find(rule => rule.Plan.Id == open.Rule)?.Adopt(open);
    }
}
