using SmartCity.Readings;
using SmartCity.Watch;
using YamlDotNet.RepresentationModel;

namespace CityHub.Silo.Watch;

/// <summary>What is checked of readings, quantity by quantity.</summary>
public static partial class RuleParser
{
    private static void ReadChecks(RuleText text, SortedDictionary<Quantity, QualityChecks> checks)
    {
        if (text.Find("checks") is not { } node) return;
        if (node is not YamlSequenceNode list)
        {
            text.Error(node, "checks: a list is expected");
            return;
        }
        foreach (var item in list.Children)
        {
            if (item is not YamlMappingNode map)
            {
                text.Error(item, "checks: each is a set of keys");
                continue;
            }
            var inner = text.Inner(map);
            var row = inner.Text("quantity", 64, required: true) is { } name ? QuantityCatalogue.Find(name) : null;
            if (row is null && inner.Find("quantity") is { } unknown) inner.Error(unknown, $"quantity: '{unknown}' is not in the catalogue");
            var read = new QualityChecks(row?.Quantity ?? default)
            {
                Range = ReadRanges(inner), Spike = ReadTwo(inner, "spike"), RatePerMinute = ReadTwo(inner, "rate-per-minute"), Flat = ReadFlat(inner),
                Attenuated = ReadAttenuation(inner), Gap = inner.Span("gap", TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
                Neighbours = ReadNeighbours(inner), Twins = ReadTwins(inner),
            };
            inner.RefuseOthers();
            if (row is null) continue;
            if (map.Children.Count == 1) read = QualityChecks.DefaultsOf(row.Quantity); // the quantity alone
            if (!checks.TryAdd(row.Quantity, read)) inner.Error("quantity", $"{row.Name} is checked twice");
        }
    }

    private static TwoRanges? ReadRanges(RuleText parent)
    {
        if (ReadMap(parent, "gross-range", "fail and suspect") is not { } text) return null;
        var fail = text.Pair("fail");
        var suspect = text.Find("suspect") is null ? fail : text.Pair("suspect");
        text.RefuseOthers();
        if (fail is not { } outer || suspect is not { } inner) return null;
        if (outer.Low > inner.Low || inner.Low > inner.High || inner.High > outer.High) text.Error("suspect", "must lie within 'fail'");
        return new(outer.Low, inner.Low, inner.High, outer.High);
    }

    private static TwoLimits? ReadTwo(RuleText parent, string key)
    {
        if (ReadMap(parent, key, "suspect and fail") is not { } text) return null;
        var (suspect, fail) = (text.Number("suspect"), text.Number("fail"));
        text.RefuseOthers();
        if (suspect is not { } first || fail is not { } second || first < 0 || second < first)
        {
            text.Error(text.Map, $"{key}: 'suspect' and a 'fail' that is not less are expected");
            return null;
        }
        return new(first, second);
    }

    private static FlatLine? ReadFlat(RuleText parent)
    {
        if (ReadMap(parent, "flat-line", "tolerance, suspect and fail") is not { } text) return null;
        var tolerance = text.Number("tolerance") ?? 0;
        var suspect = text.Span("suspect", TimeSpan.FromSeconds(1), TimeSpan.FromDays(30));
        var fail = text.Span("fail", TimeSpan.FromSeconds(1), TimeSpan.FromDays(30));
        text.RefuseOthers();
        if (suspect is { } first && fail is { } second && second >= first && tolerance >= 0) return new(tolerance, first, second);
        text.Error(text.Map, "flat-line: 'suspect' and a 'fail' that is not shorter are expected, and a 'tolerance' of at least 0");
        return null;
    }

    private static Attenuation? ReadAttenuation(RuleText parent)
    {
        if (ReadMap(parent, "attenuated", "over, suspect and fail") is not { } text) return null;
        var over = text.Span("over", TimeSpan.FromSeconds(2), TimeSpan.FromDays(30));
        var (suspect, fail) = (text.Number("suspect"), text.Number("fail"));
        text.RefuseOthers();
        if (over is { } window && suspect is { } first && fail is { } second && second >= 0 && first >= second) return new(window, new(first, second));
        text.Error(text.Map, "attenuated: 'over', a range that is 'suspect' and a smaller one that is 'fail' are expected");
        return null;
    }

    private static NeighbourDifference? ReadNeighbours(RuleText parent)
    {
        if (ReadMap(parent, "neighbours", "suspect, and fail, within, sites, fresh-for") is not { } text) return null;
        var (suspect, fail, within) = (text.Number("suspect"), text.Number("fail"), text.Number("within") ?? 5000);
        var sites = text.Count("sites", 1, Surroundings.MostNear) ?? 3;
        var fresh = text.Span("fresh-for", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)) ?? TimeSpan.FromMinutes(15);
        text.RefuseOthers();
        if (suspect is { } first && first >= 0 && !(fail < first) && within > 0) return new(first, fail, within, sites, fresh);
        text.Error(text.Map, "neighbours: a difference that is 'suspect' is expected, a 'fail' that is not less, and 'within' in metres above 0");
        return null;
    }

    private static TwinChannels? ReadTwins(RuleText parent)
    {
        if (ReadMap(parent, "twin-channels", "differs, and share, over, readings") is not { } text) return null;
        var (differs, share) = (text.Number("differs"), text.Number("share") ?? 0);
        var over = text.Span("over", TimeSpan.FromSeconds(6), TimeSpan.FromDays(1)) ?? TimeSpan.FromHours(1);
        var readings = text.Count("readings", 1, 100_000) ?? 20;
        text.RefuseOthers();
        if (differs is { } least && least >= 0 && share is >= 0 and <= 2) return new(over, readings, least, share);
        text.Error(text.Map, "twin-channels: 'differs' of at least 0 is expected, and a 'share' from 0 to 2");
        return null;
    }
}
