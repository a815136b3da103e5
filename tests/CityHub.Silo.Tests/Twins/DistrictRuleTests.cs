using CityHub.Silo.Register;
using CityHub.Silo.Watch;
using Rig;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Silo.Tests.Twins;

/// <summary>Rules on districts, and rehearsals, in a whole hub.</summary>
[Collection("hub")]
public sealed class DistrictRuleTests
{
    private const string Rules = """
        districts: { harbour: Harbour }
        rules:
          - id: hot-district
            quantity: air-temperature
            district: { take: quorum, sites: 2, every: 1s }
            lateness: 0s
            above: 40
            clear: 38
            severity: major
            department: fire
            message: The harbour is hot.
        """;

    [Fact]
    public async Task A_district_s_episode_is_raised_by_two_sites_and_outlives_a_restart_of_the_hub()
    {
        await using var hub = await HubRig.Start(Rules);
        foreach (var node in (string[])["n1", "n2"])
        {
            await hub.Register.SavePlaces([new(new(node), new(new("city", node), "bme280"), new("harbour", "site of " + node, null, null, [], new(1)))]);
        }
        await hub.StopHub();
        await hub.StartHub();
        await using var one = await new NodeRig("n1").Start(hub.Broker.Port);
        await using var two = await new NodeRig("n2").Start(hub.Broker.Port);
        one.Send(Lane.Raw, 1, one.Reading(45));
        await Until.True(() => one.IsAnswered(Lane.Raw, 1), "one site is hot");
        two.Send(Lane.Raw, 1, two.Reading(44));
        await Until.True(async () => (await hub.Episodes()).Count == 1, "both are");
        var episode = (await hub.Episodes()).Single();
        Assert.Equal((SensorId.OfDistrict("harbour"), "harbour", "fire", "The harbour is hot.", 44.0), (episode.Sensor, episode.District, episode.Department, episode.Message, episode.Value));
        Assert.Equal(1, hub.City.Districts().Single().OpenEpisodes[Severity.Major]);

        await hub.StopHub();
        await hub.StartHub();
        await Until.True(() => one.Births > 1 && two.Births > 1, "the nodes have found the hub again");
        one.Send(Lane.Raw, 2, one.Reading(20));
        two.Send(Lane.Raw, 2, two.Reading(20));
        await Until.True(async () => !(await hub.Episodes()).Single().IsOpen, "it is over");
        Assert.Equal(episode.Id, (await hub.Episodes()).Single().Id);
    }

    [Fact]
    public async Task A_for_duration_that_was_running_goes_on_after_the_hub_was_killed()
    {
        await using var hub = await HubRig.Start(Rules.Replace("above: 40", "above: 40\n    for: 5m", StringComparison.Ordinal).Replace("every: 1s", "every: 1s, fresh-for: 1h", StringComparison.Ordinal));
        await PutUp(hub);
        await using var one = await new NodeRig("n1").Start(hub.Broker.Port);
        await using var two = await new NodeRig("n2").Start(hub.Broker.Port);
        var first = Instant.From(DateTimeOffset.UtcNow) - TimeSpan.FromMinutes(4) - TimeSpan.FromSeconds(57);
        one.Send(Lane.Raw, 1, one.Reading(45, first));
        two.Send(Lane.Raw, 1, two.Reading(44, first));
        await Until.True(() => one.IsAnswered(Lane.Raw, 1) && two.IsAnswered(Lane.Raw, 1), "both are hot, for five minutes in three seconds");
        await Until.True(() => Checkpoints(hub).Any(checkpoint => checkpoint.Node.Node == "district/harbour"), "the district is in a checkpoint");
        Assert.Empty(await hub.Episodes());
        await hub.KillHub();
        await hub.StartHub();
        await Until.True(async () => (await hub.Episodes()).Count == 1, "the duration is over");
        Assert.InRange((await hub.Episodes()).Single().FirstBreachAt - first, TimeSpan.Zero, TimeSpan.FromSeconds(1)); // the step that first saw it, not the restart
    }

