#if NPGSQL && ORLEANS
using System.Collections.Concurrent;
using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Tests.Register;
using CityHub.Silo.Watch.Desk;
using Microsoft.Extensions.Logging.Abstractions;
using Rig;
using SmartCity.Readings;
using SmartCity.Watch.Desk;
using Lane = SmartCity.Telemetry.Lane;

namespace CityHub.Silo.Tests.Twins;

/// <summary>Three silos with one register, each with a disk of its own: every group is held once, each silo shows the whole city, and what one leaves another takes up.</summary>
[Collection(nameof(OnePostgres))]
public sealed class ClusterTests(OnePostgres postgres) : IAsyncLifetime
{
    private static readonly string[] Groups = ["city", "hill", "port"];

    private const string DampDistrict = """

          - id: damp
            quantity: relative-humidity
            district: { take: quorum, sites: 3, every: 1s, fresh-for: 1h }
            lateness: 0s
            above: 90
            clear: 80
            severity: minor
            department: fire
            message: The district is damp.
        """;

    private readonly PostgresOptions _database = postgres.Database();
    private readonly List<HubRig> _silos = [];

    private IEnumerable<HubRig> Running => _silos.Where(silo => silo.Runs);

    public async Task InitializeAsync()
    {
        var first = await HubRig.Start(
            () => new PostgresRegister(new(), _database, new CityHub.Silo.Webhooks.WebhookComposer(SmartCity.Webhooks.City.Unnamed).Compose, TimeProvider.System, NullLogger<PostgresRegister>.Instance, TimeSpan.FromSeconds(15)),
            HubRig.Heat + DampDistrict,
            [
                ("Engine:Kind", "Orleans"), ("Engine:Silo", "one"), ("Engine:ProbeEvery", "00:00:00.500"), ("Engine:SettleAfter", "00:00:01"), ("Register:Kind", "Postgres"), ("Postgres:Host", _database.Host), ("Postgres:Port", $"{_database.Port}"),
                ("Postgres:Database", _database.Database), ("Postgres:User", _database.User), ("Postgres:PasswordFile", _database.PasswordFile!),
                .. Groups.Select((group, i) => ($"Hub:Groups:{i}", group)),
            ]);
        _silos.Add(first);
        _silos.Add(await first.Beside("two"));
        _silos.Add(await first.Beside("three"));
        // The first had them all: there was nobody else.
        await Until.True(() => _silos.All(silo => Held(silo).Count == 1), () => $"each of three silos has got its share of three groups; they hold {string.Join(" and ", _silos.Select(silo => $"[{string.Join(' ', Held(silo))}] and miss [{string.Join(' ', silo.Get<CityHub.Silo.Twins.GroupHosts>().Missing)}]"))}");
    }

    public async Task DisposeAsync()
    {
        foreach (var silo in Enumerable.Reverse(_silos)) await silo.DisposeAsync();
    }

    [Fact]
    public async Task Every_group_is_held_by_one_silo_and_each_silo_shows_and_commands_the_whole_city()
    {
        var nodes = new List<NodeRig>();
        foreach (var group in Groups) nodes.Add(await new NodeRig("n-" + group, group: group) { Terms = new("", "") }.Start(_silos[0].Broker.Port));
        for (var i = 0; i < nodes.Count; i++) nodes[i].Send(Lane.Raw, 1, nodes[i].Reading(20 + i));
        foreach (var node in nodes) await Until.True(() => node.IsAnswered(Lane.Raw, 1), "each group is taken");
        Assert.Equal(Groups, _silos.SelectMany(Held).Order(StringComparer.Ordinal));
        foreach (var silo in _silos)
        {
            await Until.True(() => silo.City.Sensors().Count == 3 && silo.City.Nodes().Count(node => node.Presence == Presence.Online) == 3, "the silo shows all three");
            for (var i = 0; i < nodes.Count; i++)
            {
                var sensor = nodes[i].Sensor;
                var value = 20 + i;
                await Until.True(() => silo.City.Sensor(new(sensor))?.Values.FirstOrDefault()?.Value == value, "the silo shows the value");
            }
            var latest = new List<LatestValue>();
            await silo.City.Latest(Quantity.AirTemperature, latest);
            Assert.Equal(nodes.Select(node => node.Sensor).Order(StringComparer.Ordinal), latest.Select(value => value.Sensor.Value).Order(StringComparer.Ordinal));
        }
        // Each asks each node for something: two of three go by way of another silo.
        for (var s = 0; s < _silos.Count; s++)
        {
            var silo = _silos[s];
            foreach (var (node, group) in nodes.Zip(Groups))
            {
                var key = new NodeKey(group, "n-" + group);
                var id = $"a{s}-{group}";
                Assert.Equal(NodeCallVerdict.Asked, await silo.City.Calls.Ask(new(id, key, SmartCity.Telemetry.NodeCall.Write(id, "duty", null, true, false), "duty", "", Instant.From(DateTimeOffset.UtcNow))));
                await Until.True(() => node.TermsAsked.Any(asked => asked.Contains($"\"{id}\"", StringComparison.Ordinal)), "the node was asked");
                node.Terms = new("", id + ": taken");
                node.Birth();
                await Until.True(() => silo.City.Calls.List(key, 1)[0].State == SmartCity.Telemetry.NodeCallState.Taken, "its answer is seen where it was asked");
            }
        }
        foreach (var node in nodes) await node.DisposeAsync();
    }

