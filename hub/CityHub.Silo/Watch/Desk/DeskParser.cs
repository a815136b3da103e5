using SmartCity.Watch;
using SmartCity.Watch.Desk;
using YamlDotNet.RepresentationModel;

namespace CityHub.Silo.Watch.Desk;

/// <summary>Reads a desk file (described in <c>docs/alert-desk.md</c>). Pure: text in, policy or every error out.</summary>
public static class DeskParser
{
    private const int MostItems = 200;
    private const int MostSteps = 8;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private static readonly (string, Severity)[] Severities = [("warning", Severity.Warning), ("minor", Severity.Minor), ("major", Severity.Major), ("critical", Severity.Critical)];

    private static readonly (string Name, Label Label)[] Labels =
    [
        ("district", Label.District), ("site", Label.Site), ("node", Label.Node), ("sensor", Label.Sensor), ("rule", Label.Rule),
        ("category", Label.Category), ("department", Label.Department), ("quantity", Label.Quantity),
    ];

    /// <summary>Null and at least one error, or a policy and none.</summary>
    public static DeskPolicy? Parse(RuleSource source, out IReadOnlyList<RuleError> errors)
    {
        var found = new List<RuleError>();
        errors = found;
        if (RuleText.Parse(source, found) is not { } map) return null;
        var text = new RuleText(source.File, map, found);
        var latched = new HashSet<string>(StringComparer.Ordinal);
        var ruleSteps = new Dictionary<string, IReadOnlyList<EscalationStep>>(StringComparer.Ordinal);
        foreach (var (id, rule) in Named(text, "rules"))
        {
            if (rule.YesNo("latched") == true) latched.Add(id);
            if (rule.Find("escalate") is not null) ruleSteps[id] = Steps(rule);
            rule.RefuseOthers();
        }
        var departmentSteps = new Dictionary<string, IReadOnlyList<EscalationStep>>(StringComparer.Ordinal);
        foreach (var (name, department) in Named(text, "departments"))
        {
            departmentSteps[name] = Steps(department);
            department.RefuseOthers();
        }
        var policy = new DeskPolicy
        {
            Latched = latched,
            RuleSteps = ruleSteps,
            DepartmentSteps = departmentSteps,
            Inhibitions = [.. Items(text, "inhibit").Select(Inhibition)],
            Groupings = [.. Items(text, "group").Select(Grouping)],
            Suppressions = [.. Items(text, "suppress").Select(Suppression)],
            Seats = [.. Named(text, "desks").Select(one => Seat(one.Name, one.Text))],
        };
        text.RefuseOthers();
        return found.Count > 0 ? null : policy;
    }

    private static List<EscalationStep> Steps(RuleText text)
    {
        var steps = new List<EscalationStep>();
        foreach (var step in Items(text, "escalate"))
        {
            var after = step.Span("after", TimeSpan.FromSeconds(1), Longest);
            var department = step.Text("department", 80) ?? "";
            var severity = step.Choice("severity", Severities);
            if (after is null && step.Find("after") is null) step.Error("after", "is missing");
            if (department.Length == 0 && severity is null) step.Error("after", "a step names a department, a severity or both");
            if (after <= steps.LastOrDefault()?.After) step.Error("after", "each step comes after the one before it");
            if (steps.Count == MostSteps) step.Error("after", $"at most {MostSteps} steps");
            step.RefuseOthers();
            steps.Add(new(after ?? TimeSpan.Zero, department, severity));
        }
        return steps;
    }

    private static Inhibition Inhibition(RuleText text)
    {
        var one = new Inhibition(text.Text("source", 64, required: true) ?? "", [.. text.List("targets").Select(node => node.Value!)], LabelsOf(text, "equal"));
        if (one.Equal.Count == 0) text.Error("equal", "names at least one label: an alert does not stand for the whole city");
        text.RefuseOthers();
        return one;
    }

    private static Grouping Grouping(RuleText text)
    {
        var by = LabelsOf(text, "by");
        if (by.Count == 0) text.Error("by", "names at least one label");
        var one = new Grouping(by, text.Span("wait", TimeSpan.Zero, TimeSpan.FromHours(1)) ?? TimeSpan.FromSeconds(30), text.Span("interval", TimeSpan.Zero, Longest) ?? TimeSpan.FromMinutes(5),
            text.Choice("below", Severities) ?? Severity.Critical);
        text.RefuseOthers();
        return one;
    }

    private static DesignSuppression Suppression(RuleText text)
    {
        var scope = new Scope(text.Text("rule", 64) ?? "", text.Text("sensor", 200) ?? "", text.Text("node", 200) ?? "", text.Text("site", 200) ?? "", text.Text("district", 64) ?? "");
        if (scope.IsEmpty) text.Error("why", "names a rule, a sensor, a node, a site or a district");
        var why = text.Text("why", 500, required: true) ?? "";
        text.RefuseOthers();
        return new(scope, why);
    }

    private static DeskSeat Seat(string name, RuleText text)
    {
        var seat = new DeskSeat(name, [.. text.List("departments").Select(node => node.Value!)], [.. text.List("districts").Select(node => node.Value!)]);
        text.RefuseOthers();
        return seat;
    }

    private static List<Label> LabelsOf(RuleText text, string key)
    {
        var labels = new List<Label>();
        foreach (var node in text.List(key))
        {
            var at = Array.FindIndex(Labels, label => label.Name == node.Value);
            if (at < 0) text.Error(node, $"{key}: one of {string.Join(", ", Labels.Select(label => label.Name))} is expected");
            else labels.Add(Labels[at].Label);
        }
        return labels;
    }

    private static List<RuleText> Items(RuleText text, string key)
    {
        var items = new List<RuleText>();
        if (text.Find(key) is not { } node) return items;
        if (node is not YamlSequenceNode list || list.Children.Count > MostItems) text.Error(node, $"{key}: a list of at most {MostItems} is expected");
        else
        {
            foreach (var child in list.Children)
            {
                if (child is YamlMappingNode map) items.Add(text.Inner(map));
                else text.Error(child, $"{key}: a set of keys is expected");
            }
        }
        return items;
    }

    private static List<(string Name, RuleText Text)> Named(RuleText text, string key)
    {
        var items = new List<(string, RuleText)>();
        if (text.Find(key) is not { } node) return items;
        if (node is not YamlMappingNode map || map.Children.Count > MostItems) text.Error(node, $"{key}: at most {MostItems} names with keys are expected");
        else
        {
            foreach (var (name, value) in map.Children)
            {
                if (name is YamlScalarNode { Value: { Length: > 0 and <= 80 } id } && value is YamlMappingNode keys) items.Add((id, text.Inner(keys)));
                else text.Error(name, $"{key}: a name with keys is expected");
            }
        }
        return items;
    }
}
