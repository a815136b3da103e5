using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>
/// A rule set compiled for the sensors of one district: per quantity the rules that hold there. Immutable; one plan serves all sensors of
/// the district, on any thread. Make it once per rule set and district: twins notice a new plan by its reference.
/// </summary>
public sealed class RulePlan
{
    public static readonly RulePlan Empty = new(RuleSet.Empty, "");

    private readonly PlannedRule[]?[] _byQuantity = new PlannedRule[]?[256];

    private RulePlan(RuleSet set, string district)
    {
        Set = set;
        District = district;
        foreach (var group in set.Rules.Where(Holds).GroupBy(rule => rule.Quantity))
        {
            _byQuantity[(byte)group.Key] = group.OrderBy(rule => rule.Id, StringComparer.Ordinal).Select(rule => new PlannedRule(rule, set)).ToArray();
        }

        bool Holds(Rule rule) => rule.Districts.Count == 0 || rule.Districts.Contains(district, StringComparer.Ordinal);
    }

    /// <summary>The rules in force that this was made from.</summary>
    public RuleSet Set { get; }

    public string District { get; }

    /// <summary>The plan of a district: rules that name no district, or this one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A mean's slot is no divisor of a day, or its window has more than <see cref="MeanOver.MaxSlots"/> slots:
    /// such a rule should not have passed its loader.</exception>
    public static RulePlan For(RuleSet set, string district) => new(set, district);

    /// <summary>Whether any rule looks at this quantity.</summary>
    public bool Watches(Quantity quantity) => _byQuantity[(byte)quantity] is not null;

    /// <summary>The rules of a quantity, by rising id.</summary>
    internal PlannedRule[] Of(Quantity quantity) => _byQuantity[(byte)quantity] ?? [];
}
