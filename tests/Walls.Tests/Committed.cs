using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rig;

namespace Walls.Tests;

/// <summary>The boards as they lie in <c>dashboards/json</c>: what a city's Grafana reads, not what the generator thinks.</summary>
internal static partial class Committed
{
    public static string Folder { get; } = Path.Combine(Products.Root, "dashboards");

    public static IReadOnlyDictionary<string, JsonObject> Boards { get; } = Directory.EnumerateFiles(Path.Combine(Folder, "json"), "*.json").Order(StringComparer.Ordinal)
        .ToDictionary(file => Path.GetFileNameWithoutExtension(file), file => JsonNode.Parse(File.ReadAllText(file))!.AsObject());

    public static IEnumerable<(string Board, JsonObject Panel)> Panels =>
        Boards.SelectMany(b => b.Value["panels"]!.AsArray().Select(panel => (b.Key, panel!.AsObject())));

    /// <summary>Every query there is: of panels, of variables, of annotations.</summary>
    public static IEnumerable<Query> Queries
    {
        get
        {
            foreach (var (board, panel) in Panels)
            {
                foreach (var query in QueriesOf(board, panel)) yield return query;
            }
            foreach (var (board, json) in Boards)
            {
                foreach (var variable in json["templating"]!["list"]!.AsArray().Where(v => (string)v!["type"]! == "query"))
                {
                    yield return new(board, (string)variable!["name"]!, (string)variable["query"]!, (string)variable["datasource"]!["uid"]!, null, null, Kind.Variable);
                }
                foreach (var annotation in json["annotations"]!["list"]!.AsArray())
                {
                    yield return new(board, (string)annotation!["name"]!, (string)annotation["target"]!["query"]!, (string)annotation["datasource"]!["uid"]!, null, null, Kind.Annotation);
                }
            }
        }
    }

    public static IEnumerable<Query> QueriesOf(string board, JsonObject panel) => (panel["targets"]?.AsArray() ?? [])
        .Select(target => new Query(board, (string)panel["title"]!, (string)target!["query"]!, (string)target["datasource"]!["uid"]!, (string?)panel["timeFrom"], (string?)panel["interval"], Kind.Panel));

    public enum Kind
    {
        Panel,
        Variable,
        Annotation,
    }

    /// <param name="Source">Uid of the data source, or a variable.</param>
    /// <param name="Span">The panel's own span, such as 30d.</param>
    public sealed record Query(string Board, string Title, string Text, string Source, string? Span, string? Step, Kind Kind)
    {
        public override string ToString() => $"{Board}, {Title}: {Text}";

        public string Measurement => FromPattern().Match(Text).Groups[1].Value;

        /// <summary>What is in double quotes besides the measurement and new names.</summary>
        public IEnumerable<string> Columns => QuotedPattern().Matches(AsPattern().Replace(FromPattern().Replace(Text, ""), "")).Select(m => m.Groups[1].Value).Distinct();
    }

    [GeneratedRegex("FROM \"([^\"]+)\"")]
    private static partial Regex FromPattern();

    [GeneratedRegex(" AS \"[^\"]+\"")]
    private static partial Regex AsPattern();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex QuotedPattern();
}