    [Fact]
    public async Task An_alert_of_one_silo_stands_on_every_desk_and_what_is_done_with_it_on_one_is_seen_on_all()
    {
        await using var node = await new NodeRig("n1").Start(_silos[0].Broker.Port);
        node.Send(Lane.Raw, 1, node.Reading(45));
        foreach (var silo in _silos) await Until.True(() => silo.Get<CityHub.Silo.Twins.EpisodeBoard>().OpenCount == 1, "it is open on the silo's board");
        var episode = Assert.Single(await _silos[0].Episodes());
        var elsewhere = _silos.First(silo => !Held(silo).Contains("city"));
        var heard = new List<string>();
        using var listening = new CancellationTokenSource();
        var listens = Task.Run(async () =>
        {
            await foreach (var happened in elsewhere.City.Events(listening.Token)) heard.Add(happened.Kind);
        });
        await Until.True(() => elsewhere.Get<CityHub.Silo.Twins.EventFeed>().Listeners == 1, "somebody listens");
        var holder = _silos.First(silo => Held(silo).Contains("city"));
        await holder.City.Acknowledge(episode.Id, "duty", "on our way", default);
        await Until.True(() => heard.Contains(EpisodeChangeKinds.Acknowledged), "who listens at another silo hears it");
        await elsewhere.City.Desk.Suppress(new("s1", SuppressionKind.Maintenance, new Scope(District: "harbour"), Instant.From(DateTimeOffset.UtcNow), null, "duty", Instant.From(DateTimeOffset.UtcNow), "works"), default);
        foreach (var silo in _silos) await Until.True(() => silo.Get<AlertDesk>().HoldBack(episode) is not null, "each silo's desk goes by it");
        node.Send(Lane.Raw, 2, node.Reading(20));
        foreach (var silo in _silos) await Until.True(() => silo.Get<CityHub.Silo.Twins.EpisodeBoard>().OpenCount == 0, "it is over on every board");
        Assert.Equal(1, heard.Count(kind => kind == EpisodeChangeKinds.Acknowledged)); // once each
        await listening.CancelAsync();
        await listens.ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.Equal(1, _silos.Count(silo => silo.Get<DeskDuty>().IsOurs));
    }

    [Fact]
    public async Task A_silo_that_takes_no_groups_shows_and_commands_the_whole_city_and_is_left_with_none_when_the_others_go()
    {
        await using var node = await new NodeRig("n1") { Terms = new("", "") }.Start(_silos[0].Broker.Port);
        var shows = await _silos[0].Beside("front", ("Engine:HoldsGroups", "false"));
        _silos.Add(shows);
        node.Send(Lane.Raw, 1, node.Reading(45));
        await Until.True(() => shows.City.Sensor(new(node.Sensor))?.Values.FirstOrDefault()?.Value == 45 && shows.Get<CityHub.Silo.Twins.EpisodeBoard>().OpenCount == 1, "it shows the value and the alert");
        Assert.Equal(NodeCallVerdict.Asked, await shows.City.Calls.Ask(new("a1", new("city", "n1"), SmartCity.Telemetry.NodeCall.Write("a1", "duty", null, true, false), "duty", "", Instant.From(DateTimeOffset.UtcNow))));
        await Until.True(() => !node.TermsAsked.IsEmpty, "the node was asked");
        foreach (var silo in _silos.Take(3)) await silo.StopHub();
        await Until.True(() => shows.Get<CityHub.Silo.Twins.GroupHosts>().Missing.Count == 3, "it says that nobody holds them");
        Assert.Empty(Held(shows));
    }

