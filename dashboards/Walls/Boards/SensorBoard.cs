using SmartCity.Timeline;
using Walls.Grafana;

namespace Walls.Boards;

/// <summary>One sensor and one quantity: every reading, minutes, hours, how good they are, and what it raised.</summary>
internal static class SensorBoard
{
    public static Board Board { get; } = new Board(Shared.Sensor, "Sensor", "One sensor and one quantity: every reading, minutes, hours, how good they are, and what it raised, with the run-book.")
    {
        From = "now-24h",
        Variables = [Variable.District, Variable.Quantity, Variable.Sensor],
        Annotations = [Shared.Episodes(Shared.OfSensor)],
    }
        .Row(5, (8, Latest), (8, GoodShare), (8, Count))
        .Row(10, (24, Band))
        .Row(8, (12, Readings), (12, Flags))
        .Row(8, (24, Hours))
        .Row(9, (24, Shared.LastEpisodes("Episodes and their run-books", 50, Shared.OfSensor)));

    private static Panel Latest => Panels.Stat("Latest", "The newest value.", sparkline: false,
        asks: Ask.From(Store.Raw, Names.ChosenQuantity).Select("last(\"value\")").OfSensor()) with
    {
        FixedColour = Palette.SkyBlue,
    };

    private static Panel GoodShare => Panels.Stat("Good", "Readings of the span that are good, and those that are not.", sparkline: false, reduce: "sum",
        asks:
        [
            Ask.From(Store.Minute, Names.ChosenQuantity).Select(Names.Sum("good")).OfSensor().Named("good"),
            Ask.From(Store.Minute, Names.ChosenQuantity).Select(Names.Sum("count")).OfSensor().Named("all"),
        ]) with
    {
        FixedColour = Palette.SkyBlue,
        Decimals = 0,
    };

    private static Panel Count => Panels.Bars("Readings", "How many readings each step has: a hole is a silence.", "short",
        Ask.From(Store.Minute, Names.ChosenQuantity).Select(Names.Sum("count")).OfSensor().Every().Named("readings"));

    private static Panel Band => Panels.Lines("$quantity", "Mean of each step, between its least and its greatest value.", "short",
        Ask.From(Store.Minute, Names.ChosenQuantity).Select("min(\"min\")").OfSensor().Every().Named("least"),
        Ask.From(Store.Minute, Names.ChosenQuantity).Select("max(\"max\")").OfSensor().Every().Named("greatest"),
        Ask.From(Store.Minute, Names.ChosenQuantity).Select(Names.Mean("mean")).OfSensor().Every().Named("mean")) with
    {
        Overrides =
        [
            Overrides.Of("least", ("color", Fixed(Palette.SkyBlue)), ("custom.lineWidth", 0), ("custom.fillOpacity", 0)),
            Overrides.Of("greatest", ("color", Fixed(Palette.SkyBlue)), ("custom.lineWidth", 0), ("custom.fillBelowTo", "least"), ("custom.fillOpacity", 25)),
            Overrides.Colour("mean", Palette.SkyBlue),
        ],
    };

    private static Panel Readings => Panels.Lines("Every reading", "What the instrument gave and, where that is missing or not good, what was found in its place.", "short",
        Ask.From(Store.Raw, Names.ChosenQuantity).Select(Names.Mean("value")).OfSensor().Every().Named("value"),
        Ask.From(Store.Raw, Names.ChosenQuantity).Select(Names.Mean(TimelineSchema.Repaired)).OfSensor().Every().Named("repaired")) with
    {
        Overrides = [Overrides.Colour("value", Palette.SkyBlue), Overrides.Colour("repaired", Palette.Orange)],
    };

    private static Panel Flags => Panels.States("Quality", "The worst flag of each step (QARTOD).",
        Ask.From(Store.Raw, Names.ChosenQuantity).Select(Names.Max("quality")).OfSensor().Every().Named("quality")) with
    {
        Mappings = Meaning.Quality,
        Steps = [(null, Palette.Calm), (2, Palette.Grey), (3, Palette.Yellow), (4, Palette.Vermilion), (9, Palette.Purple)],
    };

    private static Panel Hours => Panels.Lines("$quantity, 30 days", "Means of hours.", "short",
        Ask.From(Store.Hour, Names.ChosenQuantity).Select(Names.Mean("mean")).OfSensor().Every().Named("mean")) with
    {
        TimeFrom = "30d",
        FixedColour = Palette.SkyBlue,
    };

    private static System.Text.Json.Nodes.JsonObject Fixed(string colour) => new() { ["mode"] = "fixed", ["fixedColor"] = colour };
}
