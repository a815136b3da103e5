using System.Text.Json.Nodes;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace Walls.Grafana;

/// <summary>What the reader of a board chooses. Their names are the same on all boards, so that a choice goes along with a link.</summary>
internal static class Variable
{
    public static JsonObject District { get; } = Tags("district", "District", $"SHOW TAG VALUES FROM \"{Figures.District}\" WITH KEY = \"district\"", multi: true);

    public static JsonObject Node { get; } =
        Tags("node", "Node", $"SHOW TAG VALUES FROM \"{Figures.Node}\" WITH KEY = \"node\" WHERE \"district\" =~ /^${{district:regex}}$/", multi: true);

    /// <summary>The sensors that measure the chosen quantity.</summary>
    public static JsonObject Sensor { get; } =
        Tags("sensor", "Sensor", $"SHOW TAG VALUES FROM \"{Names.ChosenQuantity}\" WITH KEY = \"sensor\" WHERE \"district\" =~ /^${{district:regex}}$/", multi: false);

    /// <summary>The quantities that are measured: a fixed list, for the catalogue is one.</summary>
    public static JsonObject Quantity { get; } = Choice("quantity", "Quantity", SmartCity.Readings.Quantity.AirTemperature);

    /// <summary>Minutes or hours.</summary>
    public static JsonObject Store { get; } = new()
    {
        ["name"] = "store",
        ["label"] = "Resolution",
        ["type"] = "datasource",
        ["query"] = "influxdb",
        ["regex"] = $"/^({Grafana.Store.Minute.Name}|{Grafana.Store.Hour.Name})$/",
        ["current"] = new JsonObject { ["selected"] = true, ["text"] = Grafana.Store.Minute.Name, ["value"] = Grafana.Store.Minute.Uid },
        ["includeAll"] = false,
        ["multi"] = false,
        ["options"] = new JsonArray(),
        ["refresh"] = 1,
        ["hide"] = 0,
    };

    private static JsonObject Tags(string name, string label, string query, bool multi)
    {
        var variable = new JsonObject
        {
            ["name"] = name,
            ["label"] = label,
            ["type"] = "query",
            ["datasource"] = Panel.Source(Grafana.Store.Raw),
            ["query"] = query,
            ["refresh"] = 2,
            ["sort"] = 1,
            ["regex"] = "",
            ["hide"] = 0,
            ["options"] = new JsonArray(),
            ["multi"] = multi,
            ["includeAll"] = multi,
            ["current"] = new JsonObject { ["selected"] = multi, ["text"] = multi ? "All" : "", ["value"] = multi ? "$__all" : "" },
        };
        // A value of its own for "all": the list of a thousand nodes would make a query too long.
        if (multi) variable["allValue"] = ".*";
        return variable;
    }

    /// <summary>Shown by the catalogue's name and unit, asked by the measurement's.</summary>
    private static JsonObject Choice(string name, string label, Quantity first)
    {
        var rows = Names.Measured.OrderBy(q => q.Name, StringComparer.Ordinal).Select(q => (Text: Units.Of(q) is { Length: > 0 } unit ? $"{q.Name} ({unit})" : q.Name, Row: q)).ToArray();
        var options = rows.Select(r => new JsonObject { ["text"] = r.Text, ["value"] = TimelineSchema.Measurement(r.Row.Quantity), ["selected"] = r.Row.Quantity == first });
        return new()
        {
            ["name"] = name,
            ["label"] = label,
            ["type"] = "custom",
            ["query"] = string.Join(", ", rows.Select(r => $"{r.Text} : {TimelineSchema.Measurement(r.Row.Quantity)}")),
            ["current"] = new JsonObject { ["selected"] = true, ["text"] = rows.Single(r => r.Row.Quantity == first).Text, ["value"] = TimelineSchema.Measurement(first) },
            ["options"] = new JsonArray([.. options]),
            ["includeAll"] = false,
            ["multi"] = false,
            ["hide"] = 0,
        };
    }
}
