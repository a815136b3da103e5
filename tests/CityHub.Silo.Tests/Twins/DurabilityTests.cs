using Rig;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Silo.Tests.Twins;

[Collection("hub")]
public sealed class DurabilityTests
{
    [Fact]
    public async Task Nothing_answered_is_lost_by_a_kill_and_nothing_resent_is_stored_twice()
    {
        await using var hub = await HubRig.Start();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        var readings = Enumerable.Range(1, 40).Select(i => node.Reading(20 + i * 0.25)).ToArray();
        for (var i = 0; i < 20; i++) node.Send(Lane.Raw, (ulong)i + 1, readings[i]);
        await Until.True(() => node.IsAnswered(Lane.Raw, 20), "the first half is answered");
        for (var i = 20; i < 30; i++) node.Send(Lane.Raw, (ulong)i + 1, readings[i]);
        await hub.KillHub();
        Assert.Equal(readings[..20].Select(reading => reading.Order), (await Reopened(hub, node)).Select(reading => reading.Order).Intersect(readings[..20].Select(reading => reading.Order)));

        // Whatever was not answered is resent, and so is some of what was.
        await Until.True(() => node.Births > 1, "the node gave birth to the new hub");
        for (var i = 10; i < 40; i++) node.Send(Lane.Raw, (ulong)i + 1, readings[i]);
        await Until.True(() => node.IsAnswered(Lane.Raw, 40), "all of it is answered");
        Assert.Equal(readings.Select(reading => reading.Order), (await hub.Stored(node.Sensor)).Select(reading => reading.Order));
        Assert.True(hub.Refusals.Count("duplicate_batch") >= 10);
    }

    [Fact]
    public async Task Rows_that_the_last_checkpoint_missed_are_replayed_into_twins_ledger_and_episodes()
    {
        await using var hub = await HubRig.Start();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        node.Send(Lane.Raw, 1, node.Reading(20));
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "the first batch is answered");
        hub.Faults.RegisterAway = true; // rows go on being stored; checkpoints, episodes and answers wait
        node.Send(Lane.Alert, 1, node.Reading(45));
        node.Send(Lane.Raw, 2, node.Reading(44));
        await Until.True(async () => (await hub.Stored(node.Sensor)).Count == 3, "the timeline has them");
        await hub.KillHub();
        Assert.False(node.IsAnswered(Lane.Alert, 1));
        await hub.StartHub();

