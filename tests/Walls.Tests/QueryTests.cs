using System.Globalization;
using System.Text.RegularExpressions;
using SmartCity.Readings;
using SmartCity.Timeline;
using Walls.Grafana;

namespace Walls.Tests;

/// <summary>Every query of every board, its variables filled in as Grafana fills them, against a real InfluxDB with the sample city in it.</summary>
public sealed class QueryTests(SeededTimeline timeline) : IClassFixture<SeededTimeline>
{
    /// <summary>What a variable's choice becomes in a query: all districts and nodes by their own word for it, one sensor with its signs escaped for a regular expression.</summary>
    private static readonly Dictionary<string, string> All = new()
    {
        ["district"] = ".*", ["node"] = ".*", ["sensor"] = Regex.Replace(SampleCity.All[0].Sensor.Value, @"[\\^$*+?.()|\[\]{}/]", @"\$0"),
        ["quantity"] = TimelineSchema.Measurement(Quantity.AirTemperature),
    };

    private static readonly Dictionary<string, string> One = new(All)
    {
        ["district"] = SampleCity.Nodes[0].District, ["node"] = Regex.Replace(SampleCity.Nodes[0].Key.ToString(), "/", @"\/"),
    };

    [Fact]
    public async Task Every_query_returns_data()
    {
        var empty = new List<string>();
        foreach (var query in Committed.Queries)
        {
            foreach (var store in Stores(query))
            {
                var rows = await timeline.Server.Rows(Filled(query, store, All), store.Database);
                var filled = rows.Any(row => row.Columns.Any(c => c.Key != "time" && c.Value.ValueKind is not System.Text.Json.JsonValueKind.Null));
                if (!filled) empty.Add($"{query} in {store.Name}: {Filled(query, store, All)}");
            }
        }
        Assert.True(empty.Count == 0, "Nothing came of\n" + string.Join('\n', empty));
    }

    [Fact]
    public async Task A_choice_of_one_district_and_node_narrows_every_query_that_has_them()
    {
        foreach (var query in Committed.Queries.Where(q => q.Text.Contains("${district:regex}", StringComparison.Ordinal) && q.Kind == Committed.Kind.Panel && q.Text.Contains("GROUP BY", StringComparison.Ordinal)))
        {
            foreach (var store in Stores(query))
            {
                var text = Filled(query, store, One);
                foreach (var (tags, _) in await timeline.Server.Rows(text, store.Database))
                {
                    if (tags.TryGetValue("district", out var district)) Assert.Equal(One["district"], district);
                    if (query.Text.Contains("${node:regex}", StringComparison.Ordinal) && tags.TryGetValue("node", out var node)) Assert.Equal(SampleCity.Nodes[0].Key.ToString(), node);
                    if (tags.TryGetValue("sensor", out var sensor)) Assert.Contains(SampleCity.All, s => s.Sensor.Value == sensor && s.Node.District == One["district"]);
                }
            }
        }
    }

    [Fact]
    public async Task Every_quantity_that_is_measured_can_be_chosen()
    {
        var query = Committed.Queries.Single(q => q.Board == "district" && q.Source == "${store}" && q.Measurement == Names.ChosenQuantity);
        foreach (var row in Names.Measured)
        {
            var text = Filled(query, Store.Minute, new(All) { ["quantity"] = TimelineSchema.Measurement(row.Quantity) });
            Assert.True((await timeline.Server.Rows(text, Store.Minute.Database)).Count > 0, text);
        }
    }

    private static IEnumerable<Store> Stores(Committed.Query query) =>
        query.Source == Store.Chosen.Uid ? [Store.Minute, Store.Hour] : [Store.All.Single(s => s.Uid == query.Source)];

    /// <summary>What Grafana's proxy would send.</summary>
    private string Filled(Committed.Query query, Store store, Dictionary<string, string> chosen)
    {
        var span = Span(query.Span ?? ((string)Committed.Boards[query.Board]["time"]!["from"]!)["now-".Length..]);
        // Long enough for the store to hold something whole.
        if (store == Store.Hour && span < TimeSpan.FromHours(6)) span = TimeSpan.FromHours(6);
        var least = Span(query.Step ?? store.Step);
        // Grafana asks for a point every two pixels of a wide panel, never below the least step.
        var interval = TimeSpan.FromSeconds(Math.Max(Math.Ceiling(span.TotalSeconds / 1000), Math.Max(least.TotalSeconds, Span(store.Step).TotalSeconds)));
        var end = (string)Committed.Boards[query.Board]["time"]!["to"]!;
        var (from, to) = ((timeline.Now - span).UnixMilliseconds, (timeline.Now + (end == "now" ? TimeSpan.Zero : Span(end["now+".Length..]))).UnixMilliseconds);
        var text = query.Text
            .Replace("$timeFilter", string.Create(CultureInfo.InvariantCulture, $"time >= {from}ms AND time <= {to}ms"), StringComparison.Ordinal)
            .Replace("$__interval", string.Create(CultureInfo.InvariantCulture, $"{interval.TotalSeconds}s"), StringComparison.Ordinal);
        text = Regex.Replace(text, @"\$\{(\w+)(:regex|:raw)?\}", m => chosen[m.Groups[1].Value]);
        Assert.DoesNotMatch(@"\$[\w{]", text);
        // The hub's own gate for what it asks itself.
        if (query.Measurement is not Figures.Hub) Assert.Null(InfluxQlSubset.Refusal(text));
        return text;
    }

    private static TimeSpan Span(string text) => (int.Parse(text[..^1]), text[^1]) switch
    {
        (var n, 's') => TimeSpan.FromSeconds(n),
        (var n, 'm') => TimeSpan.FromMinutes(n),
        (var n, 'h') => TimeSpan.FromHours(n),
        (var n, 'd') => TimeSpan.FromDays(n),
        _ => throw new FormatException(text),
    };
}
