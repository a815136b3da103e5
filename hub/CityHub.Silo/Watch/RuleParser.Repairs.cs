using SmartCity.Readings;
using SmartCity.Watch.Repairs;
using YamlDotNet.RepresentationModel;

namespace CityHub.Silo.Watch;

/// <summary>What is repaired, quantity by quantity and place by place.</summary>
public static partial class RuleParser
{
    /// <summary>Most entries of a hub.</summary>
    private const int MaxRepairs = 200;

    private static void ReadRepairs(RuleText text, SortedDictionary<string, string> districts, List<RepairPlan> repairs)
    {
        if (text.Find("repairs") is not YamlSequenceNode list)
        {
            text.Error("repairs", "a list is expected");
            return;
        }
        foreach (var item in list.Children)
        {
            if (item is not YamlMappingNode map)
            {
                text.Error(item, "repairs: each is a set of keys");
                continue;
            }
            var inner = text.Inner(map);
            var row = inner.Text("quantity", 64, required: true) is { } name ? QuantityCatalogue.Find(name) : null;
            if (row is null && inner.Find("quantity") is { } unknown) inner.Error(unknown, $"quantity: '{unknown}' is not in the catalogue");
            else if (row is not null && !RepairPlan.CanRepair(row.Quantity)) inner.Error("quantity", $"{row.Name} has no values in between");
            var usual = RepairPlan.DefaultOf(row?.Quantity ?? default);
            var methods = ReadMethods(inner);
            var (within, least) = (inner.Number("within") ?? usual.WithinMetres, inner.Number("least-confidence") ?? usual.LeastConfidence);
            var read = new RepairPlan(usual.Quantity, methods ?? usual.Methods, inner.Span("longest", TimeSpan.FromSeconds(1), RepairPlan.LongestOfAll) ?? usual.Longest,
                within, inner.Span("fresh-for", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)) ?? usual.FreshFor, least)
            {
                Every = inner.Span("every", TimeSpan.FromSeconds(1), RepairPlan.LongestOfAll), Districts = ReadDistrictNames(inner, districts), Tags = [.. inner.List("tags").Select(tag => tag.Value!)],
            };
            if (within <= 0) inner.Error("within", "metres above 0 are expected");
            if (least is < 0 or > 1) inner.Error("least-confidence", "a number from 0 to 1 is expected");
            inner.RefuseOthers();
            if (row is not null) repairs.Add(read);
            if (repairs.Count > MaxRepairs) inner.Error(item, $"repairs: more than {MaxRepairs}");
        }
    }

    private static RepairMethod[]? ReadMethods(RuleText text)
    {
        if (text.Find("methods") is null) return null;
        var methods = new List<RepairMethod>();
        foreach (var node in text.List("methods"))
        {
            RepairMethod? method = node.Value switch { "interpolation" => RepairMethod.Interpolation, "neighbour" => RepairMethod.Neighbour, "season" => RepairMethod.Season, _ => null };
            if (method is { } known) methods.Add(known);
            else text.Error(node, "methods: interpolation, neighbour and season are expected");
        }
        if (methods.Count == 0) text.Error("methods", "at least one is expected");
        return [.. methods];
    }
}
