using SmartCity.Timeline;
using SmartCity.Watch;
using Walls.Grafana;

namespace Walls.Boards;

/// <summary>Whether the desk can keep up: the load figures of ISA-18.2 / IEC 62682 from the timeline, and how deliveries fare.</summary>
internal static class AlertDesk
{
    public static Board Board { get; } = new Board(Shared.Desk, "Alert desk load", "Whether the desk can keep up: the load figures of ISA-18.2 (IEC 62682), and how the departments are reached.")
    {
        From = "now-24h",
        Variables = [Variable.District],
        Annotations = [Shared.Episodes(Shared.InDistrict)],
    }
        .Row(6, (6, Rate), (6, Peak), (6, Standing), (6, Stale))
        .Row(9, (14, PerTenMinutes), (10, Mix))
        .Row(9, (12, ByRule), (12, BySensor))
        .Row(9, (24, Shared.LastEpisodes("Open", 100, Shared.InDistrict, "\"state\" = 'open'") with { NoValue = "nothing is open" }))
        .Heading("Departments")
        .Row(8, (12, Attempts), (12, Delivery));

    /// <summary>About six an hour are acceptable, twelve manageable, for one operator.</summary>
    private static Panel Rate => Panels.Stat("Alerts an hour", "Mean of the span. About 6 an hour are acceptable for one operator, 12 manageable.", reduce: "mean",
        asks: Raised.Every("1h", empty: "0")) with
    {
        Decimals = 1,
        Steps = [(null, Palette.Calm), (6, Palette.Yellow), (12, Palette.Vermilion)],
        NoValue = "0",
    };

    private static Panel Peak => Panels.Stat("Most in 10 minutes", "More than ten in ten minutes are a flood; no more than one period in a hundred should be one.", reduce: "max",
        asks: Raised.Every("10m", empty: "0")) with
    {
        Decimals = 0,
        Steps = [(null, Palette.Calm), (6, Palette.Yellow), (CityWall.FloodAlerts + 1, Palette.Vermilion)],
        NoValue = "0",
    };

    private static Panel Standing => Panels.Stat("Open", "Episodes neither cleared nor withdrawn.",
        asks: Ask.From(Store.Raw, Figures.Hub).Select(Names.Last("cityhub_open_episodes")).Every()) with
    {
        Decimals = 0,
        FixedColour = Palette.SkyBlue,
    };

    /// <summary>Open for more than a day: fewer than five on any day.</summary>
    private static Panel Stale => Panels.Table("Standing for long", "Open episodes by their start: those older than a day are stale, and there should be fewer than five.",
        Ask.From(Store.Hour, TimelineSchema.Episodes).Select("\"severity\", \"title\", \"sensor\"").Where(Shared.InDistrict, "\"state\" = 'open'").NewestFirst(100)) with
    {
        TimeFrom = "30d",
        NoValue = "none",
        Overrides = [Overrides.Link("sensor", "Sensor", $"/d/{Shared.Sensor}?var-sensor=${{__value.raw}}&${{__url_time_range}}")],
    };

    private static Panel PerTenMinutes => Panels.Bars("Alerts per 10 minutes", "The line at ten is where a flood begins.", "short", Raised.Every("10m", empty: "0").Named("raised")) with
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
        Ask.From(Store.Raw, Figures.Hub).Select(Names.Max("cityhub_webhook_commit_to_delivered_seconds" + Figures.High)).Every().Named("99th percentile")) with
    {
        Min = 0,
    };

    private static Ask Raised => Ask.From(Store.Raw, Figures.Hub).Select(Names.Growth("cityhub_episode_changes_total")).Where("\"kind\" = 'episode.raised'");
}
