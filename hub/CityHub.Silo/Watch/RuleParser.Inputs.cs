using System.Globalization;
using SmartCity.Readings;
using SmartCity.Watch;
using YamlDotNet.RepresentationModel;

namespace CityHub.Silo.Watch;

/// <summary>What a rule compares, and when.</summary>
public static partial class RuleParser
{
    private static readonly string[] DayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static MeanOver? ReadMean(RuleText parent)
    {
        if (ReadMap(parent, "mean", "slot, window and min-slots") is not { } text) return null;
        var slot = text.Span("slot", TimeSpan.FromSeconds(1), Day);
        var day = text.Find("window") is YamlScalarNode { Value: "day" };
        var window = day ? Day : text.Span("window", TimeSpan.FromSeconds(1), Day);
        var least = text.Count("min-slots", 1, MeanOver.MaxSlots);
        foreach (var key in (ReadOnlySpan<string>)["slot", "window", "min-slots"])
        {
            if (text.Find(key) is null) text.Error(text.Map, $"mean: '{key}' is missing");
        }
        text.RefuseOthers();
        if (slot is not { } s || window is not { } w || least is not { } min) return null;
        if (Day.Ticks % s.Ticks != 0) text.Error("slot", "must divide a day");
        else if (w.Ticks % s.Ticks != 0 || w.Ticks / s.Ticks > MeanOver.MaxSlots) text.Error("window", $"must be 1 to {MeanOver.MaxSlots} slots");
        else if (min > w.Ticks / s.Ticks) text.Error("min-slots", "more than the window has slots");
        else return new(s, (int)(w.Ticks / s.Ticks), min, day);
        return null;
    }

    private static RateOver? ReadRate(RuleText parent)
    {
        if (ReadMap(parent, "rate", "window and per") is not { } text) return null;
        var window = text.Span("window", TimeSpan.FromSeconds(1), Day);
        var per = text.Span("per", TimeSpan.FromSeconds(1), Day) ?? TimeSpan.FromHours(1);
        if (text.Find("window") is null) text.Error(text.Map, "rate: 'window' is missing");
        text.RefuseOthers();
        return window is { } w ? new(w, per) : null;
    }

