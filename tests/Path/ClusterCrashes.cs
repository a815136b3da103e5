#if NPGSQL && ORLEANS
using System.Text.Json;
using Rig;

namespace ReadingPath;

/// <summary>Three silos and a hub that takes no groups as processes, with PostgreSQL and InfluxDB: each silo is killed in turn, and then PostgreSQL for a while.</summary>
public sealed class ClusterCrashes : IAsyncLifetime
{
    private static readonly string[] Names = ["one", "two", "three"];
    private static readonly string[] Groups = ["city", "hill", "port"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("city-cluster-");
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly List<HubProcess> _silos = [];
    private readonly List<PoleNode> _nodes = [];
    private Department _department = null!;
    private PostgresServer _postgres = null!;
    private HubProcess _front = null!;

    public async Task InitializeAsync()
    {
        var broker = Own(await Broker.Start(Path.Combine(_folder.FullName, "broker")));
        var influx = Own(await InfluxServer.Start(Path.Combine(_folder.FullName, "influx")));
        _postgres = Own(await PostgresServer.Start());
        _postgres.Create("city");
        var rules = Path.Combine(_folder.FullName, "rules");
        Directory.CreateDirectory(rules);
        await File.WriteAllTextAsync(Path.Combine(rules, "small.yaml"), RuleText);
        string[] shared =
        [
            "--Engine:Kind=Orleans", "--Engine:SettleAfter=00:00:02", "--Timeline:Store=Influx", $"--Influx:Url={influx.Address}",
            "--Register:Kind=Postgres", $"--Postgres:Port={_postgres.Port}", "--Postgres:Database=city", $"--Postgres:User={_postgres.User}", $"--Postgres:PasswordFile={_postgres.PasswordFile}",
            .. Groups.Select((group, i) => $"--Hub:Groups:{i}={group}"),
        ];
        foreach (var silo in Names) _silos.Add(await Hub(silo));
        _front = await Hub("front", "--Engine:HoldsGroups=false");

        async Task<HubProcess> Hub(string name, params string[] options) => Own(await HubProcess.Start(Path.Combine(_folder.FullName, name), broker.Port, rules, _silos.FirstOrDefault(),
            [.. shared, $"--Engine:Silo={name}", $"--Engine:SiloPort={Ports.Free()}", .. options]));
        _department = Own(await Department.Start());
        _department.Secret = await _silos[0].Subscribe("fire", _department.Port);
        foreach (var group in Groups)
        {
            var node = Own(new PoleNode(_folder.FullName, "pole-" + group, broker.Port, smoke: group == "hill", group));
            node.Up();
            _nodes.Add(node);
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts)) await part.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Silos_that_are_killed_one_after_the_other_and_a_register_that_is_away_lose_double_and_page_nothing_twice()
    {
        foreach (var node in _nodes) await Grows(node, _silos[0]);
        for (var victim = 0; victim < _silos.Count; victim++)
        {
            await _silos[victim].Process.Kill();
            var witness = _silos[(victim + 1) % _silos.Count];
            foreach (var node in _nodes) await Grows(node, witness);
            await _silos[victim].Up();
        }
        var before = _nodes[0].Given.Count;
        await _postgres.Kill();
        await Until.True(() => _nodes[0].Given.Count > before + 40, "the nodes measure on for ten seconds without a register");
        await _postgres.Up();
        foreach (var node in _nodes) await Grows(node, _silos[0]);

        await AllStored();
        var fire = Assert.Single(_department.All.Where(m => m.Type == "episode.raised").GroupBy(m => m.Episode));
        Assert.Single(fire.Select(m => m.Id).Distinct()); // one fire, under one id, whoever told of it
        using var alerts = JsonDocument.Parse(await _silos[1].Http.GetStringAsync(new Uri("/v1/alerts", UriKind.Relative)));
        Assert.Equal(fire.Key, Assert.Single(alerts.RootElement.EnumerateArray(), alert => alert.GetProperty("rule").GetString() == "smoke").GetProperty("id").GetString());
    }

    [Fact]
    public async Task Restarted_one_after_the_other_as_in_an_upgrade_the_silos_share_the_groups_again_and_nothing_is_lost_or_doubled()
    {
        foreach (var node in _nodes) await Grows(node, _silos[0]);
        foreach (var silo in _silos)
        {
            Assert.True(await silo.Process.Stop(), "the silo did not stop when asked");
            foreach (var node in _nodes) await Grows(node, _front); // who looks at the city through it sees it go on
            await silo.Up();
            foreach (var node in _nodes) await Grows(node, silo);
        }
        await Until.True(() => Groups.Select(OwnerOf).Distinct().Count() == Names.Length, "each silo holds one of three groups", TimeSpan.FromMinutes(1));
        foreach (var node in _nodes) await Grows(node, _silos[0]);
        await AllStored();
        var fire = Assert.Single(_department.All.Where(m => m.Type == "episode.raised").DistinctBy(m => m.Id));
        using var acknowledged = await _front.Http.PostAsync(new Uri($"/v1/alerts/{fire.Episode}/acknowledge", UriKind.Relative), null);
        Assert.True(acknowledged.IsSuccessStatusCode, await acknowledged.Content.ReadAsStringAsync());
        await _department.Message("episode.acknowledged", fire.Episode!);
        Assert.DoesNotContain("front", Groups.Select(OwnerOf));
    }

    [Fact]
    public async Task A_silo_that_hung_and_was_voted_out_writes_nothing_when_it_wakes_and_is_taken_in_again()
    {
        foreach (var node in _nodes) await Grows(node, _silos[0]);
        var owner = OwnerOf("hill");
        var hung = _silos[Array.IndexOf(Names, owner)];
        var witness = _silos[(Array.IndexOf(Names, owner) + 1) % Names.Length];
        hung.Process.Freeze();
        await Until.True(() => OwnerOf("hill") != owner, "another silo has taken the group over");
        foreach (var node in _nodes) await Grows(node, witness);
        hung.Process.Thaw();
        // Orleans ends a silo that reads in the membership that it is dead; whatever it still held was refused under its epochs.
        await Until.True(() => hung.Process.HasExited, "the silo that was voted out ends", TimeSpan.FromMinutes(1));
        await hung.Up();
        foreach (var node in _nodes) await Grows(node, hung);
        await AllStored();
    }

    private T Own<T>(T part) where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }

