using System.Text.RegularExpressions;
using SmartCity.Readings;
using SmartCity.Timeline;
using Walls.Grafana;

namespace Walls.Tests;

public sealed partial class BoardTests
{
    [Fact]
    public void What_is_committed_is_what_the_generator_writes()
    {
        var written = Written.Files().ToArray();
        var stale = written.Where(f => !File.Exists(Path.Combine(Committed.Folder, f.Name)) || File.ReadAllText(Path.Combine(Committed.Folder, f.Name)) != f.Text).Select(f => f.Name);
        Assert.True(!stale.Any(), $"./city dashboards writes them anew: {string.Join(", ", stale)}");
        var orphans = Directory.EnumerateFiles(Path.Combine(Committed.Folder, "json")).Select(f => "json/" + Path.GetFileName(f)).Except(written.Select(f => f.Name));
        Assert.True(!orphans.Any(), $"no board of ours: {string.Join(", ", orphans)}");
    }

    [Fact]
    public void Addresses_of_boards_are_for_ever()
    {
        // Bookmarks, wall screens and links of other systems hold them: a board may come, none may be renamed.
        string[] uids = ["cityhub-air", "cityhub-desk", "cityhub-district", "cityhub-hub", "cityhub-nodes", "cityhub-quality", "cityhub-safety", "cityhub-sensor", "cityhub-traffic", "cityhub-wall"];
        Assert.Equal(uids, Committed.Boards.Values.Select(b => (string)b["uid"]!).Order(StringComparer.Ordinal));
        Assert.All(uids, uid => Assert.Matches("^[a-z0-9-]{1,40}$", uid)); // Grafana takes 40 characters
    }

    [Fact]
    public void Every_panel_has_its_own_id_a_sentence_and_its_place_beside_the_others()
    {
        foreach (var (name, board) in Committed.Boards)
        {
            var panels = board["panels"]!.AsArray().Select(p => p!.AsObject()).ToArray();
            Assert.Equal(panels.Length, panels.Select(p => (int)p["id"]!).Distinct().Count());
            Assert.All(panels.Where(p => (string)p["type"]! is not ("row" or "text")), p => Assert.False(string.IsNullOrWhiteSpace((string?)p["description"]), $"{name}: {p["title"]} has no description"));
            var taken = new HashSet<(int, int)>();
            foreach (var place in panels.Select(p => p["gridPos"]!))
            {
                for (var x = (int)place["x"]!; x < (int)place["x"]! + (int)place["w"]!; x++)
                {
                    for (var y = (int)place["y"]!; y < (int)place["y"]! + (int)place["h"]!; y++)
                    {
                        Assert.True(x < Board.Columns && taken.Add((x, y)), $"{name}: two panels at {x}, {y}");
                    }
                }
            }
        }
    }

    [Fact]
    public void Every_select_is_bound_in_time()
    {
        foreach (var query in Committed.Queries.Where(q => q.Text.StartsWith("SELECT", StringComparison.Ordinal)))
        {
            Assert.True(Regex.Count(query.Text, @"WHERE \$timeFilter\b") == 1 && !Regex.IsMatch(query.Text, @"\$timeFilter\s+OR\b|\bOR\s+time\b"), query.ToString());
            // An OR beside the bound would open it: alternatives stand in brackets.
            Assert.False(Regex.IsMatch(Regex.Replace(query.Text, @"\([^()]*\)", ""), @"\bOR\b"), query.ToString());
        }
    }

    [Fact]
    public void Every_query_keeps_to_what_all_three_InfluxDBs_understand()
    {
        foreach (var query in Committed.Queries)
        {
            Assert.Matches(@"^(SELECT|SHOW TAG VALUES) ", query.Text);
            Assert.DoesNotMatch(@"(?i)\bSLIMIT\b|\bSOFFSET\b|\bINTO\b|\bCARDINALITY\b|FROM\s*\(|;|""\s*\.\s*""|\bholt_winters\b|\btz\(", query.Text);
        }
    }

    [Fact]
    public void Every_measurement_field_and_tag_is_one_of_the_domains()
    {
        var quantities = QuantityCatalogue.All.Select(q => TimelineSchema.Measurement(q.Quantity)).Append(Names.ChosenQuantity).ToHashSet(StringComparer.Ordinal);
        foreach (var query in Committed.Queries)
        {
            IEnumerable<string> known = query.Measurement switch
            {
                Figures.Hub => [.. HubMetricNames.Fields, .. HubMetricNames.Labels],
                Figures.District => [.. Figures.DistrictFields, TimelineSchema.District],
                Figures.Node => [.. Figures.NodeFields, TimelineSchema.District, TimelineSchema.Node],
                Figures.AirIndex => [.. Figures.AirIndexFields, .. Figures.AirIndexTags],
                Figures.Forecast => [.. Figures.ForecastFields, .. Figures.ForecastTags],
                TimelineSchema.Episodes => [.. TimelineSchema.EpisodeFields, .. TimelineSchema.EpisodeTags],
                TimelineSchema.Presence => [.. TimelineSchema.PresenceFields, .. TimelineSchema.PresenceTags],
                _ when quantities.Contains(query.Measurement) => [.. TimelineSchema.Tags, .. query.Source == Store.Raw.Uid ? TimelineSchema.ReadingFields : TimelineSchema.WindowFields],
                _ => throw new Xunit.Sdk.XunitException($"no such measurement: {query}"),
            };
            var foreign = query.Columns.Except(known).ToArray();
            Assert.True(foreign.Length == 0, $"{string.Join(", ", foreign)} in {query}");
        }
    }

