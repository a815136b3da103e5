using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rig;
using Walls.Grafana;

namespace Walls.Tests;

/// <summary>
/// Each board drawn from what its queries return, in a headless Chromium, by a page of our own (<c>pictures/</c>): not Grafana's rendering, but its data, words, colours and places. With <c>UPDATE_PICTURES=1</c> the
/// pictures of the documents are taken anew.
/// </summary>
public sealed partial class BoardPictures(SeededTimeline timeline) : IClassFixture<SeededTimeline>
{
    private static readonly string Pictures = Path.Combine(Products.Root, "docs/pictures");

    [Fact]
    public async Task Every_panel_of_every_board_can_be_drawn_and_says_something()
    {
        var folder = Directory.CreateTempSubdirectory("walls-pictures-");
        foreach (var board in Committed.Boards.Keys)
        {
            var (page, height) = await Page(board, folder.FullName);
            var html = await File.ReadAllTextAsync(page);
            var panels = Committed.Boards[board]["panels"]!.AsArray().Count(panel => (string)panel!["type"]! != "row");
            Assert.Equal((board, panels), (board, DrawnPattern().Count(html)));
            Assert.DoesNotMatch(@"NaN|undefined|\$\{|Infinity", html);
            if (Environment.GetEnvironmentVariable("UPDATE_PICTURES") == "1") await Shoot(page, height, Path.Combine(Pictures, board + ".png"));
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Every_board_has_its_picture_in_the_documents()
    {
        var text = File.ReadAllText(Path.Combine(Products.Root, "docs/walls.md"));
        Assert.All(Committed.Boards.Keys, board => Assert.True(File.Exists(Path.Combine(Pictures, board + ".png")) && text.Contains($"pictures/{board}.png", StringComparison.Ordinal), board));
    }

    private async Task<(string Page, int Height)> Page(string board, string folder)
    {
        var answers = new JsonArray();
        foreach (var panel in Committed.Boards[board]["panels"]!.AsArray().Select(panel => panel!.AsObject()))
        {
            var frames = new JsonArray();
            var (from, to) = (timeline.Now - TimeSpan.FromHours(6), timeline.Now);
            foreach (var (query, target) in Committed.QueriesOf(board, panel).Zip(panel["targets"]?.AsArray() ?? []))
            {
                var store = query.Source == Store.Chosen.Uid ? Store.Minute : Store.All.Single(s => s.Uid == query.Source);
                (from, to) = Grafanas.Bounds(query, store, timeline.Now);
                foreach (var frame in await Frames(Grafanas.Filled(query, store, Grafanas.All, timeline.Now), store, (string?)target!["alias"])) frames.Add((JsonNode)frame);
            }
            answers.Add((JsonNode)new JsonObject
            {
                ["frames"] = frames,
                ["span"] = new JsonObject { ["from"] = from.UnixMilliseconds, ["to"] = to.UnixMilliseconds, ["now"] = timeline.Now.UnixMilliseconds },
            });
        }
        var (data, page, log) = (Path.Combine(folder, board + ".json"), Path.Combine(folder, board + ".html"), Path.Combine(folder, board + ".log"));
        var json = new JsonObject { ["board"] = Committed.Boards[board].DeepClone(), ["answers"] = answers }.ToJsonString();
        json = Regex.Replace(json, @"\$\{?quantity(:raw)?\}?", Grafanas.All["quantity"]); // as in the titles
        await File.WriteAllTextAsync(data, json);
        await using var node = Child.Start(log, "node", Path.Combine(Products.Root, "tests/Walls.Tests/pictures/page.mjs"), data, page);
        Assert.True(await node.End(TimeSpan.FromMinutes(1)) == 0, await File.ReadAllTextAsync(log));
        return (page, int.Parse(LastNumber().Match(await File.ReadAllTextAsync(log)).Value, CultureInfo.InvariantCulture));
    }

    /// <summary>The answer as frames: a name by the alias, the labels, columns and rows with stamps in milliseconds.</summary>
    private async Task<IEnumerable<JsonObject>> Frames(string query, Store store, string? alias)
    {
        using var answer = await timeline.Server.Ask(query, store.Database);
        if (!answer.RootElement.GetProperty("results")[0].TryGetProperty("series", out var all)) return [];
        return [.. all.EnumerateArray().Select(series =>
        {
            var labels = series.TryGetProperty("tags", out var tags) ? tags.EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.GetString()!) : [];
            var columns = series.GetProperty("columns").EnumerateArray().Select(column => column.GetString()!).ToArray();
            var name = alias is null ? columns[^1] : Regex.Replace(alias, @"\$tag_(\w+)", tag => labels[tag.Groups[1].Value]);
            var rows = series.GetProperty("values").EnumerateArray().Select(row => new JsonArray([.. row.EnumerateArray().Select((value, i) =>
                columns[i] == "time" ? JsonValue.Create(value.GetInt64() / 1_000_000) : JsonNode.Parse(value.GetRawText()))]));
            return new JsonObject
            {
                ["name"] = name, ["labels"] = new JsonObject(labels.Select(tag => new KeyValuePair<string, JsonNode?>(tag.Key, tag.Value))),
                ["columns"] = new JsonArray([.. columns.Select(column => (JsonNode)column)]), ["rows"] = new JsonArray([.. rows]),
            };
        })];
    }

    private static async Task Shoot(string page, int height, string picture)
    {
        Directory.CreateDirectory(Pictures);
        var log = Path.ChangeExtension(page, ".chromium.log");
        await using var browser = Child.Start(log, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--user-data-dir=" + Path.ChangeExtension(page, ".profile"),
            $"--window-size=1920,{Math.Max(1080, height)}", "--screenshot=" + picture, new Uri(page).AbsoluteUri);
        Assert.True(await browser.End(TimeSpan.FromMinutes(1)) == 0 && File.Exists(picture), await File.ReadAllTextAsync(log));
    }

    [GeneratedRegex("data-panel=")]
    private static partial Regex DrawnPattern();

    [GeneratedRegex(@"\d+\s*$")]
    private static partial Regex LastNumber();
}
