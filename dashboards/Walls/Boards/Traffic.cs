using SmartCity.Readings;
using Walls.Grafana;

namespace Walls.Boards;

/// <summary>How many vehicles pass, where, and how that compares with a week ago.</summary>
internal static class Traffic
{
    private static readonly string Count = Names.Of(Quantity.VehicleCount);

    public static Board Board { get; } = new Board(Shared.Traffic, "Traffic", "How many vehicles pass, where, and how that compares with the day and the week before.")
    {
        From = "now-24h",
        Refresh = "1m",
        Variables = [Variable.District, Variable.Node, Variable.Store],
        Annotations = [Shared.Episodes(Shared.InDistrict)],
    }
        .Row(6, (8, Now), (8, Today), (8, Busiest))
        .Row(11, (24, Flow))
        .Row(10, (12, Compared), (12, Congestion))
        .Row(10, (12, Speed), (12, Occupancy))
        .Row(9, (24, PerHour));

    private static Panel Now => Panels.Stat("Flow", "Vehicles an hour over all chosen counters, of the last quarter of an hour.",
        asks: Ask.From(Store.Minute, Count).Select(Names.Rate("max", "1h")).InDistrict().OfNode().By("sensor").Every("5m", empty: "none").Named("$tag_sensor")) with
    {
        Transformations = Transform.SumOfSeries("vehicles an hour"),
        Unit = "locale",
        Decimals = 0,
        FixedColour = Palette.SkyBlue,
    };

    private static Panel Today => Panels.Stat("Vehicles", "Vehicles counted in the span.", reduce: "sum",
        asks: Ask.From(Store.Minute, Count).Select(Names.Growth("max")).InDistrict().OfNode().By("sensor").Every("1h", empty: "none").Named("$tag_sensor")) with
    {
        Transformations = Transform.SumOfSeries("vehicles"),
        Unit = "locale",
        Decimals = 0,
        FixedColour = Palette.SkyBlue,
    };

    private static Panel Busiest => Panels.BarGauge("Busiest", "Vehicles of the span by counter.", "locale", reduce: "sum",
        asks: Ask.From(Store.Minute, Count).Select(Names.Growth("max")).InDistrict().OfNode().By("sensor").Every("1h", empty: "none").Named("$tag_sensor")) with
    {
        Min = 0,
        Decimals = 0,
        Links = [Shared.ToSensor(Quantity.VehicleCount)],
    };

    private static Panel Flow => Panels.Lines("Flow by counter", "Vehicles an hour.", "short",
        Ask.From(Store.Chosen, Count).Select(Names.Rate("max", "1h")).InDistrict().OfNode().By("sensor").Every(empty: "none").Named("$tag_sensor")) with
    {
        Min = 0,
        Links = [Shared.ToSensor(Quantity.VehicleCount)],
        // A rate needs the step before it: over wide gaps it would be drawn as one long slope.
        Step = "5m",
    };

    private static Panel Compared => Panels.Lines("Flow, all counters", "Vehicles an hour, all chosen counters together.", "short",
        Ask.From(Store.Minute, Count).Select(Names.Rate("max", "1h")).InDistrict().OfNode().By("sensor").Every("15m", empty: "none").Named("$tag_sensor")) with
    {
        Transformations = Transform.SumOfSeries("all counters"),
        Min = 0,
        FixedColour = Palette.SkyBlue,
    };

    /// <summary>A heat of flow per counter: what is congestion is for the street to say, so the scale is the counter's own, not a limit of ours.</summary>
    private static Panel Congestion => Panels.States("How busy, by counter", "Vehicles an hour in steps of a quarter of an hour, from quiet to dense.",
        Ask.From(Store.Minute, Count).Select(Names.Rate("max", "1h")).InDistrict().OfNode().By("sensor").Every("15m", empty: "none").Named("$tag_sensor")) with
    {
        Decimals = 0,
        Mappings =
        [
            Meaning.Range(null, 60, "quiet", Palette.Blue), Meaning.Range(60, 300, "light", Palette.SkyBlue), Meaning.Range(300, 900, "steady", Palette.Green),
            Meaning.Range(900, 1800, "busy", Palette.Orange), Meaning.Range(1800, null, "dense", Palette.Vermilion),
        ],
        Steps = [(null, Palette.Blue), (60, Palette.SkyBlue), (300, Palette.Green), (900, Palette.Orange), (1800, Palette.Vermilion)],
        Links = [Shared.ToSensor(Quantity.VehicleCount)],
    };

    /// <summary>A trap gives the other direction below zero.</summary>
    private static Panel Speed => Panels.Lines("Speed", "Mean speed of the vehicles of each quarter of an hour, by trap and direction. It falls before a street is full.", Units.GrafanaId(Quantity.VehicleSpeed),
        Speeds("\"value\" > 0").Named("$tag_sensor"), Speeds("\"value\" < 0").Named("$tag_sensor, other way")) with
    {
        Links = [Shared.ToSensor(Quantity.VehicleSpeed)],
    };

    private static Ask Speeds(string direction) =>
        Ask.From(Store.Raw, Names.Of(Quantity.VehicleSpeed)).Select(Names.Mean("value")).InDistrict().OfNode().Where(direction).By("sensor").Every("15m", empty: "none");

    private static Panel Occupancy => Panels.Lines("Bays taken", "Share of the time that each bay was taken, by quarters of an hour.", "percentunit",
        Ask.From(Store.Minute, Names.Of(Quantity.BayOccupied)).Select(Names.Mean("mean")).InDistrict().OfNode().By("sensor").Every("15m", empty: "none").Named("$tag_sensor")) with
    {
        Min = 0,
        Max = 1,
        Links = [Shared.ToSensor(Quantity.BayOccupied)],
    };

    private static Panel PerHour => Panels.Bars("Vehicles by hour, 7 days", "Vehicles counted in each hour, a colour a counter.", "short",
        Ask.From(Store.Hour, Count).Select(Names.Growth("max")).InDistrict().OfNode().By("sensor").Every("1h", empty: "none").Named("$tag_sensor")) with
    {
        TimeFrom = "7d",
        Min = 0,
    };
}
