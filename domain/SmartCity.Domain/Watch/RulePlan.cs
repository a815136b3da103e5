using SmartCity.Readings;
using SmartCity.Watch.Repairs;

namespace SmartCity.Watch;

/// <summary>A rule that cannot be evaluated at a place, and why.</summary>
public sealed record Unresolved(string Rule, string Reason);

/// <summary>
/// A rule set compiled for the sensors of one district that carry the same tags: per quantity the rules that hold there. Immutable; one plan serves
/// all those sensors, on any thread. Make it once per rule set, district and tags: twins notice a new plan by its reference.
/// </summary>
public sealed class RulePlan
{
    public static readonly RulePlan Empty = new(RuleSet.Empty, "", [], new());

    private readonly PlannedRule[]?[] _byQuantity = new PlannedRule[]?[256];
    private readonly bool[] _feeds = new bool[256];
    private readonly bool[] _tellsDistrict = new bool[256];
    private readonly QualityChecks?[] _checks = new QualityChecks?[256];
    private readonly RepairPlan?[] _repairs = new RepairPlan?[256];

    private RulePlan(RuleSet set, string district, IReadOnlyList<string> tags, Listening listening)
    {
        Set = set;
        District = district;
        foreach (var checks in set.Checks) _checks[(byte)checks.Quantity] = checks;
        foreach (var repairs in set.Repairs.Where(repairs => HoldsAt(repairs.Districts, repairs.Tags))) _repairs[(byte)repairs.Quantity] ??= repairs;
        var unresolved = new List<Unresolved>();
        var joins = new List<JoinPlan>();
        foreach (var rule in set.Rules.Where(rule => rule.District is not null && Holds(rule))) _tellsDistrict[(byte)rule.Quantity] = true;
        var rules = set.Rules.Where(rule => rule.District is null && Holds(rule)).OrderBy(rule => rule.Id, StringComparer.Ordinal).ToArray();
        foreach (var series in rules.GroupBy(rule => (rule.Quantity, Reference: rule.RelativeTo?.Quantity)))
        {
            var planned = Plan(series, set, tags, listening, unresolved);
            if (planned.Length == 0) continue;
            if (series.Key.Reference is null) _byQuantity[(byte)series.Key.Quantity] = planned;
            if (JoinPlan.Of(series.Key.Quantity, series.Key.Reference, planned, tags, out var missing) is { } join) joins.Add(join);
            else if (missing.Length > 0) unresolved.AddRange(series.Select(rule => new Unresolved(rule.Id, $"the place has no tag {missing}=number")));
        }
        Joins = [.. joins];
        Indices = [.. rules.Select(rule => rule.Quantity).Where(quantity => AirQualityIndex.Find(quantity) is not null).Distinct()];
        foreach (var index in Indices)
        {
            foreach (var part in AirQualityIndex.Find(index)!) _feeds[(byte)part.Quantity] = true;
            foreach (var rule in Of(index)) IndexSettle = Math.Max(IndexSettle, rule.Lateness);
        }
        foreach (var join in joins)
        {
            foreach (var input in join.Inputs) _feeds[(byte)input] = true;
        }
        foreach (var rule in rules) JoinLateness = Math.Max(JoinLateness, joins.Count == 0 ? 0 : (long)rule.Lateness.TotalMilliseconds);
        Unresolved = unresolved;
        HasEarly = rules.Any(rule => rule.Early is not null);

        bool Holds(Rule rule) => HoldsAt(rule.Districts, rule.Tags);

        bool HoldsAt(IReadOnlyList<string> districts, IReadOnlyList<string> needed) =>
            (districts.Count == 0 || districts.Contains(district, StringComparer.Ordinal)) && needed.All(tag => tags.Contains(tag, StringComparer.Ordinal));
    }

    /// <summary>The rules in force that this was made from.</summary>
    public RuleSet Set { get; }

    public string District { get; }

    /// <summary>Rules that would hold here and cannot be evaluated.</summary>
    public IReadOnlyList<Unresolved> Unresolved { get; }

