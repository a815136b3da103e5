using SmartCity.Readings;
using SmartCity.Watch;

namespace SensorNode.Options;

/// <summary>
/// Reads the <c>rules</c> of a node's file: threshold rules in the form of the hub's rule files, so that one text serves both. What is the hub's
/// matter alone (department, message, lateness, …) may stand there and is passed over; what only the hub can evaluate is refused.
/// </summary>
internal static class EdgeRuleReader
{
    public const int MaxRules = 32;

    private static readonly TimeSpan Day = TimeSpan.FromHours(24);
    private static readonly string[] OfTheHub = ["department", "message", "category", "run-book", "lateness", "late", "districts", "tags"];

    private static readonly Dictionary<string, Severity> SeverityWords = new()
    {
        ["warning"] = Severity.Warning, ["minor"] = Severity.Minor, ["major"] = Severity.Major, ["critical"] = Severity.Critical,
    };

    private static readonly Dictionary<string, Quantity> Quantities = QuantityCatalogue.All.Where(row => row.Quantity < Quantity.Notice).ToDictionary(row => row.Name, row => row.Quantity);

    public static List<EdgeRulePlan> Rules(YamlSection root, IReadOnlyList<DevicePlan> devices)
    {
        var rules = new List<EdgeRulePlan>();
        foreach (var section in root.List("rules", MaxRules))
        {
            var rule = Rule(section);
            var plan = new EdgeRulePlan(rule, section.Names("devices", NodeFileReader.MaxDevices), Outputs(section, devices));
            foreach (var name in plan.Devices.Where(name => !devices.Any(device => device.Name == name && device.Quantities.Contains(rule.Quantity)))) section.Problem("devices", $"\"{name}\" is no device here that measures {section.Text("quantity", "-")}.");
            if (rules.Exists(other => other.Rule.Id == rule.Id)) section.Problem("id", $"another rule is called \"{rule.Id}\".");
            section.RefuseUnknown();
            rules.Add(plan);
        }
        return rules;
    }

    private static Rule Rule(YamlSection section)
    {
        var id = section.Name("id");
        var quantity = section.OneOf<Quantity>("quantity", Quantities);
        if (section.Has("edge")) section.True("edge");
        foreach (var key in OfTheHub) _ = section.Has(key);
        var said = Said(section);
        if (section.IsDescribing || said.Length != 1)
        {
            foreach (var key in (string[])["above", "below", "equal"]) if (section.Has(key)) section.Number(key, -1e9, 1e9);
            if (!section.IsDescribing) section.Problem("above", "exactly one of above, below and equal is expected.");
        }
        var (breach, level) = said is [var (kind, key2), ..] ? (kind, section.Number(key2, -1e9, 1e9)) : (Breach.Above, 0);
        var clear = section.Has("clear") ? section.Number("clear", -1e9, 1e9) : level;
        if (!section.IsDescribing && (breach == Breach.Above && clear > level || breach == Breach.Below && clear < level)) section.Problem("clear", "must lie on the good side of the level, or on it.");
        return new()
        {
            Id = id, Quantity = quantity, Breach = breach, Level = level, Clear = clear,
            For = section.Duration("for", TimeSpan.Zero, Day, TimeSpan.Zero), ClearFor = section.Duration("clear-for", TimeSpan.Zero, Day, TimeSpan.Zero),
            Severity = section.OneOf<Severity>("severity", SeverityWords), LatePolicy = LatePolicy.Raise,
        };
    }

    private static (Breach, string)[] Said(YamlSection section) =>
        [.. new[] { (Breach.Above, "above"), (Breach.Below, "below"), (Breach.Equal, "equal") }.Where(kind => section.Has(kind.Item2))];

    private static List<OutputPlan> Outputs(YamlSection section, IReadOnlyList<DevicePlan> devices)
    {
        var outputs = new List<OutputPlan>();
        foreach (var name in section.Names("switch", NodeFileReader.MaxDevices))
        {
            if (devices.OfType<OutputPlan>().FirstOrDefault(output => output.Name == name) is { } output) outputs.Add(output);
            else section.Problem("switch", $"\"{name}\" is no output here.");
        }
        return outputs;
    }
}
