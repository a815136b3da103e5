using System.Text.Json.Nodes;

namespace Walls.Grafana;

/// <summary>What Grafana does with the answers before it draws them.</summary>
internal static class Transform
{
    /// <summary>One series: the sum of all, instant by instant.</summary>
    public static IReadOnlyList<JsonObject> SumOfSeries(string name) =>
    [
        new() { ["id"] = "joinByField", ["options"] = new JsonObject { ["byField"] = "Time", ["mode"] = "outer" } },
        new()
        {
            ["id"] = "calculateField",
            ["options"] = new JsonObject
            {
                ["mode"] = "reduceRow", ["alias"] = name, ["replaceFields"] = true, ["reduce"] = new JsonObject { ["reducer"] = "sum" },
            },
        },
    ];

    /// <summary>Answers of several queries as one table, row by row of a common column.</summary>
    public static JsonObject JoinBy(string column) => new() { ["id"] = "joinByField", ["options"] = new JsonObject { ["byField"] = column, ["mode"] = "outer" } };

    public static JsonObject Without(params string[] columns)
    {
        var gone = new JsonObject();
        foreach (var column in columns) gone[column] = true;
        return new() { ["id"] = "organize", ["options"] = new JsonObject { ["excludeByName"] = gone, ["indexByName"] = new JsonObject(), ["renameByName"] = new JsonObject() } };
    }
}

internal static class JsonObjects
{
    /// <summary>A copy in which one member is another.</summary>
    public static JsonObject With(this JsonObject before, string name, JsonNode? value)
    {
        var after = (JsonObject)before.DeepClone();
        after[name] = value;
        return after;
    }
}
