using System.Globalization;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;
using YamlDotNet.RepresentationModel;

namespace CityHub.Silo.Watch;

/// <summary>One rule of a file.</summary>
public static partial class RuleParser
{
    private static readonly (string Name, Severity Severity)[] Severities =
        [("warning", Severity.Warning), ("minor", Severity.Minor), ("major", Severity.Major), ("critical", Severity.Critical)];

    private static void ReadRule(string file, YamlNode node, Named named, SortedDictionary<string, Rule> byId, List<RuleError> errors)
    {
        if (node is not YamlMappingNode map)
        {
            errors.Add(new(file, RuleText.LineOf(node), "rules: each rule is a set of keys"));
            return;
        }
        var before = errors.Count;
        var text = new RuleText(file, map, errors);
        var id = ReadId(text, "id", required: true);
        var row = text.Text("quantity", 64, required: true) is { } name ? QuantityCatalogue.Find(name) : null;
        if (row is { Quantity: Quantity.Notice }) row = null; // what the hub says of itself is no matter of rules
        if (row is null && text.Find("quantity") is { } unknown) text.Error(unknown, $"quantity: '{unknown}' is not in the catalogue");
        var mean = ReadMean(text);
        var rate = ReadRate(text);
        var early = ReadEarly(text);
        var relative = ReadReference(text, row);
        var district = ReadDistrict(text, row);
        var (breach, levels) = ReadSeverities(text, rate is null && relative is null && early is null or { Kind: EarlyKind.Forecast } ? row : null);
        var votes = ReadVotes(text);
        if (mean is not null && levels.Any(level => level.For > TimeSpan.Zero)) text.Error("for", "a mean has its own window; leave 'for' out");
        if (mean is not null && rate is not null) text.Error("rate", "either a mean or a rate");
        if (breach == Breach.Missing && (mean is not null || rate is not null || relative is not null || votes is not null)) text.Error("missing-for", "silence has no mean, rate, votes or reference");
        if (early is not null) CheckEarly(text, early, breach, levels, mean is null && rate is null && votes is null && district is null, relative);
        var lateness = text.Span("lateness", TimeSpan.Zero, TimeSpan.FromDays(366)) ?? (district is null ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(10));
        if (district is not null)
        {
            if (mean is not null || rate is not null || relative is not null || breach is Breach.Missing) text.Error("district", "takes values as they are: no mean, rate, reference or silence");
            if (district.Take == DistrictTake.Quorum && breach is not (Breach.Above or Breach.Below)) text.Error("district", "a quorum is above or below a level");
            if (lateness > district.Every * DistrictInput.MaxSteps) text.Error("lateness", $"at most {DistrictInput.MaxSteps} times 'every' of a district rule");
            if (text.Find("tags") is not null) text.Error("tags", "a district has none");
        }
        var rule = new Rule
        {
            Id = id ?? "", Quantity = row?.Quantity ?? default, Breach = breach,
            Level = levels.Count > 0 ? levels[0].Level : 0, Clear = levels.Count > 0 ? levels[0].Clear : 0, LowLevel = levels.Count > 0 ? levels[0].LowLevel : 0,
            LowClear = levels.Count > 0 ? levels[0].LowClear : 0, For = levels.Count > 0 ? levels[0].For : default, Severity = levels.Count > 0 ? levels[0].Severity : default,
            Higher = [.. levels.Skip(1)],
            Mean = mean, Rate = rate, Early = early, District = district, RelativeTo = relative, Votes = votes,
            ClearFor = text.Span("clear-for", TimeSpan.Zero, Day) ?? TimeSpan.Zero,
            PerDay = text.YesNo("per-day") ?? false, Edge = ReadEdge(text, mean is null && rate is null && early is null && relative is null && district is null && votes is null, breach, levels.Count),
            Schedule = ReadSchedule(text, named.Calendars),
            Gate = text.Choice("quality", ("good", QualityGate.Good), ("suspect", QualityGate.Suspect)) ?? QualityGate.Good,
            Districts = ReadDistrictNames(text, named.Districts), Tags = [.. text.List("tags").Select(tag => tag.Value!)],
            Lateness = lateness,
            LatePolicy = text.Choice("late", ("ignore", LatePolicy.Ignore), ("record", LatePolicy.Record), ("raise", LatePolicy.Raise)) ?? LatePolicy.Record,
            Department = ReadId(text, "department") ?? "", Message = text.Text("message", 300) ?? "", Category = ReadCategory(text), RunBook = ReadRunBook(text),
        };
        text.RefuseOthers();
        if (errors.Count > before) return;
        if (!byId.TryAdd(rule.Id, rule)) text.Error("id", $"'{rule.Id}' stands twice");
    }

    /// <summary>What a node can look after too: a value against limits of one severity.</summary>
    private static bool ReadEdge(RuleText text, bool isPlain, Breach breach, int severities)
    {
        if (text.YesNo("edge") is not true) return false;
        if (!isPlain || severities > 1 || breach is not (Breach.Above or Breach.Below or Breach.Equal)) text.Error("edge", "a node compares values with 'above', 'below' or 'equal' under one severity, and nothing else");
        return true;
    }

    private static string? ReadId(RuleText text, string key, bool required = false)
    {
        var id = text.Text(key, 64, required);
        if (id is not null && !IdPattern().IsMatch(id)) text.Error(key, "lower case letters, digits and hyphens are expected");
        return id;
    }

    private static List<string> ReadDistrictNames(RuleText text, SortedDictionary<string, string> districts)
    {
        var places = new List<string>();
        foreach (var district in text.List("districts"))
        {
            if (districts.ContainsKey(district.Value!)) places.Add(district.Value!);
            else text.Error(district, $"districts: '{district.Value}' is not among the districts");
        }
        return places;
    }

