using CityHub.Contracts;
using Rig;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;

namespace CityHub.Silo.Tests.Twins;

/// <summary>Episodes that a node has found by its own rules, told in births.</summary>
public sealed class EdgeEpisodeTests
{
    private const string Rules = HubRig.Heat + """

          - id: pole-smoke
            edge: true
            quantity: smoke
            equal: 1
            severity: critical
            department: fire
            message: Smoke.
        """;

    private static EdgeEpisode Found(Reading reading, Instant? cleared = null, string rule = "pole-smoke") =>
        new(rule, "bme280", Quantity.Smoke, Severity.Warning, reading.Order, 1, reading.At, cleared);

    private static Task Births(HubRig rig, NodeRig node)
    {
        var asked = node.Births;
        node.Birth();
        return Until.True(() => node.Births > asked && rig.City.Nodes().Single().Presence == Presence.Online, "the birth came");
    }

    [Fact]
    public async Task What_a_node_found_while_the_hub_was_away_is_adopted_once_however_often_it_is_told()
    {
        await using var rig = await HubRig.Start(Rules);
        await using var node = new NodeRig("pole-1");
        var hoursAgo = Instant.From(TimeProvider.System.GetUtcNow()) - TimeSpan.FromHours(6);
        var smoke = node.Reading(1, hoursAgo, Quantity.Smoke);
        node.Episodes.Add(Found(smoke));
        await node.Start(rig.Broker.Port);
        await Until.True(async () => (await rig.Episodes()).Count == 1, "it is adopted");
        node.Send(Lane.Alert, 1, smoke); // the reading itself, from the backlog
        await Until.True(() => node.IsAnswered(Lane.Alert, 1), "the backlog is stored");
        await Births(rig, node);
        node.Send(Lane.Alert, 2, node.Reading(1, quantity: Quantity.Smoke));
        await Until.True(() => node.IsAnswered(Lane.Alert, 2), "it still smokes");
        var episode = Assert.Single(await rig.Episodes());
        Assert.Equal(("pole-smoke", Severity.Critical, "fire", "Smoke.", "harbour", true, true), (episode.Rule, episode.Severity, episode.Department, episode.Message, episode.District, episode.Late, episode.IsOpen));
        Assert.NotNull(episode.RaisedAt); // the hub's own watch would only have recorded what is so old
        node.Send(Lane.Alert, 3, node.Reading(0, quantity: Quantity.Smoke));
        await Until.True(async () => !(await rig.Episodes())[0].IsOpen, "it ends with the reading that ends it");
        Assert.Equal(episode.Id, Assert.Single(await rig.Episodes()).Id);
    }

    [Fact]
    public async Task What_the_hub_found_first_is_the_same_episode()
    {
        await using var rig = await HubRig.Start(Rules);
        await using var node = await new NodeRig("pole-1").Start(rig.Broker.Port);
        var smoke = node.Reading(1, quantity: Quantity.Smoke);
        node.Send(Lane.Alert, 1, smoke);
        await Until.True(async () => (await rig.Episodes()).Count == 1, "the hub has found it");
        var before = Assert.Single(await rig.Episodes());
        node.Episodes.Add(Found(smoke));
        await Births(rig, node);
        node.Send(Lane.Alert, 2, node.Reading(0, quantity: Quantity.Smoke));
        await Until.True(async () => !(await rig.Episodes())[0].IsOpen, "it is over");
        Assert.Equal(before.Id, Assert.Single(await rig.Episodes()).Id);
        node.Episodes[0] = Found(smoke, Instant.From(TimeProvider.System.GetUtcNow()));
        await Births(rig, node);
        node.Send(Lane.Raw, 1, node.Reading(20));
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "what came after the birth is stored");
        Assert.Equal((before.Id, false), (Assert.Single(await rig.Episodes()).Id, (await rig.Episodes())[0].IsOpen));
    }

    [Fact]
    public async Task What_is_over_when_it_comes_to_light_is_recorded_and_a_rule_that_is_the_nodes_alone_says_so()
    {
        await using var rig = await HubRig.Start(Rules);
        await using var node = new NodeRig("pole-1");
        var at = Instant.From(TimeProvider.System.GetUtcNow()) - TimeSpan.FromHours(1);
        node.Episodes.Add(Found(node.Reading(1, at, Quantity.Smoke), at + TimeSpan.FromMinutes(1)));
        node.Episodes.Add(Found(node.Reading(1, at, Quantity.Smoke), rule: "of-the-node"));
        await node.Start(rig.Broker.Port);
        await Until.True(async () => (await rig.Episodes()).Count == 2, "both are adopted");
        var over = (await rig.Episodes()).Single(one => one.Rule == "pole-smoke");
        var alone = (await rig.Episodes()).Single(one => one.Rule == "of-the-node");
        Assert.Equal((null, false), (over.RaisedAt, over.IsOpen));
        Assert.Equal((true, Severity.Warning), (alone.IsOpen, alone.Severity));
        Assert.Contains("of-the-node", alone.Message, StringComparison.Ordinal);
        node.Episodes[1] = node.Episodes[1] with { ClearedAt = at + TimeSpan.FromMinutes(2) };
        node.Birth();
        await Until.True(async () => (await rig.Episodes()).All(one => !one.IsOpen), "the node's word ends it");
    }
}