    private static DistrictInput? ReadDistrict(RuleText parent, QuantityRow? of)
    {
        if (ReadMap(parent, "district", "take, sites, fresh-for and every") is not { } text) return null;
        var take = text.Choice("take", ("quorum", DistrictTake.Quorum), ("mean", DistrictTake.Mean), ("percentile", DistrictTake.Percentile), ("spread", DistrictTake.Spread));
        var sites = text.Count("sites", 1, DistrictInput.MaxSites);
        foreach (var key in (ReadOnlySpan<string>)["take", "sites"])
        {
            if (text.Find(key) is null) text.Error(text.Map, $"district: '{key}' is missing");
        }
        var percentile = text.Number("percentile");
        if (take == DistrictTake.Percentile != percentile is not null || percentile is < 0 or > 100) text.Error("percentile", "0 to 100, with take: percentile alone");
        var fresh = text.Span("fresh-for", TimeSpan.FromSeconds(1), Day) ?? TimeSpan.FromMinutes(15);
        var every = text.Span("every", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)) ?? TimeSpan.FromSeconds(10);
        text.RefuseOthers();
        if (of is not null && (DerivedQuantity.Find(of.Quantity) is not null || AirQualityIndex.Find(of.Quantity) is not null)) text.Error(text.Map, "district: the quantity must be a measured one");
        return take is { } t && sites is { } s ? new(t, s, percentile ?? 0, fresh, every) : null;
    }

    // "3 of 5"
    private static VoteOf? ReadVotes(RuleText text)
    {
        if (text.Text("votes", 16) is not { } votes) return null;
        var parts = votes.Split(" of ");
        if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var needed)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && needed >= 1 && needed <= last && last <= VoteOf.MaxLast) return new(needed, last);
        text.Error("votes", $"'n of m' is expected, such as 3 of 5; m is at most {VoteOf.MaxLast}");
        return null;
    }

    // The name of a quantity, or { attribute: name }.
    private static Reference? ReadReference(RuleText parent, QuantityRow? of)
    {
        if (parent.Find("relative-to") is null) return null;
        if (parent.Find("relative-to") is not YamlMappingNode)
        {
            if (parent.Text("relative-to", 64) is not { } name) return null;
            if (QuantityCatalogue.Find(name) is { } row && row != of && AirQualityIndex.Find(row.Quantity) is null && (of is null || AirQualityIndex.Find(of.Quantity) is null)) return new(row.Quantity, "");
            parent.Error("relative-to", $"'{name}' is not another quantity of the catalogue, or one of the two is an index");
            return null;
        }
        if (ReadMap(parent, "relative-to", "a quantity or { attribute: name }") is not { } text) return null;
        var attribute = ReadId(text, "attribute", required: true);
        text.RefuseOthers();
        return attribute is null ? null : new(null, attribute);
    }

    private static Schedule? ReadSchedule(RuleText parent, SortedDictionary<string, IReadOnlySet<DateOnly>> calendars)
    {
        if (ReadMap(parent, "schedule", "zone, days, from and to") is not { } text) return null;
        var zone = text.Text("zone", 64, required: true) is { } name ? Zones.Find(name) : null;
        if (zone is null && text.Find("zone") is { } unknown) text.Error(unknown, $"zone: '{unknown}' is no time zone of this machine; an IANA name such as Europe/Berlin is expected");
        var windows = new List<DayWindow>();
        if (text.Find("windows") is not { } node)
        {
            if (ReadWindow(text) is { } window) windows.Add(window);
        }
        else if (node is YamlSequenceNode { Children.Count: >= 1 and <= Schedule.MaxWindows } sequence)
        {
            foreach (var item in sequence.Children)
            {
                if (item is not YamlMappingNode map)
                {
                    text.Error(item, "windows: days, from and to are expected");
                    continue;
                }
                var inner = text.Inner(map);
                if (ReadWindow(inner) is { } window) windows.Add(window);
                inner.RefuseOthers();
            }
        }
        else text.Error(node, $"windows: a list of 1 to {Schedule.MaxWindows} is expected");
        var except = ReadCalendar(text, "except", calendars);
        var only = ReadCalendar(text, "only", calendars);
        text.RefuseOthers();
        return zone is null || windows.Count == 0 ? null : new(zone, windows, except, only);
    }

    private static DayWindow? ReadWindow(RuleText text)
    {
        byte days = 0;
        foreach (var day in text.List("days"))
        {
            var number = Array.IndexOf(DayNames, day.Value);
            if (number < 0) text.Error(day, $"days: '{day.Value}' is none of {string.Join(", ", DayNames)}");
            else days |= (byte)(1 << number);
        }
        if (text.Find("days") is null) days = DayWindow.EveryDay;
        var from = text.Find("from") is null ? 0 : ReadTimeOfDay(text, "from");
        var to = text.Find("to") is null ? 1440 : ReadTimeOfDay(text, "to");
        return from is { } f && to is { } t && days != 0 ? new(days, f, t) : null;
    }

    private static int? ReadTimeOfDay(RuleText text, string key)
    {
        if (text.Text(key, 5) is "24:00") return 1440;
        if (TimeOnly.TryParseExact(text.Text(key, 5), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) return time.Hour * 60 + time.Minute;
        text.Error(key, "a time of day such as \"06:30\" is expected");
        return null;
    }

    private static HashSet<DateOnly> ReadCalendar(RuleText text, string key, SortedDictionary<string, IReadOnlySet<DateOnly>> calendars)
    {
        var days = new HashSet<DateOnly>();
        foreach (var name in text.List(key))
        {
            if (calendars.TryGetValue(name.Value!, out var calendar)) days.UnionWith(calendar);
            else text.Error(name, $"{key}: '{name.Value}' is not among the calendars");
        }
        return days;
    }

    private static RuleText? ReadMap(RuleText parent, string key, string expected)
    {
        if (parent.Find(key) is not { } node) return null;
        if (node is YamlMappingNode map) return parent.Inner(map);
        parent.Error(node, $"{key}: {expected} are expected");
        return null;
    }
}