    private static string ReadCategory(RuleText text)
    {
        if (text.Text("category", 16) is not { } category) return "";
        if (!EpisodeCategories.All.Contains(category)) text.Error("category", $"one of {string.Join(", ", EpisodeCategories.All)} is expected");
        return category;
    }

    private static string ReadRunBook(RuleText text)
    {
        if (text.Text("run-book", 500) is not { } link) return "";
        if (!Uri.TryCreate(link, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")) text.Error("run-book", "the address of a page is expected, with https:// before it");
        return link;
    }

    // Either limits with one severity, or severities with limits each.
    private static (Breach Breach, List<SeverityLevel> Levels) ReadSeverities(RuleText text, QuantityRow? row)
    {
        if (text.Find("severities") is not { } node)
        {
            if (text.Find("severity") is null) text.Error(text.Map, "'severity' is missing");
            var severity = text.Choice("severity", [.. Severities]);
            return ReadLimits(text, row, severity ?? Severity.Warning) is { } only ? (only.Breach, [only.Level]) : (Breach.Above, []);
        }
        if (node is not YamlMappingNode { Children.Count: >= 1 } map)
        {
            text.Error(node, "severities: limits under warning, minor, major or critical are expected");
            return (Breach.Above, []);
        }
        foreach (var key in (ReadOnlySpan<string>)["severity", "above", "below", "outside", "equal", "missing-for", "clear", "for"])
        {
            if (text.Find(key) is not null) text.Error(key, "stands within 'severities'");
        }
        var inner = text.Inner(map);
        var read = new List<(Breach Breach, SeverityLevel Level)>();
        foreach (var (name, severity) in Severities)
        {
            if (inner.Find(name) is not { } limits) continue;
            if (limits is not YamlMappingNode limitsMap)
            {
                inner.Error(limits, $"{name}: limits are expected");
                continue;
            }
            var of = inner.Inner(limitsMap);
            if (ReadLimits(of, row, severity) is { } level)
            {
                if (read.Count > 0 && Misordered(read[^1], level) is { } why) of.Error(limits, $"{name}: {why}");
                read.Add(level);
            }
            of.RefuseOthers();
        }
        inner.RefuseOthers();
        return (read.Count > 0 ? read[0].Breach : Breach.Above, [.. read.Select(level => level.Level)]);
    }

    // A higher severity begins where a lower one holds, and is over no later.
    private static string? Misordered((Breach Breach, SeverityLevel Level) lower, (Breach Breach, SeverityLevel Level) higher)
    {
        if (lower.Breach != higher.Breach) return "all severities of a rule have the same kind of limit";
        var (a, b) = (lower.Level, higher.Level);
        var nested = lower.Breach switch
        {
            Breach.Above => b.Level >= a.Level && b.Clear >= a.Clear,
            Breach.Below => b.Level <= a.Level && b.Clear <= a.Clear,
            Breach.Outside => b.Level >= a.Level && b.Clear >= a.Clear && b.LowLevel <= a.LowLevel && b.LowClear <= a.LowClear,
            Breach.Equal => b.Level == a.Level,
            Breach.Missing => true,
        };
        if (!nested) return "must lie past the severity before it, its clear level too";
        var same = b.Level == a.Level && b.LowLevel == a.LowLevel;
        return same && b.For <= a.For ? "has the same limit as the severity before it, so it must take longer" : null;
    }

    private static (Breach Breach, SeverityLevel Level)? ReadLimits(RuleText text, QuantityRow? row, Severity severity)
    {
        (string Key, Breach Breach)[] kinds = [("above", Breach.Above), ("below", Breach.Below), ("outside", Breach.Outside), ("equal", Breach.Equal), ("missing-for", Breach.Missing)];
        var said = Array.FindAll(kinds, kind => text.Find(kind.Key) is not null);
        if (said.Length != 1)
        {
            text.Error("above", "exactly one of 'above', 'below', 'outside', 'equal' and 'missing-for' is expected");
            _ = (text.Find("clear"), text.Find("for")); // known, whatever they say
            return null;
        }
        var (key, breach) = said[0];
        if (breach == Breach.Missing)
        {
            var silence = text.Span(key, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30));
            return silence is { } span ? (breach, new(severity, 0, 0) { For = span }) : null;
        }
        var wait = text.Span("for", TimeSpan.Zero, Day) ?? TimeSpan.Zero;
        if (breach == Breach.Outside)
        {
            var (levels, clears) = (text.Pair("outside"), text.Find("clear") is null ? text.Pair("outside") : text.Pair("clear"));
            if (levels is not { } level || clears is not { } clear) return null;
            CheckPlausible(text, key, row, level.Low);
            CheckPlausible(text, key, row, level.High);
            if (level.Low > level.High) text.Error(key, "the lower level comes first");
            else if (clear.Low < level.Low || clear.High > level.High || clear.Low > clear.High) text.Error("clear", "must lie within 'outside', or on it");
            return (breach, new(severity, level.High, clear.High) { LowLevel = level.Low, LowClear = clear.Low, For = wait });
        }
        if (text.Number(key) is not { } limit) return null;
        CheckPlausible(text, key, row, limit);
        var back = breach == Breach.Equal ? null : text.Number("clear");
        if (back is { } c && (breach == Breach.Above ? c > limit : c < limit)) text.Error("clear", $"must lie on the good side of '{key}', or on it");
        return (breach, new(severity, limit, back ?? limit) { For = wait });
    }

    private static void CheckPlausible(RuleText text, string key, QuantityRow? row, double level)
    {
        if (row is null || row.IsPlausible(level)) return;
        text.Error(key, string.Create(CultureInfo.InvariantCulture, $"{level} {row.Unit} is outside what {row.Name} can be ({row.Min} to {row.Max})"));
    }
}
