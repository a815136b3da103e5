using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using SmartCity.Readings;
using SmartCity.Watch;
using YamlDotNet.RepresentationModel;

namespace CityHub.Silo.Watch;

/// <summary>What a folder of rule files says: the rules, and the names of the districts.</summary>
public sealed record RuleFolder(string Hash, TimeSpan DayOffset, IReadOnlyList<Rule> Rules, IReadOnlyDictionary<string, string> Districts);

/// <summary>Reads rule files (schema: <c>rules/README.md</c>). Pure: texts in, rules or every error out.</summary>
public static partial class RuleParser
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Null and at least one error, or a folder and none.</summary>
    public static RuleFolder? Parse(IReadOnlyList<RuleSource> sources, out IReadOnlyList<RuleError> errors)
    {
        var found = new List<RuleError>();
        var maps = new List<(RuleSource Source, YamlMappingNode Map)>();
        foreach (var source in sources)
        {
            if (RuleText.Parse(source, found) is { } map) maps.Add((source, map));
        }
        var districts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        TimeSpan? dayOffset = null;
        var rulesOf = new List<(string File, YamlSequenceNode Rules)>();
        foreach (var (source, map) in maps)
        {
            var text = new RuleText(source.File, map, found);
            ReadDayOffset(text, ref dayOffset);
            ReadDistricts(text, districts);
            if (text.Find("rules") is { } rules)
            {
                if (rules is YamlSequenceNode sequence) rulesOf.Add((source.File, sequence));
                else text.Error(rules, "rules: a list is expected");
            }
            text.RefuseOthers();
        }
        var byId = new SortedDictionary<string, Rule>(StringComparer.Ordinal);
        foreach (var (file, rules) in rulesOf)
        {
            foreach (var node in rules.Children) ReadRule(file, node, districts, byId, found);
        }
        errors = found;
        return found.Count > 0 ? null : new(HashOf(sources), dayOffset ?? TimeSpan.Zero, [.. byId.Values], districts);
    }

    /// <summary>SHA-256 over names and texts, in the order of the names.</summary>
    public static string HashOf(IReadOnlyList<RuleSource> sources) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Join(sources))));

    /// <summary>All files as one text, as the register keeps it; <see cref="Split"/> takes it apart again.</summary>
    public static string Join(IReadOnlyList<RuleSource> sources)
    {
        var all = new StringBuilder();
        foreach (var source in sources.OrderBy(source => source.File, StringComparer.Ordinal))
        {
            all.Append(FileMark).Append(source.File).Append('\n').Append(source.Text);
            if (!source.Text.EndsWith('\n')) all.Append('\n');
        }
        return all.ToString();
    }

    public static IReadOnlyList<RuleSource> Split(string joined)
    {
        var sources = new List<RuleSource>();
        foreach (var part in joined.Split(FileMark, StringSplitOptions.RemoveEmptyEntries))
        {
            var end = part.IndexOf('\n', StringComparison.Ordinal);
            if (end > 0) sources.Add(new(part[..end], part[(end + 1)..]));
        }
        return sources;
    }

    private const string FileMark = "#%file ";

    private static void ReadDayOffset(RuleText text, ref TimeSpan? dayOffset)
    {
        if (text.Text("day-offset", 6) is not { } offset) return;
        if (!OffsetPattern().IsMatch(offset) || !TimeSpan.TryParseExact(offset[1..], @"hh\:mm", CultureInfo.InvariantCulture, out var size) || size > TimeSpan.FromHours(14))
        {
            text.Error("day-offset", "an offset from UTC such as \"+01:00\" is expected");
            return;
        }
        var value = offset[0] == '-' ? -size : size;
        if (dayOffset is { } other && other != value) text.Error("day-offset", "another file says otherwise; a city has one");
        dayOffset = value;
    }

    private static void ReadDistricts(RuleText text, SortedDictionary<string, string> districts)
    {
        if (text.Find("districts") is not { } node) return;
        if (node is not YamlMappingNode map)
        {
            text.Error(node, "districts: pairs of id and name are expected");
            return;
        }
        foreach (var (key, value) in map.Children)
        {
            if (key is not YamlScalarNode { Value: { } id } || !IdPattern().IsMatch(id)) text.Error(key, $"districts: '{key}' is no id; lower case, digits and hyphens are");
            else if (value is not YamlScalarNode { Value: { Length: > 0 and <= 100 } name }) text.Error(value, $"districts: {id} needs a name of at most 100 characters");
            else if (!districts.TryAdd(id, name)) text.Error(key, $"districts: {id} stands in another file too");
        }
    }

    private static void ReadRule(string file, YamlNode node, SortedDictionary<string, string> districts, SortedDictionary<string, Rule> byId, List<RuleError> errors)
    {
        if (node is not YamlMappingNode map)
        {
            errors.Add(new(file, RuleText.LineOf(node), "rules: each rule is a set of keys"));
            return;
        }
        var before = errors.Count;
        var text = new RuleText(file, map, errors);
        var id = text.Text("id", 64, required: true);
        if (id is not null && !IdPattern().IsMatch(id)) text.Error("id", "lower case letters, digits and hyphens are expected");
        var row = text.Text("quantity", 64, required: true) is { } name ? QuantityCatalogue.Find(name) : null;
        if (row is null && text.Find("quantity") is { } unknown) text.Error(unknown, $"quantity: '{unknown}' is not in the catalogue");
        var (breach, level, clear) = ReadLevels(text, row);
        var severity = text.Choice("severity", ("warning", Severity.Warning), ("minor", Severity.Minor), ("major", Severity.Major), ("critical", Severity.Critical));
        if (text.Find("severity") is null) text.Error(map, "'severity' is missing");
        var mean = ReadMean(text);
        var wait = text.Span("for", TimeSpan.Zero, Day) ?? TimeSpan.Zero;
        if (mean is not null && wait > TimeSpan.Zero) text.Error("for", "a mean has its own window; leave 'for' out");
        var perDay = text.YesNo("per-day") ?? false;
        var lateness = text.Span("lateness", TimeSpan.Zero, TimeSpan.FromDays(366)) ?? TimeSpan.FromMinutes(5);
        var late = text.Choice("late", ("ignore", LatePolicy.Ignore), ("record", LatePolicy.Record), ("raise", LatePolicy.Raise)) ?? LatePolicy.Record;
        var department = text.Text("department", 64) ?? "";
        if (department.Length > 0 && !IdPattern().IsMatch(department)) text.Error("department", "lower case letters, digits and hyphens are expected");
        var message = text.Text("message", 300) ?? "";
        var places = new List<string>();
        foreach (var district in text.List("districts"))
        {
            if (districts.ContainsKey(district.Value!)) places.Add(district.Value!);
            else text.Error(district, $"districts: '{district.Value}' is not among the districts");
        }
        text.RefuseOthers();
        if (errors.Count > before) return;
        var rule = new Rule
        {
            Id = id!, Quantity = row!.Quantity, Breach = breach, Level = level, Clear = clear, For = wait, Mean = mean, PerDay = perDay, Severity = severity!.Value,
            Districts = places, Lateness = lateness, LatePolicy = late, Department = department, Message = message,
        };
        if (!byId.TryAdd(rule.Id, rule)) text.Error("id", $"'{rule.Id}' stands twice");
    }

    private static (Breach Breach, double Level, double Clear) ReadLevels(RuleText text, QuantityRow? row)
    {
        var above = text.Number("above");
        var below = text.Number("below");
        var clear = text.Number("clear");
        var hasAbove = text.Find("above") is not null;
        var hasBelow = text.Find("below") is not null;
        if (hasAbove == hasBelow)
        {
            text.Error("above", "exactly one of 'above' and 'below' is expected");
            return default;
        }
        if ((above ?? below) is not { } level) return default;
        var key = hasAbove ? "above" : "below";
        if (row is not null && !row.IsPlausible(level)) text.Error(key, $"{level.ToString(CultureInfo.InvariantCulture)} {row.Unit} is outside what {row.Name} can be ({row.Min.ToString(CultureInfo.InvariantCulture)} to {row.Max.ToString(CultureInfo.InvariantCulture)})");
        if (clear is { } c && (hasAbove ? c > level : c < level)) text.Error("clear", $"must lie on the good side of '{key}', or on it");
        return (hasAbove ? Breach.Above : Breach.Below, level, clear ?? level);
    }

    private static MeanOver? ReadMean(RuleText parent)
    {
        if (parent.Find("mean") is not { } node) return null;
        if (node is not YamlMappingNode map)
        {
            parent.Error(node, "mean: slot, window and min-slots are expected");
            return null;
        }
        var text = parent.Inner(map);
        var slot = text.Span("slot", TimeSpan.FromSeconds(1), Day);
        var day = text.Find("window") is YamlScalarNode { Value: "day" };
        var window = day ? Day : text.Span("window", TimeSpan.FromSeconds(1), Day);
        var least = text.Count("min-slots", 1, MeanOver.MaxSlots);
        foreach (var key in (ReadOnlySpan<string>)["slot", "window", "min-slots"])
        {
            if (text.Find(key) is null) text.Error(map, $"mean: '{key}' is missing");
        }
        text.RefuseOthers();
        if (slot is not { } s || window is not { } w || least is not { } min) return null;
        if (Day.Ticks % s.Ticks != 0) text.Error("slot", "must divide a day");
        else if (w.Ticks % s.Ticks != 0 || w.Ticks / s.Ticks > MeanOver.MaxSlots) text.Error("window", $"must be 1 to {MeanOver.MaxSlots} slots");
        else if (min > w.Ticks / s.Ticks) text.Error("min-slots", "more than the window has slots");
        else return new(s, (int)(w.Ticks / s.Ticks), min, day);
        return null;
    }

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"^[+-]\d\d:\d\d$")]
    private static partial Regex OffsetPattern();
}