    [Fact]
    public async Task That_a_node_went_is_told_once_at_every_silo_also_where_its_group_is_not_held()
    {
        using var listening = new CancellationTokenSource();
        var heard = _silos.ToDictionary(silo => silo, _ => new ConcurrentQueue<string>());
        var listens = _silos.Select(silo => Task.Run(async () =>
        {
            await foreach (var happened in silo.City.Events(listening.Token)) heard[silo].Enqueue($"{happened.Kind} {happened.Subject}");
        })).ToArray();
        foreach (var silo in _silos) await Until.True(() => silo.Get<CityHub.Silo.Twins.EventFeed>().Listeners == 1, "somebody listens");
        var node = await new NodeRig("n1").Start(_silos[0].Broker.Port);
        foreach (var silo in _silos) await Until.True(() => silo.City.Nodes().Any(one => one.Presence == Presence.Online), "it is shown");
        await node.DisposeAsync();
        foreach (var silo in _silos) await Until.True(() => heard[silo].Contains("node.offline city/n1"), "it is heard");
        Assert.All(heard.Values, events => Assert.Equal(1, events.Count(one => one == "node.offline city/n1")));
        await listening.CancelAsync();
        await Task.WhenAll(listens).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task A_rule_on_a_district_counts_the_sensors_of_every_group_also_after_the_silo_that_watched_it_has_gone()
    {
        var nodes = new List<NodeRig>();
        foreach (var group in Groups) nodes.Add(await new NodeRig("n-" + group, group: group, site: "site of " + group).Start(_silos[0].Broker.Port));
        await Send(1, 95, nodes.Take(2));
        foreach (var silo in _silos) Assert.Equal(0, silo.Get<CityHub.Silo.Twins.EpisodeBoard>().OpenCount); // two of three sites
        await Send(1, 95, nodes.Skip(2));
        foreach (var silo in _silos) await Until.True(() => silo.Get<CityHub.Silo.Twins.EpisodeBoard>().OpenCount == 1, "the district's alert stands on every desk");
        var episode = Assert.Single(await _silos[0].Episodes());
        Assert.Equal((SensorId.OfDistrict("harbour"), 95.0), (episode.Sensor, episode.Value));

        var watcher = _silos.Single(silo => Held(silo).Contains(CityHub.Silo.Twins.GroupShares.HomeOf("harbour", Groups)));
        var births = nodes.Sum(node => node.Births);
        await watcher.StopHub();
        await Until.True(() => Running.SelectMany(Held).Order(StringComparer.Ordinal).SequenceEqual(Groups) && nodes.Sum(node => node.Births) > births, "the others hold its groups");
        await Send(2, 70, nodes.Take(1));
        await Until.True(async () => !(await Running.First().Episodes()).Single().IsOpen, "two of three sites are not the district");
        foreach (var node in nodes) await node.DisposeAsync();

        static async Task Send(ulong batch, double value, IEnumerable<NodeRig> nodes)
        {
            foreach (var node in nodes)
            {
                node.Send(Lane.Raw, batch, node.Reading(value, quantity: Quantity.RelativeHumidity));
                await Until.True(() => node.IsAnswered(Lane.Raw, batch), "it is taken");
            }
        }
    }

    [Fact]
    public async Task What_a_silo_held_is_taken_up_by_another_with_all_that_was_answered()
    {
        var nodes = new List<NodeRig>();
        foreach (var group in Groups) nodes.Add(await new NodeRig("n-" + group, group: group).Start(_silos[0].Broker.Port));
        foreach (var node in nodes) node.Send(Lane.Raw, 1, node.Reading(45), node.Reading(46));
        foreach (var node in nodes) await Until.True(() => node.IsAnswered(Lane.Raw, 1), "it is answered");
        // One after the other leaves, until the last one holds all.
        while (Running.Count() > 1)
        {
            var leaving = Running.OrderByDescending(silo => Held(silo).Count).First();
            var births = nodes.ToDictionary(node => node, node => node.Births);
            var left = Held(leaving);
            await leaving.StopHub();
            await Until.True(() => Running.SelectMany(Held).Order(StringComparer.Ordinal).SequenceEqual(Groups), "the groups are held by those who stay");
            foreach (var (node, group) in nodes.Zip(Groups).Where(pair => left.Contains(pair.Second))) await Until.True(() => node.Births > births[node], "the node gave birth to the heir");
        }
        var last = Running.Single();
        foreach (var node in nodes)
        {
            node.Send(Lane.Raw, 1, node.Reading(45), node.Reading(46)); // as if the answer had been lost
            node.Send(Lane.Raw, 2, node.Reading(47));
            await Until.True(() => node.IsAnswered(Lane.Raw, 2), "the last one answers");
            await Until.True(() => last.City.Sensor(new(node.Sensor))?.Values.Single().Value == 47, "and shows it");
        }
        Assert.Equal(3, (await last.Episodes()).Count);
        Assert.Equal("3", postgres.Server.Ask(_database.Database, "select count(*) from change"));
        foreach (var node in nodes) await node.DisposeAsync();
    }

    private static IReadOnlySet<string> Held(HubRig silo) => silo.Get<CityHub.Silo.Twins.GroupHosts>().Groups;
}
#endif