    private string OwnerOf(string group) => _postgres.Ask("city", $"select owner from group_owner where node_group = '{group}'");

    private async Task AllStored()
    {
        foreach (var node in _nodes)
        {
            var measured = node.Given.Count;
            IReadOnlyList<double> stored = [];
            await Until.True(async () => (stored = await Stored(node, _silos[0])).Count >= measured, () => $"all that {node.Name} measured is stored, {measured} readings; there are {stored.Count}", TimeSpan.FromMinutes(1));
            Assert.Equal(node.Given.Select(one => one.Temperature).Take(stored.Count), stored); // each once, in the chip's order
        }
    }

    /// <summary>Waits until a silo shows what a node measured after now.</summary>
    private static async Task Grows(PoleNode node, HubProcess silo)
    {
        var now = DateTimeOffset.UtcNow;
        await Until.True(async () =>
        {
            using var answer = await silo.Http.GetAsync(new Uri($"/v1/sensors/{node.Climate}", UriKind.Relative));
            if (!answer.IsSuccessStatusCode) return false;
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return json.RootElement.GetProperty("values").EnumerateArray().Any(value => value.GetProperty("at").GetDateTimeOffset() > now);
        }, $"{node.Climate} is heard again", TimeSpan.FromMinutes(1));
    }

    private static async Task<IReadOnlyList<double>> Stored(PoleNode node, HubProcess silo)
    {
        var csv = await silo.Http.GetStringAsync(new Uri($"/v1/readings?quantity=air-temperature&sensor={node.Climate}&format=ndjson", UriKind.Relative));
        return [.. csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("value").GetDouble();
        })];
    }

    private const string RuleText = """
        districts:
          harbour: Harbour
        rules:
          - id: smoke
            quantity: smoke
            above: 0
            severity: critical
            late: raise
            department: fire
            message: A smoke contact has closed.
        """;
}
#endif
