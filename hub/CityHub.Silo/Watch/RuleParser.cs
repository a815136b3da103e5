using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Repairs;
using YamlDotNet.RepresentationModel;

namespace CityHub.Silo.Watch;

/// <summary>What a folder of rule files says: the rules, and the names of the districts.</summary>
public sealed record RuleFolder(string Hash, TimeSpan DayOffset, IReadOnlyList<Rule> Rules, IReadOnlyDictionary<string, string> Districts)
{
    public IReadOnlyList<QualityChecks> Checks { get; init; } = [];

    public IReadOnlyList<RepairPlan> Repairs { get; init; } = [];

    /// <summary>The rules as a numbered version.</summary>
    public RuleSet As(int version) => new(version, Hash, DayOffset, Rules) { Checks = Checks, Repairs = Repairs };
}

/// <summary>Reads rule files (schema: <c>rules/README.md</c>). Pure: texts in, rules or every error out.</summary>
public static partial class RuleParser
{
    /// <summary>Most rules of a hub, and most days of a calendar.</summary>
    public const int MaxRules = 2000;
    private const int MaxDays = 1000;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>What rules refer to by name.</summary>
    private sealed record Named(SortedDictionary<string, string> Districts, SortedDictionary<string, IReadOnlySet<DateOnly>> Calendars);

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
        var calendars = new SortedDictionary<string, IReadOnlySet<DateOnly>>(StringComparer.Ordinal);
        var checks = new SortedDictionary<Quantity, QualityChecks>();
        TimeSpan? dayOffset = null;
        var repairsOf = new List<RuleText>();
        var rulesOf = new List<(string File, YamlSequenceNode Rules)>();
        foreach (var (source, map) in maps)
        {
            var text = new RuleText(source.File, map, found);
            ReadDayOffset(text, ref dayOffset);
            ReadDistricts(text, districts);
            ReadCalendars(text, calendars);
            ReadChecks(text, checks);
            if (text.Find("repairs") is not null) repairsOf.Add(text);
            if (text.Find("rules") is { } rules)
            {
                if (rules is YamlSequenceNode sequence) rulesOf.Add((source.File, sequence));
                else text.Error(rules, "rules: a list is expected");
            }
            text.RefuseOthers();
        }
        var repairs = new List<RepairPlan>();
        foreach (var text in repairsOf) ReadRepairs(text, districts, repairs);
        var byId = new SortedDictionary<string, Rule>(StringComparer.Ordinal);
        foreach (var (file, rules) in rulesOf)
        {
            foreach (var node in rules.Children) ReadRule(file, node, new(districts, calendars), byId, found);
            if (byId.Count > MaxRules) found.Add(new(file, 0, $"more than {MaxRules} rules"));
        }
        errors = found;
        return found.Count > 0 ? null : new(HashOf(sources), dayOffset ?? TimeSpan.Zero, [.. byId.Values], districts) { Checks = [.. checks.Values], Repairs = repairs };
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

    private static void ReadCalendars(RuleText text, SortedDictionary<string, IReadOnlySet<DateOnly>> calendars)
    {
        if (text.Find("calendars") is not { } node) return;
        if (node is not YamlMappingNode map)
        {
            text.Error(node, "calendars: pairs of id and a list of days are expected");
            return;
        }
        foreach (var (key, value) in map.Children)
        {
            var id = key is YamlScalarNode { Value: { } name } && IdPattern().IsMatch(name) ? name : null;
            if (id is null) text.Error(key, $"calendars: '{key}' is no id; lower case, digits and hyphens are");
            else if (value is not YamlSequenceNode { Children.Count: <= MaxDays } days) text.Error(value, $"calendars: {id} is a list of at most {MaxDays} days");
            else if (!calendars.TryAdd(id, ReadDays(text, id, days))) text.Error(key, $"calendars: {id} stands in another file too");
        }
    }

    private static HashSet<DateOnly> ReadDays(RuleText text, string calendar, YamlSequenceNode days)
    {
        var read = new HashSet<DateOnly>();
        foreach (var day in days.Children)
        {
            if (day is YamlScalarNode { Value: { } written } && DateOnly.TryParseExact(written, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) read.Add(date);
            else text.Error(day, $"calendars: {calendar}: '{day}' is no day such as 2026-12-25");
        }
        return read;
    }

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"^[+-]\d\d:\d\d$")]
    private static partial Regex OffsetPattern();
}
