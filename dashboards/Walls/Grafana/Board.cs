using System.Text.Json.Nodes;

namespace Walls.Grafana;

/// <summary>One dashboard, in the schema of Grafana 10.0 (38), which later releases read and carry forward by themselves.</summary>
/// <param name="Uid">Its address for ever: links and bookmarks hold it.</param>
internal sealed record Board(string Uid, string Title, string Description)
{
    public const int Columns = 24;
    public const string Tag = "cityhub";

    private readonly List<(int Height, string? Heading, IReadOnlyList<(int Width, Panel Panel)> Panels)> _rows = [];

    public string From { get; init; } = "now-6h";

    /// <summary>The end of its span: later than now where it shows what is expected.</summary>
    public string To { get; init; } = "now";

    public string Refresh { get; init; } = "30s";

    /// <summary>Read from across a room, in kiosk mode.</summary>
    public bool IsWall { get; init; }

    public IReadOnlyList<JsonObject> Variables { get; init; } = [];

    public IReadOnlyList<JsonObject> Annotations { get; init; } = [];

    public IEnumerable<Panel> AllPanels => _rows.SelectMany(row => row.Panels.Select(cell => cell.Panel));

    /// <summary>Panels side by side; their widths fill the board's 24 columns.</summary>
    public Board Row(int height, params (int Width, Panel Panel)[] panels)
    {
        var width = panels.Sum(cell => cell.Width);
        if (width != Columns) throw new InvalidOperationException($"{Uid}: the row of '{panels[0].Panel.Title}' is {width} columns wide, not {Columns}");
        _rows.Add((height, null, panels));
        return this;
    }

    public Board Heading(string title)
    {
        _rows.Add((1, title, []));
        return this;
    }

    public JsonObject ToJson()
    {
        var panels = new JsonArray();
        int id = 0, y = 0;
        foreach (var (height, heading, cells) in _rows)
        {
            if (heading is not null)
            {
                panels.Add(new JsonObject
                {
                    ["id"] = ++id,
                    ["type"] = "row",
                    ["title"] = heading,
                    ["collapsed"] = false,
                    ["gridPos"] = new JsonObject { ["x"] = 0, ["y"] = y, ["w"] = Columns, ["h"] = 1 },
                    ["panels"] = new JsonArray(),
                });
            }
            var x = 0;
            foreach (var (width, panel) in cells)
            {
                panels.Add(panel.ToJson(++id, x, y, width, height));
                x += width;
            }
            y += height;
        }
        return new JsonObject
        {
            ["uid"] = Uid,
            ["title"] = Title,
            ["description"] = Description,
            ["tags"] = IsWall ? new JsonArray(Tag, "wall") : new JsonArray(Tag),
            ["schemaVersion"] = 38,
            ["version"] = 1,
            ["editable"] = false,
            ["graphTooltip"] = 1,
            ["refresh"] = Refresh,
            ["timezone"] = "browser",
            ["time"] = new JsonObject { ["from"] = From, ["to"] = To },
            ["timepicker"] = new JsonObject { ["refresh_intervals"] = new JsonArray("5s", "10s", "30s", "1m", "5m", "15m") },
            ["links"] = new JsonArray(new JsonObject
            {
                ["type"] = "dashboards",
                ["title"] = "Boards",
                ["tooltip"] = "The city's other boards",
                ["icon"] = "external link",
                ["tags"] = new JsonArray(Tag),
                ["asDropdown"] = true,
                ["includeVars"] = true,
                ["keepTime"] = true,
                ["targetBlank"] = false,
            }),
            ["templating"] = new JsonObject { ["list"] = new JsonArray([.. Variables.Select(v => v.DeepClone())]) },
            ["annotations"] = new JsonObject { ["list"] = new JsonArray([.. Annotations.Select(a => a.DeepClone())]) },
            ["panels"] = panels,
        };
    }
}