    [Fact]
    public void Figures_of_episodes_come_from_the_store_that_keeps_them_for_ever() =>
        Assert.All(Committed.Queries.Where(q => q.Measurement is TimelineSchema.Episodes or TimelineSchema.Presence), q => Assert.Equal(Store.Hour.Uid, q.Source));

    [Fact]
    public void Every_data_source_is_a_provisioned_one()
    {
        var provisioned = Store.All.Select(s => s.Uid).Append("${store}");
        Assert.All(Committed.Queries, q => Assert.Contains(q.Source, provisioned));
        foreach (var file in (string[])["influxdb-1.yaml", "influxdb-2.yaml"])
        {
            var text = File.ReadAllText(Path.Combine(Committed.Folder, "datasources", file));
            Assert.All(Store.All, s => Assert.Contains($"uid: {s.Uid}\n", text, StringComparison.Ordinal));
            // A secret is named, never written.
            Assert.All(Regex.Matches(text, @"(?:password|httpHeaderValue1): (.*)").Select(m => m.Groups[1].Value), v => Assert.Matches(@"^(Token )?\$CITYHUB_", v));
        }
    }

    [Fact]
    public void Every_link_leads_to_a_board_and_sets_variables_that_it_has()
    {
        var ways = new Dictionary<string, HashSet<string>>();
        foreach (var (name, board) in Committed.Boards)
        {
            foreach (Match link in Link().Matches(board.ToJsonString().Replace("\\u0026", "&", StringComparison.Ordinal)))
            {
                var target = Committed.Boards.Values.SingleOrDefault(b => (string)b["uid"]! == link.Groups[1].Value);
                Assert.True(target is not null, $"{name}: no board {link.Groups[1].Value}");
                var variables = target["templating"]!["list"]!.AsArray().Select(v => (string)v!["name"]!);
                Assert.All(Regex.Matches(link.Groups[2].Value, @"var-(\w+)=").Select(m => m.Groups[1].Value), v => Assert.Contains(v, variables));
                (ways.TryGetValue(name, out var to) ? to : ways[name] = []).Add(target["uid"]!.ToString());
            }
        }
        // From the wall to the district, from there to the sensor, from there to the run-book.
        Assert.Contains("cityhub-district", ways["wall"]);
        Assert.Contains("cityhub-sensor", ways["district"]);
        Assert.Contains(Committed.Queries, q => q.Board == "sensor" && q.Columns.Contains("runbook"));
        Assert.Contains("\"Run-book\"", Committed.Boards["sensor"].ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_variable_that_a_query_names_is_on_its_board()
    {
        foreach (var query in Committed.Queries)
        {
            var named = Regex.Matches(query.Text + " " + query.Source, @"\$\{?(\w+)").Select(m => m.Groups[1].Value).Where(v => v != "timeFilter" && !v.StartsWith("__", StringComparison.Ordinal));
            var has = Committed.Boards[query.Board]["templating"]!["list"]!.AsArray().Select(v => (string)v!["name"]!).ToArray();
            Assert.All(named, v => Assert.True(has.Contains(v), $"{v} is missing: {query}"));
        }
    }

    [Fact]
    public void The_wall_is_legible_from_five_metres()
    {
        var panels = Committed.Boards["wall"]["panels"]!.AsArray();
        foreach (var panel in panels.Where(p => (string)p!["type"]! is "stat" or "bargauge"))
        {
            var text = panel!["options"]!["text"]!;
            Assert.True((int)text["titleSize"]! >= Grafana.Panels.FarTitle && (int)text["valueSize"]! >= Grafana.Panels.FarTitle, (string)panel["title"]!);
        }
        // It fits on one screen, unscrolled: a row of Grafana's grid is 30 pixels high and stands 8 from the next, on 1080 lines.
        Assert.InRange(panels.Max(p => (int)p!["gridPos"]!["y"]! + (int)p["gridPos"]!["h"]!), 20, 1080 / 38);
        Assert.All(panels, p => Assert.NotEqual("row", (string)p!["type"]!));
    }

    [Fact]
    public void Where_a_colour_says_something_so_does_a_word()
    {
        foreach (var (board, panel) in Committed.Panels.Where(p => (string)p.Panel["type"]! is "state-timeline" or "geomap"))
        {
            Assert.True(panel["fieldConfig"]!["defaults"]!["mappings"]!.AsArray().Count > 0, $"{board}: {panel["title"]} is told by its colours alone");
        }
    }

    [GeneratedRegex("\"url\":\"/d/([a-z-]+)\\??([^\"]*)\"")]
    private static partial Regex Link();
}
