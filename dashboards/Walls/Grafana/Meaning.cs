using System.Text.Json.Nodes;
using SmartCity.Watch;

namespace Walls.Grafana;

/// <summary>Numbers with a meaning: a word and a colour for each.</summary>
internal static class Meaning
{
    /// <summary>How bad it is: 0 calm, then the severities by their numbers.</summary>
    public static IReadOnlyList<JsonObject> WorstSeverity { get; } = [Words([(0, "calm", Palette.Calm), .. Severities()])];

    public static IReadOnlyList<(double?, string)> WorstSeveritySteps { get; } =
        [(null, Palette.Calm), .. Enum.GetValues<Severity>().Order().Select(s => ((double?)(int)s, Palette.Of(s)))];

    public static IReadOnlyList<JsonObject> Online { get; } = [Words((0, "offline", Palette.Vermilion), (1, "online", Palette.Calm))];

    public static IReadOnlyList<JsonObject> Contact(string open, string closed) => [Words((0, open, Palette.Calm), (1, closed, Palette.Vermilion))];

    public static IReadOnlyList<JsonObject> Clock { get; } = [Words((0, "synced", Palette.Calm), (1, "holdover", Palette.Yellow), (2, "unsynced", Palette.Vermilion))];

    /// <summary>QARTOD's flags.</summary>
    public static IReadOnlyList<JsonObject> Quality { get; } =
        [Words((1, "good", Palette.Calm), (2, "not evaluated", Palette.Grey), (3, "suspect", Palette.Yellow), (4, "fail", Palette.Vermilion), (9, "missing", Palette.Purple))];

    public static JsonObject Words(params (int Value, string Word, string Colour)[] words)
    {
        var options = new JsonObject();
        for (var i = 0; i < words.Length; i++)
        {
            options[$"{words[i].Value}"] = new JsonObject { ["text"] = words[i].Word, ["color"] = words[i].Colour, ["index"] = i };
        }
        return new JsonObject { ["type"] = "value", ["options"] = options };
    }

    /// <summary>A word for a range, its ends included; null: no end.</summary>
    public static JsonObject Range(double? from, double? to, string word, string colour) => new()
    {
        ["type"] = "range",
        ["options"] = new JsonObject { ["from"] = from, ["to"] = to, ["result"] = new JsonObject { ["text"] = word, ["color"] = colour } },
    };

    private static (int, string, string)[] Severities() =>
        [.. Enum.GetValues<Severity>().Order().Select(s => ((int)s, s.ToString().ToLowerInvariant(), Palette.Of(s)))];
}
