using SmartCity.Watch;

namespace SensorNode.Options;

/// <summary>A rule that the node itself looks after.</summary>
/// <param name="Devices">The devices that it looks at; empty: every one that measures its quantity.</param>
/// <param name="Switches">The outputs that are on while an episode of it is open, as long as each may be.</param>
public sealed record EdgeRulePlan(Rule Rule, IReadOnlyList<string> Devices, IReadOnlyList<OutputPlan> Switches);
