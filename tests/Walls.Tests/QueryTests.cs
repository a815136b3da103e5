using System.Text.RegularExpressions;
using SmartCity.Timeline;
using Walls.Grafana;

namespace Walls.Tests;

/// <summary>Every query of every board, its variables filled in as Grafana fills them, against a real InfluxDB with the sample city in it.</summary>
public sealed class QueryTests(SeededTimeline timeline) : IClassFixture<SeededTimeline>
{
    private static readonly Dictionary<string, string> One = new(Grafanas.All)
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
                var rows = await timeline.Server.Rows(Grafanas.Filled(query, store, Grafanas.All, timeline.Now), store.Database);
                var filled = rows.Any(row => row.Columns.Any(c => c.Key != "time" && c.Value.ValueKind is not System.Text.Json.JsonValueKind.Null));
                if (!filled) empty.Add($"{query} in {store.Name}: {Grafanas.Filled(query, store, Grafanas.All, timeline.Now)}");
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
                var text = Grafanas.Filled(query, store, One, timeline.Now);
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
            var text = Grafanas.Filled(query, Store.Minute, new Dictionary<string, string>(Grafanas.All) { ["quantity"] = TimelineSchema.Measurement(row.Quantity) }, timeline.Now);
            Assert.True((await timeline.Server.Rows(text, Store.Minute.Database)).Count > 0, text);
        }
    }

    private static IEnumerable<Store> Stores(Committed.Query query) =>
        query.Source == Store.Chosen.Uid ? [Store.Minute, Store.Hour] : [Store.All.Single(s => s.Uid == query.Source)];
}
