using System.Text.Json.Nodes;

namespace Walls.Grafana;

/// <summary>What single series or columns show otherwise than their panel.</summary>
internal static class Overrides
{
    public static JsonObject Colour(string name, string colour) =>
        Of(name, ("color", new JsonObject { ["mode"] = "fixed", ["fixedColor"] = colour }));

    public static JsonObject Hidden(string column) => Of(column, ("custom.hidden", true));

    public static JsonObject Wide(string column, int pixels) => Of(column, ("custom.width", pixels));

    public static JsonObject Unit(string column, string unit) => Of(column, ("unit", unit));

    public static JsonObject Words(string column, IReadOnlyList<JsonObject> mappings) =>
        Of(column, ("mappings", new JsonArray([.. mappings.Select(m => m.DeepClone())])), ("custom.cellOptions", new JsonObject { ["type"] = "color-text" }));

    public static JsonObject Link(string column, string title, string url) =>
        Of(column, ("links", new JsonArray(new JsonObject { ["title"] = title, ["url"] = url, ["targetBlank"] = false })));

    public static JsonObject Of(string name, params (string Id, JsonNode Value)[] properties) => new()
    {
        ["matcher"] = new JsonObject { ["id"] = "byName", ["options"] = name },
        ["properties"] = new JsonArray([.. properties.Select(p => new JsonObject { ["id"] = p.Id, ["value"] = p.Value })]),
    };
}
