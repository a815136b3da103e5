using SmartCity.Timeline;
using SmartCity.Watch;
using Walls.Grafana;

namespace Walls.Boards;

/// <summary>Whether the desk can keep up: the load figures of ISA-18.2 / IEC 62682 as the desk reckons them, and how deliveries fare.</summary>
internal static class AlertDesk
{
    public static Board Board { get; } = new Board(Shared.Desk, "Alert desk load", "Whether the desk can keep up: the load figures of ISA-18.2 (IEC 62682), and how the departments are reached.")
    {
        From = "now-24h",
        Variables = [Variable.District],
        Annotations = [Shared.Episodes(Shared.InDistrict)],
    }
        .Row(6, (4, LastTen), (4, Average), (4, Peak), (4, FloodShare), (4, Standing), (4, Stale))
        .Row(5, (6, Unacknowledged), (6, HeldBack), (6, Chattering), (6, TopTen))
        .Row(9, (14, PerTenMinutes), (10, Mix))
        .Row(4, (24, Flooded))
        .Row(9, (12, ByRule), (12, BySensor))
        .Row(9, (24, Shared.LastEpisodes("Open", 100, Shared.InDistrict, "\"state\" = 'open'") with { NoValue = "nothing is open" }))
        .Heading("Departments")
        .Row(8, (12, Attempts), (12, Delivery));

    private static Panel LastTen => Figure("Last 10 minutes", "Alarms of the last ten minutes. More than ten are a flood.", "cityhub_desk_alerts_last_10_minutes", "none", (6, Palette.Yellow), (CityWall.FloodAlerts + 1, Palette.Vermilion));

    private static Panel Average => Figure("Per 10 minutes", "On average over 30 days. About 1 is acceptable for one operator, 2 manageable.", "cityhub_desk_alerts_per_10_minutes", "none", (1, Palette.Yellow), (2, Palette.Vermilion)) with { Decimals = 2 };

    private static Panel Peak => Figure("Most in 10 minutes", "Of the last 30 days.", "cityhub_desk_alerts_most_in_10_minutes", "none", (6, Palette.Yellow), (CityWall.FloodAlerts + 1, Palette.Vermilion));

    private static Panel FloodShare => Figure("Time in flood", "Share of ten-minute periods with more than ten alarms, of 30 days. Under 1 % is good.", "cityhub_desk_flood_share", "percentunit", (0.01, Palette.Vermilion)) with { Decimals = 2 };

    private static Panel Standing => Figure("Standing", "Alarms open on the desk.", "cityhub_desk_standing", "none");

    private static Panel Stale => Figure("Stale", "Open for more than a day. Fewer than five are good.", "cityhub_desk_stale", "none", (1, Palette.Yellow), (5, Palette.Vermilion));

    private static Panel Unacknowledged => Figure("Unacknowledged", "Open, and nobody has acknowledged them.", "cityhub_desk_unacknowledged", "none", (1, Palette.Yellow));

    private static Panel HeldBack => Figure("Held back", "Open, and shelved, suppressed or inhibited.", "cityhub_desk_held_back", "none");

    private static Panel Chattering => Figure("Chattering", "Sources that came up three times within a minute, in the last day. None is good.", "cityhub_desk_chattering", "none", (1, Palette.Vermilion));

    private static Panel TopTen => Figure("Ten busiest sources", "Their share in all alarms of 30 days. 1 to 5 % is good.", "cityhub_desk_top_ten_share", "percentunit", (0.05, Palette.Yellow));

    private static Panel Flooded => Panels.States("Flood", "Whether a flood of alarms was going on: then the desk works by district.",
        Ask.From(Store.Raw, Figures.Hub).Select(Names.Max("cityhub_desk_flooded")).By("desk").Every().Named("$tag_desk")) with
    {
        Mappings = [Meaning.Words((0, "calm", Palette.Calm), (1, "FLOOD", Palette.Vermilion))],
        Steps = [(null, Palette.Calm), (1, Palette.Vermilion)],
    };

