namespace SmartCity.Watch;

/// <summary>
/// A rule set compiled for the sensors of one district: per quantity the rules that hold there. Immutable; one plan serves all sensors of
/// the district, on any thread. Make it once per rule set and district: twins notice a new plan by its reference.
/// </summary>
public sealed class RulePlan
{
    public static readonly RulePlan Empty = new(RuleSet.Empty, "");

    private RulePlan(RuleSet set, string district)
    {
        Set = set;
        District = district;
    }

    /// <summary>The rules in force that this was made from.</summary>
    public RuleSet Set { get; }

    public string District { get; }

    /// <summary>The plan of a district: rules that name no district, or this one.</summary>
    public static RulePlan For(RuleSet set, string district) => new(set, district);
}