        await Until.True(async () => (await hub.Episodes()).Count == 1, "the episode is raised after all");
        Assert.Equal(44, hub.City.Sensor(new(node.Sensor))!.Values.Single().Value);
        await Until.True(() => node.IsAnswered(Lane.Alert, 1) && node.IsAnswered(Lane.Raw, 2), "the new hub answers for them without a resend");
        Assert.Equal(3, (await hub.Stored(node.Sensor)).Count);
        Assert.NotNull((await hub.Episodes()).Single().RaisedAt);
    }

    [Fact]
    public async Task Nothing_is_answered_while_the_timeline_refuses_and_everything_once_it_returns()
    {
        await using var hub = await HubRig.Start();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        hub.Faults.TimelineAway = true;
        node.Send(Lane.Raw, 1, node.Reading(20));
        await Until.True(() => hub.City.NotReady().ContainsKey("timeline"), "the hub says so");
        await Until.True(() => hub.City.Sensor(new(node.Sensor))?.Values.Count == 1, "the live value is there all the same");
        Assert.False(node.IsAnswered(Lane.Raw, 1));
        hub.Faults.TimelineAway = false;
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "it is answered");
        Assert.Single(await hub.Stored(node.Sensor));
        await Until.True(() => hub.City.NotReady().Count == 0, "the hub is ready again");
    }

    [Fact]
    public async Task Nothing_is_answered_before_the_store_behind_the_log_has_it_whatever_the_log_has()
    {
        await using var hub = await HubRig.Start();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        hub.Faults.StoreAway = true;
        node.Send(Lane.Raw, 1, node.Reading(20));
        await Until.True(async () => (await hub.Stored(node.Sensor)).Count == 1, "the log has it");
        await Until.True(() => hub.City.NotReady().ContainsKey("timeline"), "the hub says so");
        await Until.True(() => hub.Get<HubMetrics>() is not null && hub.Register.LoadCheckpoints(out _).Any(), "checkpoints go on");
        Assert.False(node.IsAnswered(Lane.Raw, 1));
        hub.Faults.StoreAway = false;
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "it is answered");
    }

    [Fact]
    public async Task A_batch_that_raised_an_episode_is_answered_only_when_the_episode_is_committed()
    {
        await using var hub = await HubRig.Start();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        hub.Faults.RegisterAway = true;
        node.Send(Lane.Alert, 1, node.Reading(45));
        await Until.True(() => hub.City.NotReady().ContainsKey("register"), "the hub says so");
        await Until.True(async () => (await hub.Stored(node.Sensor)).Count == 1, "the reading is stored");
        Assert.False(node.IsAnswered(Lane.Alert, 1));
        hub.Faults.RegisterAway = false;
        await Until.True(() => node.IsAnswered(Lane.Alert, 1), "it is answered");
        Assert.Single(await hub.Episodes());
    }

    [Fact]
    public async Task While_no_store_takes_anything_the_hub_stops_taking_at_its_limit_and_goes_on_when_they_return()
    {
        await using var hub = await HubRig.Start(settings: ("Hub:UnstoredLimit", "1000"));
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        hub.Faults.TimelineAway = true;
        var batches = Enumerable.Range(1, 150).Select(_ => Enumerable.Range(0, 10).Select(_ => node.Reading(20)).ToArray()).ToArray();
        for (var i = 0; i < batches.Length; i++) node.Send(Lane.Raw, (ulong)i + 1, batches[i]);
        await Until.True(() => hub.Get<HubMetrics>() is not null && hub.Get<CityHub.Silo.Twins.UnstoredRows>().Count == 1000, "the limit is reached");
        node.Send(Lane.Alert, 1, node.Reading(30));
        await Until.True(() => hub.Get<CityHub.Silo.Twins.UnstoredRows>().Count == 1001, "what matters more is taken still");
        hub.Faults.TimelineAway = false;
        await Until.True(() => node.IsAnswered(Lane.Raw, 100), "what was taken is answered");
        Assert.False(node.IsAnswered(Lane.Raw, 101));
        for (var i = 100; i < batches.Length; i++) node.Send(Lane.Raw, (ulong)i + 1, batches[i]);
        await Until.True(() => node.IsAnswered(Lane.Raw, 150), "what was resent is answered");
        Assert.Equal(1501, (await hub.Stored(node.Sensor)).Count);
    }

    [Fact]
    public async Task A_clean_stop_leaves_nothing_to_replay()
    {
        await using var hub = await HubRig.Start();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        for (var i = 1; i <= 50; i++) node.Send(Lane.Raw, (ulong)i, node.Reading(20 + i));
        await Until.True(() => hub.City.Sensor(new(node.Sensor))?.Values.SingleOrDefault()?.Value == 70, "the hub has them all");
        await hub.StopHub();
        hub.Log.Clear();
        await hub.StartHub();
        Assert.DoesNotContain(hub.Log, line => line.Contains("came after their last checkpoint", StringComparison.Ordinal));
        Assert.Equal(50, (await hub.Stored(node.Sensor)).Count);
        Assert.Equal(70, hub.City.Sensor(new(node.Sensor))!.Values.Single().Value);
    }

    private static async Task<IReadOnlyList<Reading>> Reopened(HubRig hub, NodeRig node)
    {
        await hub.StartHub();
        return await hub.Stored(node.Sensor);
    }
}