    /// <summary>A figure that the desk reckons itself, a value a desk.</summary>
    private static Panel Figure(string title, string description, string metric, string unit, params (double From, string Colour)[] steps) => Panels.Stat(title, description,
        asks: Ask.From(Store.Raw, Figures.Hub).Select(Names.Last(metric)).By("desk").Every().Named("$tag_desk")) with
    {
        Unit = unit,
        FixedColour = steps.Length == 0 ? Palette.SkyBlue : null,
        Steps = steps.Length == 0 ? [] : [(null, Palette.Calm), .. steps.Select(s => ((double?)s.From, s.Colour))],
    };

    private static Panel PerTenMinutes => Panels.Bars("Alerts per 10 minutes", "The line at ten is where a flood begins.", "short", Raised.Every("10m", empty: "none").Named("raised")) with
    {
        ColourMode = "thresholds",
        Min = 0,
        Custom = Panels.Bars("", "", "").Custom.With("thresholdsStyle", new System.Text.Json.Nodes.JsonObject { ["mode"] = "line" }),
        Steps = [(null, Palette.SkyBlue), (CityWall.FloodAlerts + 1, Palette.Vermilion)],
    };

    /// <summary>About 80 % low, 15 % middle, 5 % high.</summary>
    private static Panel Mix => Panels.BarGauge("Severities", "Episodes of the span by severity. About 80 % should be of the lowest, 15 % in the middle, 5 % of the highest.", "short", reduce: "sum",
        asks: [.. Enum.GetValues<Severity>().OrderDescending().Select(s => Ask.From(Store.Hour, TimelineSchema.Episodes).Select("count(\"id\")")
            .Where(Shared.InDistrict, $"\"severity\" = '{s.ToString().ToLowerInvariant()}'").Named(s.ToString().ToLowerInvariant()))]) with
    {
        Min = 0,
        NoValue = "0",
        Overrides = [.. Enum.GetValues<Severity>().Select(s => Overrides.Colour(s.ToString().ToLowerInvariant(), Palette.Of(s)))],
    };

    private static Panel ByRule => Panels.BarGauge("Most from", "Episodes of the span by rule. The ten busiest should make at most 5 in a hundred.", "short", reduce: "sum",
        asks: Ask.From(Store.Hour, TimelineSchema.Episodes).Select("count(\"id\")").Where(Shared.InDistrict).By("rule").Named("$tag_rule")) with
    {
        Min = 0,
    };

    private static Panel BySensor => Panels.BarGauge("Bad actors", "Episodes of the span by sensor: what chatters is to be mended or its rule to be changed.", "short", reduce: "sum",
        asks: Ask.From(Store.Hour, TimelineSchema.Episodes).Select("count(\"id\")").Where(Shared.InDistrict).By("sensor").Named("$tag_sensor")) with
    {
        Min = 0,
        Links = [("Sensor ${__field.labels.sensor}", $"/d/{Shared.Sensor}?var-sensor=${{__field.labels.sensor}}&${{__url_time_range}}")],
    };

    private static Panel Attempts => Panels.Bars("Deliveries", "Attempts to deliver a webhook, by outcome, and messages given up.", "short",
        Ask.From(Store.Raw, Figures.Hub).Select(Names.Growth("cityhub_webhook_attempts_total")).By("outcome").Every("5m", empty: "none").Named("$tag_outcome"),
        Ask.From(Store.Raw, Figures.Hub).Select(Names.Growth("cityhub_webhook_dead_lettered_total")).Every("5m", empty: "none").Named("given up")) with
    {
        Min = 0,
    };

    private static Panel Delivery => Panels.Lines("From alert to department", "From the commit of an alert to the answer that took it.", "s",
        Ask.From(Store.Raw, Figures.Hub).Select(Names.Max("cityhub_webhook_commit_to_delivered_seconds" + Figures.Median)).Every().Named("median"),
        Ask.From(Store.Raw, Figures.Hub).Select(Names.Max("cityhub_webhook_commit_to_delivered_seconds" + Figures.P99)).Every().Named("99th percentile")) with
    {
        Min = 0,
    };

    private static Ask Raised => Ask.From(Store.Raw, Figures.Hub).Select(Names.Growth("cityhub_episode_changes_total")).Where("\"kind\" = 'episode.raised'");
}