    [Fact]
    public async Task Its_members_own_alerts_are_held_back_with_the_reason_by_default_and_told_when_it_is_over()
    {
        await using var hub = await HubRig.Start(Rules + """

              - { id: heat, quantity: air-temperature, above: 42, clear: 38, severity: minor, department: fire, message: Too hot. }
            """);
        await PutUp(hub, "n3");
        await using var one = await new NodeRig("n1").Start(hub.Broker.Port);
        await using var two = await new NodeRig("n2").Start(hub.Broker.Port);
        await using var three = await new NodeRig("n3").Start(hub.Broker.Port);
        one.Send(Lane.Raw, 1, one.Reading(45));
        await Until.True(async () => (await hub.Episodes()).Count == 1, "one site is hot, and told by itself");
        two.Send(Lane.Raw, 1, two.Reading(44));
        await Until.True(async () => (await Held(hub)).Count() == 2, "the district stands for both");
        var district = (await hub.Episodes()).Single(episode => episode.Rule == "hot-district");
        Assert.Equal(["n1", "n2"], district.Members.Select(member => member.Value));
        Assert.All(await Held(hub), member => Assert.Equal((HoldReason.Inhibited, "hot-district in harbour stands for it", district.Id.Value), (member.Held!.Reason, member.Held.Because, member.Held.By)));
        three.Send(Lane.Raw, 1, three.Reading(50));
        await Until.True(async () => (await Held(hub)).Count() == 3, "one that becomes bad later joins it");
        Assert.Equal(3, (await hub.Register.FindEpisode(district.Id))!.Members.Count);
        two.Send(Lane.Raw, 2, two.Reading(20));
        three.Send(Lane.Raw, 2, three.Reading(20));
        await Until.True(async () => (await hub.Episodes()).Where(episode => episode.IsOpen).ToArray() is [{ Rule: "heat", Sensor.Value: "n1", Held: null, CalledAt: not null }], "the district's is over: the one that is still hot is told");
    }

    private static async Task PutUp(HubRig hub, params string[] more)
    {
        await hub.Register.SavePlaces([.. new[] { "n1", "n2" }.Concat(more).Select(node => new SensorPlace(new(node), new(new("city", node), "bme280"), new("harbour", "site of " + node, null, null, [], new(1))))]);
        await hub.StopHub();
        await hub.StartHub();
    }

    private static async Task<IEnumerable<Episode>> Held(HubRig hub) => (await hub.Episodes()).Where(episode => episode is { IsOpen: true, Held: not null });

    private static IEnumerable<NodeCheckpoint> Checkpoints(HubRig hub) => hub.Register.LoadCheckpoints(out _);

    [Fact]
    public async Task Other_rules_are_tried_on_the_stored_past_and_nothing_comes_of_it()
    {
        await using var hub = await HubRig.Start();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        var now = Instant.From(DateTimeOffset.UtcNow);
        double[] values = [39, 41, 37, 39, 20];
        node.Send(Lane.Raw, 1, [.. values.Select((value, i) => node.Reading(value, now - TimeSpan.FromSeconds(values.Length - i)))]);
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "it is stored");
        var events = (await hub.Episodes()).Count;
        var proposed = RuleParser.Parse([new("rules.yaml", HubRig.Heat.Replace("above: 40", "above: 38", StringComparison.Ordinal))], out _)!;
        var (report, refusal) = await hub.Get<RuleRehearsal>().Run(proposed, now - TimeSpan.FromMinutes(1), now + TimeSpan.FromMinutes(1), CancellationToken.None);
        Assert.Null(refusal);
        Assert.Equal((5, 1, 0, 1), (report!.Readings, report.Added.Count, report.Removed.Count, report.Moved.Count));
        Assert.Equal((now - TimeSpan.FromSeconds(4), now - TimeSpan.FromSeconds(5)), (report.Moved[0].Before.FirstBreachAt, report.Moved[0].After.FirstBreachAt));
        Assert.Equal(events, (await hub.Episodes()).Count);
        Assert.Equal(1, hub.City.Rules().Version);
    }
}
