using SmartCity.Readings;
using SmartCity.Timeline;
using SmartCity.Watch;
using Walls.Grafana;

namespace Walls.Boards;

/// <summary>One district, or some: what is open there, what it measures, who is silent.</summary>
internal static class District
{
    public static Board Board { get; } = new Board(Shared.District, "District", "One district, or some: what is open there, what it measures, who is silent.")
    {
        Variables = [Variable.District, Variable.Node, Variable.Quantity, Variable.Store],
        Annotations = [Shared.Episodes(Shared.InDistrict)],
    }
        .Row(5, [.. Enum.GetValues<Severity>().OrderDescending().Select(s => (4, Shared.Open(s, far: false, inDistrict: true))), (4, Share), (4, Silent)])
        .Row(9, (12, Worst), (12, NodesOnMap))
        .Row(9, (24, Chosen))
        .Row(8, (8, Level(Quantity.AirTemperature, "Air temperature", "celsius")), (8, Level(Quantity.RelativeHumidity, "Relative humidity", "percent")), (8, Level(Quantity.AirPressure, "Air pressure", "pressurehpa")))
        .Row(9, (24, Shared.LastEpisodes("Episodes", 50, Shared.InDistrict)));

    private static Panel Share => Panels.BarGauge("Sensors online", "Sensors that are online, by district.", "none",
        asks: Ask.From(Store.Raw, Figures.District).Select(Names.Last(Figures.SensorsOnline)).InDistrict().By("district").Every(empty: "previous").Named("$tag_district")) with
    {
        Min = 0,
        Links = [Shared.ToDistrict],
    };

    private static Panel Silent => Panels.Stat("Longest silence", "Of the chosen nodes, the one that has not been heard for longest.", sparkline: false,
        asks: Ask.From(Store.Raw, Figures.Node).Select(Names.Max(Figures.SilentSeconds)).InDistrict().OfNode().Every()) with
    {
        Unit = "s",
        Steps = [(null, Palette.Calm), (60, Palette.Yellow), (600, Palette.Vermilion)],
        Links = [("Nodes", $"/d/{Shared.Nodes}?var-district=${{district}}&${{__url_time_range}}")],
    };

    private static Panel Worst => Panels.States("Worst open alert", "How bad it was, and when.",
        Ask.From(Store.Raw, Figures.District).Select(Names.Max(Figures.Worst)).InDistrict().By("district").Every().Named("$tag_district")) with
    {
        Mappings = Meaning.WorstSeverity,
        Steps = Meaning.WorstSeveritySteps,
    };

    private static Panel NodesOnMap => Panels.Map("Nodes", "Each node where it stands: online or not.", Figures.Online, "node", far: false,
        Ask.From(Store.Raw, Figures.Node)
            .Select($"{Names.Last(Figures.Online)} AS \"{Figures.Online}\", {Names.Last(Figures.Latitude)} AS \"{Figures.Latitude}\", {Names.Last(Figures.Longitude)} AS \"{Figures.Longitude}\"")
            .InDistrict().OfNode().By("node").Table()) with
    {
        Mappings = Meaning.Online,
        Steps = [(null, Palette.Vermilion), (1, Palette.Calm)],
        TimeFrom = "10m",
        Links = [("Node ${__data.fields.node}", $"/d/{Shared.Nodes}?var-node=${{__data.fields.node}}&${{__url_time_range}}")],
    };

    private static Panel Chosen => Panels.Lines("$quantity", "The chosen quantity, a line a sensor. Gaps are gaps.", "short",
        Ask.From(Store.Chosen, Names.ChosenQuantity).Select(Names.Mean("mean")).InDistrict().OfNode().By("sensor").Every().Named("$tag_sensor")) with
    {
        Links = [Shared.ToSensorOfChosen],
    };

    private static Panel Level(Quantity quantity, string title, string unit) => Panels.Lines(title, $"{title} by node.", unit,
        Ask.From(Store.Chosen, Names.Of(quantity)).Select(Names.Mean("mean")).InDistrict().OfNode().By("sensor").Every().Named("$tag_sensor")) with
    {
        Links = [Shared.ToSensor(quantity)],
    };
}
