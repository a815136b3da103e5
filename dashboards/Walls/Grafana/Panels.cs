using System.Text.Json.Nodes;

namespace Walls.Grafana;

/// <summary>The kinds of panel that the boards are made of.</summary>
internal static class Panels
{
    /// <summary>One figure, large. <paramref name="far"/>: for a wall, its digits are legible from five metres.</summary>
    public static Panel Stat(string title, string description, bool far = false, string reduce = "lastNotNull", bool sparkline = true, params Ask[] asks) => new("stat", title)
    {
        Description = description,
        Asks = asks,
        Steps = [(null, Palette.Calm)],
        Options = new JsonObject
        {
            ["colorMode"] = far ? "background_solid" : "value",
            ["graphMode"] = sparkline ? "area" : "none",
            ["justifyMode"] = "center",
            ["orientation"] = "auto",
            ["reduceOptions"] = Reduce(reduce),
            ["text"] = far ? Text(FarTitle, FarValue) : [],
            ["textMode"] = "auto",
            ["wideLayout"] = true,
        },
    };

    /// <summary>Title and digits in pixels of a 1080-line picture. On a 55-inch screen a pixel is 0.63 mm high: 40 are 25 mm, which the usual rule
    /// (one two-hundredth of the distance) asks for at five metres; a screen with twice the pixels shows them at a scale of two.</summary>
    public const int FarTitle = 40;

    public const int FarValue = 96;

    public static Panel Lines(string title, string description, string unit, params Ask[] asks) => new("timeseries", title)
    {
        Description = description,
        Asks = asks,
        Unit = unit,
        ColourMode = "palette-classic-by-name",
        Custom = new JsonObject
        {
            ["drawStyle"] = "line",
            ["lineWidth"] = 2,
            ["fillOpacity"] = 8,
            ["showPoints"] = "never",
            // Gaps are gaps.
            ["spanNulls"] = false,
        },
        Options = new JsonObject { ["legend"] = Legend(), ["tooltip"] = new JsonObject { ["mode"] = "multi", ["sort"] = "desc" } },
    };

    public static Panel Bars(string title, string description, string unit, params Ask[] asks)
    {
        var lines = Lines(title, description, unit, asks);
        return lines with { Custom = new JsonObject { ["drawStyle"] = "bars", ["fillOpacity"] = 80, ["lineWidth"] = 0, ["stacking"] = new JsonObject { ["mode"] = "normal", ["group"] = "A" } } };
    }

    /// <summary>What held when, as coloured stretches with words.</summary>
    public static Panel States(string title, string description, params Ask[] asks) => new("state-timeline", title)
    {
        Description = description,
        Asks = asks,
        Custom = new JsonObject { ["fillOpacity"] = 90, ["lineWidth"] = 0 },
        Options = new JsonObject
        {
            ["alignValue"] = "left",
            ["legend"] = Legend(),
            ["mergeValues"] = true,
            ["rowHeight"] = 0.85,
            ["showValue"] = "auto",
            ["tooltip"] = new JsonObject { ["mode"] = "single", ["sort"] = "none" },
        },
    };

    /// <summary>A bar a series, longest where it is most.</summary>
    public static Panel BarGauge(string title, string description, string unit, bool far = false, string reduce = "lastNotNull", params Ask[] asks) => new("bargauge", title)
    {
        Description = description,
        Asks = asks,
        Unit = unit,
        Steps = [(null, Palette.SkyBlue)],
        Options = new JsonObject
        {
            ["displayMode"] = "basic",
            ["orientation"] = "horizontal",
            ["reduceOptions"] = Reduce(reduce),
            ["showUnfilled"] = true,
            ["valueMode"] = "text",
            ["namePlacement"] = "left",
            ["text"] = far ? Text(FarTitle, FarTitle) : [],
        },
    };

    public static Panel Table(string title, string description, params Ask[] asks) => new("table", title)
    {
        Description = description,
        Asks = asks,
        Custom = new JsonObject { ["align"] = "auto", ["filterable"] = true },
        Options = new JsonObject { ["cellHeight"] = "md", ["frameIndex"] = 0, ["showHeader"] = true },
    };

    /// <summary>Markers where rows have a latitude and a longitude, coloured by one of their columns.</summary>
    public static Panel Map(string title, string description, string colourBy, string labelBy, bool far, params Ask[] asks) => new("geomap", title)
    {
        Description = description,
        Asks = asks,
        Options = new JsonObject
        {
            ["basemap"] = new JsonObject { ["type"] = "default", ["name"] = "Base", ["config"] = new JsonObject() },
            ["controls"] = new JsonObject { ["mouseWheelZoom"] = false, ["showAttribution"] = true, ["showZoom"] = false },
            ["layers"] = new JsonArray(new JsonObject
            {
                ["type"] = "markers",
                ["name"] = title,
                ["location"] = new JsonObject { ["mode"] = "coords", ["latitude"] = "latitude", ["longitude"] = "longitude" },
                ["tooltip"] = true,
                ["config"] = new JsonObject
                {
                    ["showLegend"] = false,
                    ["style"] = new JsonObject
                    {
                        ["color"] = new JsonObject { ["field"] = colourBy, ["fixed"] = Palette.Unknown },
                        ["opacity"] = 0.8,
                        ["size"] = new JsonObject { ["fixed"] = far ? 24 : 12, ["min"] = 12, ["max"] = 36 },
                        ["symbol"] = new JsonObject { ["fixed"] = "img/icons/marker/circle.svg", ["mode"] = "fixed" },
                        ["text"] = new JsonObject { ["field"] = labelBy, ["fixed"] = "", ["mode"] = "field" },
                        ["textConfig"] = new JsonObject { ["fontSize"] = far ? 28 : 14, ["offsetX"] = 0, ["offsetY"] = far ? 30 : 20, ["textAlign"] = "center", ["textBaseline"] = "middle" },
                    },
                },
            }),
            ["tooltip"] = new JsonObject { ["mode"] = "details" },
            ["view"] = new JsonObject { ["allLayers"] = true, ["id"] = "fit", ["padding"] = 20, ["zoom"] = 13 },
        },
    };

    public static Panel Words(string title, string markdown) => new("text", title) { Options = new JsonObject { ["mode"] = "markdown", ["content"] = markdown } };

    private static JsonObject Reduce(string by) => new() { ["calcs"] = new JsonArray(by), ["fields"] = "", ["values"] = false };

    private static JsonObject Text(int title, int value) => new() { ["titleSize"] = title, ["valueSize"] = value };

    private static JsonObject Legend() => new() { ["calcs"] = new JsonArray(), ["displayMode"] = "list", ["placement"] = "bottom", ["showLegend"] = true };
}
