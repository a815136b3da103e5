using System.Text.Json.Nodes;
using SmartCity.Readings;
using SmartCity.Timeline;
using SmartCity.Watch;
using Walls.Grafana;

namespace Walls.Boards;

/// <summary>What several boards have: addresses, links between boards, episodes as annotations.</summary>
internal static class Shared
{
    public const string Wall = "cityhub-wall";
    public const string District = "cityhub-district";
    public const string Air = "cityhub-air";
    public const string Traffic = "cityhub-traffic";
    public const string Safety = "cityhub-safety";
    public const string Nodes = "cityhub-nodes";
    public const string Hub = "cityhub-hub";
    public const string Desk = "cityhub-desk";
    public const string Quality = "cityhub-quality";
    public const string Sensor = "cityhub-sensor";

    /// <summary>From a series of a district to its board.</summary>
    public static (string, string) ToDistrict { get; } = ("District ${__field.labels.district}", $"/d/{District}?var-district=${{__field.labels.district}}&${{__url_time_range}}");

    /// <summary>From a row that names one.</summary>
    public static (string, string) RowToDistrict { get; } = ("District ${__data.fields.district}", $"/d/{District}?var-district=${{__data.fields.district}}&${{__url_time_range}}");

    /// <summary>From a series of a sensor to its board, which shows its episodes with their run-books.</summary>
    public static (string, string) ToSensor(Quantity quantity) =>
        ("Sensor ${__field.labels.sensor}", $"/d/{Sensor}?var-quantity={TimelineSchema.Measurement(quantity)}&var-sensor=${{__field.labels.sensor}}&${{__url_time_range}}");

    public static (string, string) ToSensorOfChosen { get; } =
        ("Sensor ${__field.labels.sensor}", $"/d/{Sensor}?var-quantity=${{quantity}}&var-sensor=${{__field.labels.sensor}}&${{__url_time_range}}");

    public static (string, string) ToNode { get; } = ("Node ${__field.labels.node}", $"/d/{Nodes}?var-node=${{__field.labels.node}}&${{__url_time_range}}");

    /// <summary>Episodes as marks on every time series of a board.</summary>
    public static JsonObject Episodes(params string[] conditions) => new()
    {
        ["name"] = "Episodes",
        ["enable"] = true,
        ["hide"] = false,
        ["iconColor"] = Palette.Vermilion,
        ["datasource"] = Panel.Source(Store.Hour),
        ["target"] = new JsonObject
        {
            ["limit"] = 500,
            ["matchAny"] = false,
            ["tags"] = new JsonArray(),
            ["type"] = "tags",
            ["refId"] = "Episodes",
            ["fromAnnotations"] = true,
            ["rawQuery"] = true,
            ["resultFormat"] = "time_series",
            ["query"] = Ask.From(Store.Hour, TimelineSchema.Episodes).Select("\"title\", \"severity\", \"district\", \"rule\"").Where(conditions).Text(),
            ["textColumn"] = "title",
            ["titleColumn"] = "rule",
            ["tagsColumn"] = "severity,district",
        },
    };

    public const string InDistrict = "\"district\" =~ /^${district:regex}$/";

    public const string OfSensor = "\"sensor\" =~ /^${sensor:regex}$/";

    /// <summary>Open alerts of a severity, all districts added up.</summary>
    public static Panel Open(Severity severity, bool far, bool inDistrict = false)
    {
        var word = severity.ToString().ToLowerInvariant();
        var ask = Ask.From(Store.Raw, Figures.District).Select(Names.Last(Figures.Open(severity))).By("district").Every(empty: "previous").Named("$tag_district");
        return Panels.Stat($"{severity} open", $"Open alerts of severity {word}.", far, asks: inDistrict ? ask.InDistrict() : ask) with
        {
            Transformations = Transform.SumOfSeries(word),
            Steps = [(null, Palette.Calm), (1, Palette.Of(severity))],
            Decimals = 0,
            Unit = "none",
        };
    }

    /// <summary>The newest episodes, each with its way to the sensor and to its run-book.</summary>
    public static Panel LastEpisodes(string title, int rows, params string[] conditions) =>
        Panels.Table(title, "Newest first. The sensor leads to its board, the run-book to what is to be done.",
            Ask.From(Store.Hour, TimelineSchema.Episodes).Select("\"severity\", \"state\", \"kind\", \"title\", \"district\", \"sensor\", \"rule\", \"runbook\"").Where(conditions).NewestFirst(rows)) with
        {
            NoValue = "no episode in this span",
            Overrides =
            [
                Overrides.Wide("Time", 180),
                Overrides.Of("severity", ("mappings", SeverityWords()), ("custom.cellOptions", new JsonObject { ["type"] = "color-background" }), ("custom.width", 110)),
                // A drill is told from the real thing at a glance.
                Overrides.Words("kind", [Drill()]),
                Overrides.Wide("kind", 110),
                Overrides.Link("district", "District", $"/d/{District}?var-district=${{__value.raw}}&${{__url_time_range}}"),
                Overrides.Link("sensor", "Sensor", $"/d/{Sensor}?var-sensor=${{__value.raw}}&${{__url_time_range}}"),
                Overrides.Link("runbook", "Run-book", "${__value.raw}"),
            ],
        };

    private static JsonObject Drill() => new()
    {
        ["type"] = "value",
        ["options"] = new JsonObject
        {
            ["exercise"] = new JsonObject { ["text"] = "EXERCISE", ["color"] = Palette.Purple, ["index"] = 0 },
            ["test"] = new JsonObject { ["text"] = "TEST", ["color"] = Palette.Purple, ["index"] = 1 },
        },
    };

    private static JsonArray SeverityWords()
    {
        var options = new JsonObject();
        foreach (var severity in Enum.GetValues<Severity>())
        {
            var word = severity.ToString().ToLowerInvariant();
            options[word] = new JsonObject { ["text"] = word, ["color"] = Palette.Of(severity), ["index"] = 4 - (int)severity };
        }
        return [new JsonObject { ["type"] = "value", ["options"] = options }];
    }
}
