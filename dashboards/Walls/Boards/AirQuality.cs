using System.Globalization;
using SmartCity.Readings;
using SmartCity.Timeline;
using Walls.Grafana;

namespace Walls.Boards;

/// <summary>How good the air is, by the European index; from where the wind comes; how often a limit was passed.</summary>
internal static class AirQuality
{
    private static readonly (Quantity Quantity, string Title)[] Pollutants =
    [
        (Quantity.Pm2_5, "PM2.5"), (Quantity.Pm10, "PM10"), (Quantity.NitrogenDioxide, "Nitrogen dioxide"), (Quantity.Ozone, "Ozone"), (Quantity.SulfurDioxide, "Sulphur dioxide"),
    ];

    private static readonly string[] Directions = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];

    public static Board Board { get; } = new Board(Shared.Air, "Air quality", "How good the air is, by the European Air Quality Index; from where the wind comes; how often a limit was passed.")
    {
        From = "now-48h",
        Refresh = "1m",
        Variables = [Variable.District],
        Annotations = [Shared.Episodes(Shared.InDistrict)],
    }
        .Row(6, [.. Pollutants.Select((p, i) => (i < 4 ? 5 : 4, Now(p.Quantity, p.Title)))])
        .Heading("European Air Quality Index, hour by hour")
        .Row(8, (12, Hourly(Pollutants[0])), (12, Hourly(Pollutants[1])))
        .Row(8, (8, Hourly(Pollutants[2])), (8, Hourly(Pollutants[3])), (8, Hourly(Pollutants[4])))
        .Heading("The indices that rules are made of: the US one (EPA) and China's (HJ 633)")
        .Row(7, (6, IndexNow("US index now", Quantity.UsAqi, AirIndex.Us)), (18, IndexHourly("US index", Quantity.UsAqi, AirIndex.Us)))
        .Row(7, (6, IndexNow("China's index now", Quantity.CnAqi, AirIndex.Cn)), (18, IndexHourly("China's index", Quantity.CnAqi, AirIndex.Cn)))
        .Heading("Course")
        .Row(9, (12, Course("Particles", (Quantity.Pm1, "PM1"), (Quantity.Pm2_5, "PM2.5"), (Quantity.Pm10, "PM10"), (Quantity.BlackCarbon, "black carbon"))),
            (12, Course("Gases", (Quantity.NitrogenMonoxide, "NO"), (Quantity.NitrogenDioxide, "NO2"), (Quantity.Ozone, "O3"), (Quantity.SulfurDioxide, "SO2"), (Quantity.Benzene, "benzene"))))
        .Heading("Wind and limits")
        .Row(10, (8, Rose), (8, Wind), (8, Limits));

    private static Panel Now(Quantity pollutant, string title) => Panels.Stat(title, $"{title}: mean of the last hour over the chosen districts, with its band.", sparkline: false,
        asks: WordAndNumber(Ask.From(Store.Minute, Names.Of(pollutant)).Select(Names.Mean("mean")).InDistrict())) with
    {
        Mappings = AirIndex.Words(pollutant),
        Unit = "conμgm3",
        Decimals = 0,
        TimeFrom = "1h",
        Steps = AirIndex.Steps(pollutant),
        Overrides = [NumberAlone],
        Options = Panels.Stat("", "").Options.With("colorMode", "background_solid"),
    };

    private static Panel Hourly((Quantity Quantity, string Title) pollutant) => Panels.States(pollutant.Title, $"{pollutant.Title}: the band of each hour at each sensor.",
        Ask.From(Store.Hour, Names.Of(pollutant.Quantity)).Select(Names.Mean("mean")).InDistrict().By("sensor").Every("1h").Named("$tag_sensor")) with
    {
        Unit = "conμgm3",
        Mappings = AirIndex.Words(pollutant.Quantity),
        Steps = AirIndex.Steps(pollutant.Quantity),
        Links = [Shared.ToSensor(pollutant.Quantity)],
    };

    private static Panel IndexNow(string title, Quantity index, IReadOnlyList<(string, string)> bands) => Panels.Stat(title, "The worst of the chosen districts in the newest hour that is over. Computed where a rule compares the index.", sparkline: false,
        asks: WordAndNumber(Index(index).Every("1h", empty: "none"))) with
    {
        Unit = "none",
        Decimals = 0,
        TimeFrom = "3h",
        NoValue = "no rule computes it",
        Mappings = AirIndex.IndexWords(bands, ranges: false),
        Steps = AirIndex.IndexSteps(bands),
        Overrides = [NumberAlone],
        Options = Panels.Stat("", "").Options.With("colorMode", "background_solid"),
    };

    private static Panel IndexHourly(string title, Quantity index, IReadOnlyList<(string, string)> bands) => Panels.States(title, "The band of each hour at each sensor.",
        Index(index).By("sensor").Every("1h").Named("$tag_sensor")) with
    {
        Unit = "none",
        NoValue = "no rule computes it",
        Mappings = AirIndex.IndexWords(bands),
        Steps = AirIndex.IndexSteps(bands),
    };

    /// <summary>The word of the band, for the colour says nothing to everybody; and the number beside it.</summary>
    private static Ask[] WordAndNumber(Ask ask) => [ask.Named("band"), ask.Named("value")];

    private static System.Text.Json.Nodes.JsonObject NumberAlone => Overrides.Of("value", ("mappings", new System.Text.Json.Nodes.JsonArray()));

    private static Ask Index(Quantity index) => Ask.From(Store.Raw, Figures.AirIndex).Select(Names.Max(TimelineSchema.Value)).InDistrict().Where($"\"{Figures.Index}\" = '{QuantityCatalogue.Of(index).Name}'");

    private static Panel Course(string title, params (Quantity Quantity, string Name)[] quantities) => Panels.Lines(title, "Means over the chosen districts.", "conμgm3",
        [.. quantities.Select(q => Ask.From(Store.Minute, Names.Of(q.Quantity)).Select(Names.Mean("mean")).InDistrict().Every().Named(q.Name))]);

    /// <summary>A rose, unrolled: Grafana itself draws no polar chart, and eight bars read better from afar.</summary>
    private static Panel Rose => Panels.BarGauge("Wind rose", "How often the wind came from each eighth of the compass.", "short", reduce: "sum", asks: [.. Directions.Select(Sector)]) with
    {
        Min = 0,
        Steps = [(null, Palette.SkyBlue)],
    };

    private static Ask Sector(string name, int index)
    {
        var from = ((index * 45) + 360 - 22.5) % 360;
        var to = (index * 45) + 22.5;
        var within = FormattableString.Invariant($"\"value\" >= {from:0.0} AND \"value\" < {to:0.0}");
        // North lies on both sides of 0.
        if (index == 0) within = FormattableString.Invariant($"(\"value\" >= {from:0.0} OR \"value\" < {to:0.0})");
        return Ask.From(Store.Raw, Names.Of(Quantity.WindDirection)).Select("count(\"value\")").InDistrict().Where(within).Named(name);
    }

    private static Panel Wind => Panels.Lines("Wind", "Mean and greatest speed of the wind.", "velocityms",
        Ask.From(Store.Minute, Names.Of(Quantity.WindSpeed)).Select(Names.Mean("mean")).InDistrict().Every().Named("mean"),
        Ask.From(Store.Minute, Names.Of(Quantity.WindSpeed)).Select(Names.Max("max")).InDistrict().Every().Named("gusts"));

    /// <summary>Limits of Directive 2008/50/EC, in µg/m³.</summary>
    private static Panel Limits => Panels.BarGauge("Passed in a year", "Hours of the last 365 days above an hourly limit, and days above the daily one of PM10 (Directive 2008/50/EC), all sensors added up.", "short", reduce: "sum",
        asks:
        [
            Above(Store.Hour, Quantity.NitrogenDioxide, 200, "NO2 hours over 200"),
            Above(Store.Hour, Quantity.Ozone, 180, "O3 hours over 180"),
            Above(Store.Hour, Quantity.SulfurDioxide, 350, "SO2 hours over 350"),
            Above(Store.Hour, Quantity.Pm10Daily, 50, "PM10 days over 50"),
        ]) with
    {
        TimeFrom = "365d",
        Min = 0,
        NoValue = "none",
        Steps = [(null, Palette.Orange)],
    };

    private static Ask Above(Store store, Quantity quantity, double limit, string name) =>
        Ask.From(store, Names.Of(quantity)).Select("count(\"mean\")").InDistrict().Where($"\"mean\" > {limit.ToString(CultureInfo.InvariantCulture)}").Named(name);
}
