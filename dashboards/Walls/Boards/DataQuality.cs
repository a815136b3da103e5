using SmartCity.Timeline;
using Walls.Grafana;

namespace Walls.Boards;

/// <summary>How far the numbers can be trusted: the share that is good, what fails and why, what is missing.</summary>
internal static class DataQuality
{
    public static Board Board { get; } = new Board(Shared.Quality, "Data quality", "How far the numbers can be trusted: what is good, what failed, what is missing, what was repaired.")
    {
        From = "now-24h",
        Variables = [Variable.District, Variable.Node, Variable.Quantity, Variable.Store],
    }
        .Row(6, (6, Total("Readings", TimelineSchema.Count, Palette.SkyBlue)), (6, Total("With a value", TimelineSchema.Measured, Palette.SkyBlue)), (6, Total("Good", TimelineSchema.Good, Palette.Green)), (6, Repaired))
        .Row(10, (24, Course))
        .Row(11, (12, BySensor), (12, Flags))
        .Row(9, (12, Faults), (12, SetAside))
        .Row(9, (24, Arrivals));

    private static Panel Total(string title, string field, string colour) => Panels.Stat(title, $"{title}, of the chosen quantity in the span.", reduce: "sum",
        asks: Of(Store.Chosen, Names.Sum(field)).Every(empty: "0").Named(title)) with
    {
        FixedColour = colour,
    };

    private static Panel Repaired => Panels.Stat("Repaired", "Readings of the span that are missing or not good, and beside which a value was found: between others, by a neighbour, or by the hour of the week.", reduce: "sum",
        asks: Of(Store.Raw, $"count(\"{TimelineSchema.Repaired}\")").Every(empty: "0").Named("repaired")) with
    {
        FixedColour = Palette.Orange,
        NoValue = "0",
    };

    private static Panel Course => Panels.Bars("Good and all", "Readings of each step: all of them, and those that are good.", "short",
        Of(Store.Chosen, Names.Sum(TimelineSchema.Good)).Every().Named("good"), Of(Store.Chosen, Names.Sum(TimelineSchema.Count)).Every().Named("all")) with
    {
        Custom = Panels.Bars("", "", "").Custom.With("stacking", new System.Text.Json.Nodes.JsonObject { ["mode"] = "none", ["group"] = "A" }),
        Overrides = [Overrides.Colour("good", Palette.Green), Overrides.Colour("all", Palette.Grey)],
    };

    private static Panel BySensor => Panels.BarGauge("Good, by sensor", "Good readings of the span: whoever has few is broken, far away or new.", "short", reduce: "sum",
        asks: Of(Store.Chosen, Names.Sum(TimelineSchema.Good)).By("sensor").Named("$tag_sensor")) with
    {
        Min = 0,
        Links = [Shared.ToSensorOfChosen],
    };

    private static Panel Flags => Panels.States("Worst flag", "The worst flag of each step, by sensor (QARTOD).",
        Of(Store.Raw, Names.Max(TimelineSchema.Quality)).By("sensor").Every().Named("$tag_sensor")) with
    {
        Mappings = Meaning.Quality,
        Steps = [(null, Palette.Calm), (2, Palette.Grey), (3, Palette.Yellow), (4, Palette.Vermilion), (9, Palette.Purple)],
        Links = [Shared.ToSensorOfChosen],
    };

    private static Panel Faults => Panels.Bars("Failed reads", "Reads that gave no value, by sensor.", "short",
        Of(Store.Raw, $"count(\"{TimelineSchema.Fault}\")").By("sensor").Every("10m", empty: "none").Named("$tag_sensor")) with
    {
        Min = 0,
        NoValue = "none failed",
    };

    private static Panel SetAside => Panels.Bars("Set aside by the hub", "Messages and readings that the hub refused, by reason.", "short",
        Ask.From(Store.Raw, Figures.Hub).Select(Names.Growth("cityhub_set_aside_total")).By("reason").Every("10m", empty: "none").Named("$tag_reason")) with
    {
        Min = 0,
        NoValue = "nothing",
    };

    private static Panel Arrivals => Panels.Lines("Readings by sensor", "Readings of each step: a hole is a silence.", "short",
        Of(Store.Chosen, Names.Sum(TimelineSchema.Count)).By("sensor").Every().Named("$tag_sensor")) with
    {
        Min = 0,
        Links = [Shared.ToSensorOfChosen],
    };

    private static Ask Of(Store store, string select) => Ask.From(store, Names.ChosenQuantity).Select(select).InDistrict().OfNode();
}
