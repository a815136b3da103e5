using System.Text.Json.Nodes;

namespace Walls.Grafana;

/// <summary>One panel: what it asks and how it shows it. Kinds are made by <see cref="Panels"/>.</summary>
internal sealed record Panel(string Type, string Title)
{
    /// <summary>What it shows, in a sentence; Grafana shows it on hover.</summary>
    public string Description { get; init; } = "";

    public IReadOnlyList<Ask> Asks { get; init; } = [];

    /// <summary>Grafana's id of the unit.</summary>
    public string Unit { get; init; } = "short";

    public int? Decimals { get; init; }

    public double? Min { get; init; }

    public double? Max { get; init; }

    /// <summary>What stands where there is no value: never an empty box.</summary>
    public string NoValue { get; init; } = "no data";

    /// <summary>Colours from a value upwards; the first holds from below.</summary>
    public IReadOnlyList<(double? From, string Colour)> Steps { get; init; } = [];

    /// <summary>Grafana's mode of colouring: thresholds, palette-classic, fixed.</summary>
    public string ColourMode { get; init; } = "thresholds";

    public string? FixedColour { get; init; }

    public IReadOnlyList<JsonObject> Mappings { get; init; } = [];

    public IReadOnlyList<(string Title, string Url)> Links { get; init; } = [];

    public JsonObject Custom { get; init; } = [];

    public JsonObject Options { get; init; } = [];

    public IReadOnlyList<JsonObject> Overrides { get; init; } = [];

    public IReadOnlyList<JsonObject> Transformations { get; init; } = [];

    /// <summary>A span of its own instead of the board's, such as 30d.</summary>
    public string? TimeFrom { get; init; }

    /// <summary>The shortest step, where it is not the store's.</summary>
    public string? Step { get; init; }

    public JsonObject ToJson(int id, int x, int y, int width, int height)
    {
        var defaults = new JsonObject
        {
            ["color"] = FixedColour is null ? new JsonObject { ["mode"] = ColourMode } : new JsonObject { ["mode"] = "fixed", ["fixedColor"] = FixedColour },
            ["custom"] = Custom.DeepClone(),
            ["mappings"] = Array(Mappings),
            ["noValue"] = NoValue,
            ["unit"] = Unit,
        };
        if (Decimals is { } decimals) defaults["decimals"] = decimals;
        if (Min is { } min) defaults["min"] = min;
        if (Max is { } max) defaults["max"] = max;
        if (Links.Count > 0) defaults["links"] = new JsonArray([.. Links.Select(l => new JsonObject { ["title"] = l.Title, ["url"] = l.Url })]);
        if (Steps.Count > 0)
        {
            var steps = Steps.Select(s => new JsonObject { ["color"] = s.Colour, ["value"] = s.From });
            defaults["thresholds"] = new JsonObject { ["mode"] = "absolute", ["steps"] = new JsonArray([.. steps]) };
        }
        var panel = new JsonObject
        {
            ["id"] = id,
            ["type"] = Type,
            ["title"] = Title,
            ["description"] = Description,
            ["gridPos"] = new JsonObject { ["x"] = x, ["y"] = y, ["w"] = width, ["h"] = height },
        };
        if (Asks.Count > 0)
        {
            panel["datasource"] = Source(Asks[0].Store);
            panel["targets"] = new JsonArray([.. Asks.Select(Target)]);
            panel["interval"] = Step ?? Asks[0].Store.Step;
        }
        panel["fieldConfig"] = new JsonObject { ["defaults"] = defaults, ["overrides"] = Array(Overrides) };
        panel["options"] = Options.DeepClone();
        if (Transformations.Count > 0) panel["transformations"] = Array(Transformations);
        if (TimeFrom is not null) panel["timeFrom"] = TimeFrom;
        return panel;
    }

    public static JsonObject Source(Store store) => new() { ["type"] = "influxdb", ["uid"] = store.Uid };

    private static JsonObject Target(Ask ask, int index)
    {
        var target = new JsonObject
        {
            ["refId"] = ((char)('A' + index)).ToString(),
            ["datasource"] = Source(ask.Store),
            ["rawQuery"] = true,
            ["query"] = ask.Text(),
            ["resultFormat"] = ask.AsTable ? "table" : "time_series",
        };
        if (ask.Alias is not null) target["alias"] = ask.Alias;
        return target;
    }

    private static JsonArray Array(IEnumerable<JsonObject> items) => new([.. items.Select(item => item.DeepClone())]);
}
