namespace SmartCity.Watch;

/// <summary>Names of rules that nobody writes: what our own parts raise when they fail. A colon sets them apart, which no written id has.</summary>
public static class OwnRules
{
    private const string RuleFault = "rule-fault:";

    /// <summary>The episode in which a rule cannot be evaluated.</summary>
    public static string FaultOf(string rule) => RuleFault + rule;

    /// <summary>The rule that an episode is the failure of, or null: it is none.</summary>
    public static string? FaultyRule(string rule) => rule.StartsWith(RuleFault, StringComparison.Ordinal) ? rule[RuleFault.Length..] : null;
}
