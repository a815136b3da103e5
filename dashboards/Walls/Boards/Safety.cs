using SmartCity.Readings;
using SmartCity.Timeline;
using SmartCity.Watch;
using Walls.Grafana;

namespace Walls.Boards;

/// <summary>Fire, gas, water, doors: what is open, what the contacts say, how high the water stands.</summary>
internal static class Safety
{
    public static Board Board { get; } = new Board(Shared.Safety, "Safety", "Fire, gas, water, doors: what is open, what the contacts say, how high the water stands.")
    {
        Variables = [Variable.District],
        Annotations = [Shared.Episodes(Shared.InDistrict)],
        Refresh = "10s",
        To = "now+1h", // where the water is expected to stand
    }
        .Row(5, [.. Enum.GetValues<Severity>().OrderDescending().Select(s => (6, Shared.Open(s, far: false, inDistrict: true)))])
        .Row(9, (24, Shared.LastEpisodes("Open alerts", 50, Shared.InDistrict, "\"state\" = 'open'") with { NoValue = "nothing is open" }))
        .Heading("Contacts")
        .Row(9, (12, Contact(Quantity.Smoke, "Smoke", "clear", "SMOKE")), (12, Contact(Quantity.Flood, "Flood", "dry", "WATER")))
        .Row(9, (12, Contact(Quantity.DoorOpen, "Doors", "shut", "open")), (12, Contact(Quantity.Motion, "Motion", "still", "motion")))
        .Heading("Water and gas")
        .Row(10, (12, Water), (12, Ahead))
        .Row(9, (8, Rain), (8, Gas), (8, Smoulder))
        .Heading("Structures and supply")
        .Row(8, (8, Level(Quantity.Tilt, "Tilt")), (8, Level(Quantity.Vibration, "Vibration")), (8, Level(Quantity.SupplyVoltage, "Supply")));

    private static Panel Contact(Quantity quantity, string title, string open, string closed) => Panels.States(title, $"Each contact: {open} or {closed}.",
        Ask.From(Store.Raw, Names.Of(quantity)).Select(Names.Max("value")).InDistrict().By("sensor").Every().Named("$tag_sensor")) with
    {
        // A contact says several times a minute what it is: a silence is a gap, and nothing is drawn ahead of the clock.
        Step = "1m",
        Mappings = Meaning.Contact(open, closed),
        Steps = [(null, Palette.Calm), (1, Palette.Vermilion)],
        Links = [Shared.ToSensor(quantity)],
    };

    /// <summary>The band is that of what was seen, least to greatest of each step: the level now, and how far it swings.</summary>
    private static Panel Water => Panels.Lines("Water level", "Mean of each step at each gauge.", "lengthm",
        Ask.From(Store.Minute, Names.Of(Quantity.WaterLevel)).Select(Names.Mean("mean")).InDistrict().By("sensor").Every().Named("$tag_sensor"),
        Ask.From(Store.Minute, Names.Of(Quantity.WaterLevel)).Select("min(\"min\")").InDistrict().Every().Named("least"),
        Ask.From(Store.Minute, Names.Of(Quantity.WaterLevel)).Select("max(\"max\")").InDistrict().Every().Named("greatest")) with
    {
        Decimals = 2,
        Links = [Shared.ToSensor(Quantity.WaterLevel)],
        Overrides =
        [
            Overrides.Of("least", ("color", Fixed(Palette.Blue)), ("custom.lineWidth", 0), ("custom.fillOpacity", 0)),
            Overrides.Of("greatest", ("color", Fixed(Palette.Blue)), ("custom.lineWidth", 0), ("custom.fillBelowTo", "least"), ("custom.fillOpacity", 20)),
        ],
    };

    /// <summary>What was forecast of each instant, and what came: by the newest forecast that spoke of it.</summary>
    private static Panel Ahead => Panels.Lines("Water level, expected", "The highest gauge, and what the forecasts of the rules expect: four times in five it lies within the band. An hour ahead.", "lengthm",
        Ask.From(Store.Minute, Names.Of(Quantity.WaterLevel)).Select(Names.Max("mean")).InDistrict().Every(empty: "none").Named("measured"),
        Forecast(Figures.Low).Named("expected, low"), Forecast(Figures.High).Named("expected, high"), Forecast(Figures.Middle).Named("expected")) with
    {
        Decimals = 2,
        NoValue = "no rule forecasts it",
        Custom = Panels.Lines("", "", "").Custom.With("spanNulls", true),
        Overrides =
        [
            Overrides.Of("measured", ("color", Fixed(Palette.SkyBlue)), ("custom.lineWidth", 3)),
            Overrides.Of("expected, low", ("color", Fixed(Palette.Orange)), ("custom.lineWidth", 0), ("custom.fillOpacity", 0)),
            Overrides.Of("expected, high", ("color", Fixed(Palette.Orange)), ("custom.lineWidth", 0), ("custom.fillBelowTo", "expected, low"), ("custom.fillOpacity", 25)),
            Overrides.Of("expected", ("color", Fixed(Palette.Orange)), ("custom.lineWidth", 2), ("custom.fillOpacity", 0),
                ("custom.lineStyle", new System.Text.Json.Nodes.JsonObject { ["fill"] = "dash", ["dash"] = new System.Text.Json.Nodes.JsonArray(10, 8) })),
        ],
    };

    private static Ask Forecast(string field) => Ask.From(Store.Raw, Figures.Forecast).Select(Names.Max(field)).InDistrict()
        .Where($"\"{Figures.Quantity}\" = '{QuantityCatalogue.Of(Quantity.WaterLevel).Name}'").Every(empty: "none");

    private static Panel Rain => Panels.Bars("Rain", "Millimetres of each step, all gauges.", "lengthmm",
        Ask.From(Store.Minute, Names.Of(Quantity.RainDepth)).Select(Names.Growth("max")).InDistrict().By("sensor").Every("10m", empty: "none").Named("$tag_sensor")) with
    {
        Min = 0,
    };

    private static Panel Gas => Panels.Lines("Combustible gas", "Greatest value of each step.", "ppm",
        Ask.From(Store.Minute, Names.Of(Quantity.CombustibleGas)).Select(Names.Max("max")).InDistrict().By("sensor").Every().Named("$tag_sensor")) with
    {
        Links = [Shared.ToSensor(Quantity.CombustibleGas)],
    };

    private static Panel Smoulder => Panels.Lines("Carbon monoxide", "Greatest value of each step.", "ppm",
        Ask.From(Store.Minute, Names.Of(Quantity.CarbonMonoxide)).Select(Names.Max("max")).InDistrict().By("sensor").Every().Named("$tag_sensor")) with
    {
        Links = [Shared.ToSensor(Quantity.CarbonMonoxide)],
    };

    private static Panel Level(Quantity quantity, string title) => Panels.Lines(title, "Greatest and least value of each step.", Units.GrafanaId(quantity),
        Ask.From(Store.Minute, Names.Of(quantity)).Select(Names.Max("max")).InDistrict().By("sensor").Every().Named("$tag_sensor"),
        Ask.From(Store.Minute, Names.Of(quantity)).Select("min(\"min\")").InDistrict().By("sensor").Every().Named("$tag_sensor, least")) with
    {
        Links = [Shared.ToSensor(quantity)],
    };

    private static System.Text.Json.Nodes.JsonObject Fixed(string colour) => new() { ["mode"] = "fixed", ["fixedColor"] = colour };
}