    /// <summary>What is computed from several readings of one sample, because a rule asks for it.</summary>
    internal JoinPlan[] Joins { get; }

    /// <summary>The indices that are formed hour by hour, because a rule asks for them.</summary>
    internal Quantity[] Indices { get; }

    /// <summary>Whether any rule asks for early warning.</summary>
    internal bool HasEarly { get; }

    private long JoinLateness { get; }

    /// <summary>How long after an hour readings of it may still come, in ms: the largest lateness limit of the rules on indices.</summary>
    internal long IndexSettle { get; }

    /// <summary>The plan of a district: rules that name no district, or this one, and no tags.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A mean's slot is no divisor of a day, or a window, a vote or the number of severities is over its limit:
    /// such a rule should not have passed its loader.</exception>
    public static RulePlan For(RuleSet set, string district) => new(set, district, [], new());

    /// <summary>The plan of places in a district that carry these tags.</summary>
    /// <exception cref="ArgumentOutOfRangeException">As above.</exception>
    public static RulePlan For(RuleSet set, string district, IReadOnlyList<string> tags, Listening listening) => new(set, district, tags, listening);

    /// <summary>Whether plans of one district differ by the tags of places.</summary>
    public static bool LooksAtTags(RuleSet set)
    {
        foreach (var rule in set.Rules)
        {
            if (rule.Tags.Count > 0 || rule.RelativeTo is { Attribute.Length: > 0 } || DerivedQuantity.NeedsAttribute(rule.Quantity)
                || rule.RelativeTo?.Quantity is { } reference && DerivedQuantity.NeedsAttribute(reference)) return true;
        }
        return set.Repairs.Any(repairs => repairs.Tags.Count > 0);
    }

    /// <summary>Whether any rule looks at this quantity, or at what is computed from it.</summary>
    public bool Watches(Quantity quantity) => _byQuantity[(byte)quantity] is not null || Feeds(quantity);

    /// <summary>Whether a rule on the district looks at this quantity of its sensors.</summary>
    public bool TellsDistrict(Quantity quantity) => _tellsDistrict[(byte)quantity];

    /// <summary>Whether something is computed from this quantity.</summary>
    internal bool Feeds(Quantity quantity) => _feeds[(byte)quantity];

    /// <summary>Whether a rule learns from this quantity's readings: from those that come late it does not.</summary>
    public bool Learns(Quantity quantity)
    {
        if (!HasEarly) return false;
        foreach (var rule in Of(quantity))
        {
            if (rule.Learns) return true;
        }
        return false;
    }

    /// <summary>How long, in ms, what is computed from a quantity waits for late readings; null: nothing is.</summary>
    internal long? FeedsFor(Quantity quantity) => Feeds(quantity) ? Math.Max(IndexSettle, JoinLateness) : null;

    /// <summary>What is checked of a quantity's readings, or null: nothing.</summary>
    public QualityChecks? ChecksOf(Quantity quantity) => _checks[(byte)quantity];

    /// <summary>What is repaired of a quantity's readings, or null: nothing.</summary>
    public RepairPlan? RepairsOf(Quantity quantity) => _repairs[(byte)quantity];

    /// <summary>The rules on a quantity itself, by rising id.</summary>
    internal PlannedRule[] Of(Quantity quantity) => _byQuantity[(byte)quantity] ?? [];

    private static PlannedRule[] Plan(IEnumerable<Rule> rules, RuleSet set, IReadOnlyList<string> tags, Listening listening, List<Unresolved> unresolved)
    {
        var planned = new List<PlannedRule>();
        foreach (var rule in rules)
        {
            if (rule.RelativeTo is not { Attribute: { Length: > 0 } attribute }) planned.Add(new(rule, set, listening));
            else if (Reference.Find(tags, attribute) is { } number) planned.Add(new(rule, set, listening, number));
            else unresolved.Add(new(rule.Id, $"the place has no tag {attribute}=number"));
        }
        return [.. planned];
    }
}
