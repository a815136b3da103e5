using SmartCity.Readings;
using SmartCity.Timeline;
using SmartCity.Watch;
using Walls.Grafana;

namespace Walls.Boards;

/// <summary>The picture on the wall of the operations centre: is the city calm, and if not, where.</summary>
internal static class CityWall
{
    /// <summary>More alerts than this in ten minutes are a flood: no operator reads them one by one (ISA-18.2, EEMUA 191).</summary>
    public const int FloodAlerts = 10;

    public static Board Board { get; } = new Board(Shared.Wall, "City wall", "Is the city calm, and if not, where. For the wall: open it with ?kiosk.")
    {
        IsWall = true,
        From = "now-3h",
        Refresh = "10s",
        Annotations = [Shared.Episodes()],
    }
        .Row(5, [.. Enum.GetValues<Severity>().OrderDescending().Select(s => (4, Shared.Open(s, far: true))), (8, Flood)])
        .Row(10, (14, Map), (10, Districts))
        .Row(5, (6, Presence), (6, Readings), (6, Temperature), (6, Delivered))
        .Row(8, (24, Shared.LastEpisodes("Latest", 12)));

    private static Panel Flood => Panels.Stat("Alarms in 10 minutes", "Alarms that came up on the desks in the last ten minutes. More than ten are a flood: work by district, not by alert.", far: true,
        asks: Ask.From(Store.Raw, Figures.Hub).Select(Names.Last("cityhub_desk_alerts_last_10_minutes")).By("desk").Every(empty: "previous").Named("$tag_desk")) with
    {
        Transformations = Transform.SumOfSeries("in 10 minutes"),
        Unit = "none",
        Decimals = 0,
        Mappings = [Meaning.Range(FloodAlerts + 1, null, "FLOOD", Palette.Vermilion)],
        Steps = [(null, Palette.Calm), (6, Palette.Yellow), (FloodAlerts + 1, Palette.Vermilion)],
    };

    private static Panel Map => Panels.Map("Districts", "Each district by the worst alert that is open in it.", Figures.Worst, "district", far: true,
        Ask.From(Store.Raw, Figures.District)
            .Select($"{Names.Last(Figures.Worst)} AS \"{Figures.Worst}\", {Names.Last(Figures.Latitude)} AS \"{Figures.Latitude}\", {Names.Last(Figures.Longitude)} AS \"{Figures.Longitude}\"")
            .By("district").Table()) with
    {
        Mappings = Meaning.WorstSeverity,
        Steps = Meaning.WorstSeveritySteps,
        TimeFrom = "10m",
        Links = [Shared.RowToDistrict],
    };

    private static Panel Districts => Panels.States("Worst open alert", "How bad it was in each district, and when.",
        Ask.From(Store.Raw, Figures.District).Select(Names.Max(Figures.Worst)).By("district").Every().Named("$tag_district")) with
    {
        Mappings = Meaning.WorstSeverity,
        Steps = Meaning.WorstSeveritySteps,
        Links = [Shared.ToDistrict],
    };

    private static Panel Presence => Panels.Stat("Nodes online", "Nodes that are online, of all districts.", far: true,
        asks: Ask.From(Store.Raw, Figures.District).Select(Names.Last(Figures.NodesOnline)).By("district").Every(empty: "previous").Named("$tag_district")) with
    {
        Transformations = Transform.SumOfSeries("online"),
        Unit = "none",
        Decimals = 0,
        FixedColour = Palette.Blue,
        Links = [("Nodes", $"/d/{Shared.Nodes}?${{__url_time_range}}")],
    };

    private static Panel Readings => Panels.Stat("Readings", "Readings taken as new, a second. None: the hub hears nobody.", far: true,
        asks: Ask.From(Store.Raw, Figures.Hub).Select(Names.Rate("cityhub_readings_total")).Every()) with
    {
        Unit = "reqps",
        Decimals = 0,
        Steps = [(null, Palette.Vermilion), (0.01, Palette.Blue)],
        Links = [("Hub", $"/d/{Shared.Hub}?${{__url_time_range}}")],
    };

    private static Panel Temperature => Panels.Stat("Air", "Mean of the city's thermometers.", far: true,
        asks: Ask.From(Store.Minute, Names.Of(Quantity.AirTemperature)).Select(Names.Mean("mean")).Every()) with
    {
        Unit = "celsius",
        Decimals = 1,
        FixedColour = Palette.Blue,
    };

    private static Panel Delivered => Panels.Stat("Alert to department", "From the commit of an alert to the department's answer that it has it: 99th percentile.", far: true,
        asks: Ask.From(Store.Raw, Figures.Hub).Select(Names.Max("cityhub_webhook_commit_to_delivered_seconds" + Figures.P99)).Every()) with
    {
        Unit = "s",
        NoValue = "none sent",
        Steps = [(null, Palette.Calm), (5, Palette.Yellow), (60, Palette.Vermilion)],
        Links = [("Alert desk", $"/d/{Shared.Desk}?${{__url_time_range}}")],
    };
}
