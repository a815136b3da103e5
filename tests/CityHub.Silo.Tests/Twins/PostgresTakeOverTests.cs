#if NPGSQL
using CityHub.Silo.Register;
using CityHub.Silo.Tests.Register;
using Microsoft.Extensions.Logging.Abstractions;
using Rig;
using Lane = SmartCity.Telemetry.Lane;

namespace CityHub.Silo.Tests.Twins;

/// <summary>A hub is lost with its disk, and another goes on from the register alone.</summary>
[Collection(nameof(OnePostgres))]
public sealed class PostgresTakeOverTests(OnePostgres postgres)
{
    private readonly PostgresOptions _database = postgres.Database();

    [Fact]
    public async Task What_was_answered_and_is_in_no_checkpoint_is_in_the_twins_the_ledger_and_the_timeline_of_a_hub_that_never_saw_the_dead_ones_disk()
    {
        await using var hub = await Hub();
        hub.Faults.Refused = nameof(IRegister.SaveCheckpoints);
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        double[] values = [21, 22, 23, 24, 45];
        var readings = values.Select(value => node.Reading(value)).ToArray();
        for (var i = 0; i < 4; i++) node.Send(Lane.Raw, (ulong)i + 1, readings[i]);
        node.Send(Lane.Alert, 1, readings[4]);
        await Until.True(() => node.IsAnswered(Lane.Raw, 4) && node.IsAnswered(Lane.Alert, 1), "all of it is answered");
        Assert.Equal("0", Ask("select count(*) from checkpoint"));
        await hub.KillHub();

        hub.Disk = "another";
        await hub.StartHub();
        Assert.Equal(45, hub.City.Sensor(new(node.Sensor))!.Values.Single().Value);
        Assert.Equal(readings.Select(reading => reading.Order), (await hub.Stored(node.Sensor)).Select(reading => reading.Order));
        await Until.True(() => node.Births > 1, "the node gave birth to the heir");
        for (var i = 0; i < 4; i++) node.Send(Lane.Raw, (ulong)i + 1, readings[i]); // as if the answer had been lost
        node.Send(Lane.Raw, 5, node.Reading(46));
        await Until.True(() => node.IsAnswered(Lane.Raw, 5), "the heir answers");
        Assert.Equal(4, hub.Refusals.Count("duplicate_batch"));
        Assert.Equal(6, (await hub.Stored(node.Sensor)).Count);
        Assert.Single(await hub.Episodes());
        Assert.Equal("1", Ask("select count(*) from change"));
        await Until.True(() => Ask("select count(*) from register_journal where epoch = 1") == "0", "the heir's checkpoints vouch for what was journalled before it");
    }

    [Fact]
    public async Task A_hub_alone_restarts_from_its_own_log_and_the_journal_brings_nothing_a_second_time()
    {
        await using var hub = await Hub();
        hub.Faults.Refused = nameof(IRegister.SaveCheckpoints);
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        node.Send(Lane.Raw, 1, node.Reading(20), node.Reading(21));
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "it is answered");
        await hub.KillHub();
        await hub.StartHub();
        Assert.Contains(hub.Log, line => line.Contains("blocks of the timeline into the twins", StringComparison.Ordinal));
        Assert.DoesNotContain(hub.Log, line => line.Contains("blocks of the journal", StringComparison.Ordinal));
        Assert.Equal(21, hub.City.Sensor(new(node.Sensor))!.Values.Single().Value);
        Assert.Equal(2, (await hub.Stored(node.Sensor)).Count);
        await Until.True(() => Ask("select count(*) from register_journal") == "0", "checkpoints vouch for it");
    }

    [Fact]
    public async Task What_a_checkpoint_counts_stays_in_the_journal_until_the_store_behind_the_log_has_it()
    {
        await using var hub = await Hub();
        hub.Faults.StoreAway = true;
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        node.Send(Lane.Raw, 1, node.Reading(20));
        await Until.True(() => Ask("select count(*) from checkpoint") == "1", "a checkpoint counts it");
        Assert.False(node.IsAnswered(Lane.Raw, 1));
        await hub.KillHub();

        hub.Disk = "another";
        await hub.StartHub();
        Assert.Single(await hub.Stored(node.Sensor));
        await Until.True(() => node.Births > 1, "the node gave birth to the heir");
        node.Send(Lane.Raw, 1, node.Reading(20));
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "the heir answers, by the dead one's checkpoint");
        Assert.Single(await hub.Stored(node.Sensor));
    }

    [Fact]
    public async Task Nothing_is_answered_while_the_journal_cannot_be_written()
    {
        await using var hub = await Hub();
        hub.Faults.Refused = nameof(IRegister.WriteJournal);
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        node.Send(Lane.Raw, 1, node.Reading(20));
        await Until.True(() => hub.City.NotReady().ContainsKey("register"), "the hub says so");
        await Until.True(async () => (await hub.Stored(node.Sensor)).Count == 1, "the timeline has it");
        Assert.False(node.IsAnswered(Lane.Raw, 1));
        Assert.Equal(1, hub.Get<CityHub.Silo.Twins.UnstoredRows>().Count);
        hub.Faults.Refused = null;
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "it is answered");
        Assert.Equal(0, hub.Get<CityHub.Silo.Twins.UnstoredRows>().Count);
    }

    [Fact]
    public async Task Groups_of_one_owner_go_to_different_heirs_each_with_what_is_its_own()
    {
        await using var hub = await Hub(("Hub:Groups:0", "city"), ("Hub:Groups:1", "port"));
        hub.Faults.Refused = nameof(IRegister.SaveCheckpoints);
        await using var inCity = await new NodeRig("n1").Start(hub.Broker.Port);
        await using var inPort = await new NodeRig("n2", group: "port").Start(hub.Broker.Port);
        inCity.Send(Lane.Raw, 1, inCity.Reading(20), inCity.Reading(21));
        inPort.Send(Lane.Raw, 1, inPort.Reading(30), inPort.Reading(31), inPort.Reading(32));
        await Until.True(() => inCity.IsAnswered(Lane.Raw, 1) && inPort.IsAnswered(Lane.Raw, 1), "both are answered");
        await hub.KillHub();

        (hub.Disk, hub["Hub:Groups:0"], hub["Hub:Groups:1"]) = ("another", "port", null);
        await hub.StartHub();
        Assert.Equal(32, hub.City.Sensor(new(inPort.Sensor))!.Values.Single().Value);
        Assert.Null(hub.City.Sensor(new(inCity.Sensor)));
        Assert.Equal((3, 0), ((await hub.Stored(inPort.Sensor)).Count, (await hub.Stored(inCity.Sensor)).Count));
        await Until.True(() => Ask("select string_agg(distinct node_group, ',') from register_journal") == "city", "checkpoints vouch for the one group");
        await hub.StopHub();

        (hub.Disk, hub["Hub:Groups:0"]) = ("third", "city");
        await hub.StartHub();
        Assert.Equal(21, hub.City.Sensor(new(inCity.Sensor))!.Values.Single().Value);
        Assert.Equal((0, 2), ((await hub.Stored(inPort.Sensor)).Count, (await hub.Stored(inCity.Sensor)).Count));
        await Until.True(() => Ask("select count(*) from register_journal") == "0", "and for the other");
        Assert.Equal("city n1,port n2", Ask("select string_agg(node_group || ' ' || node, ',' order by node) from checkpoint"));
    }

    [Fact]
    public async Task A_disk_that_was_set_back_to_an_older_copy_goes_on_as_another_log()
    {
        await using var hub = await Hub();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        node.Send(Lane.Raw, 1, node.Reading(20));
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "the first is answered");
        await hub.StopHub();
        hub.CopyDisk("data", "copy");
        await hub.StartHub();
        hub.Faults.Refused = nameof(IRegister.SaveCheckpoints);
        await Until.True(() => node.Births > 1, "the node gave birth again");
        node.Send(Lane.Raw, 2, node.Reading(21));
        await Until.True(() => node.IsAnswered(Lane.Raw, 2), "the second is answered");
        await hub.KillHub();

        hub.Disk = "copy";
        await hub.StartHub();
        Assert.Contains(hub.Log, line => line.Contains("this is an older copy", StringComparison.Ordinal));
        Assert.Equal(21, hub.City.Sensor(new(node.Sensor))!.Values.Single().Value);
        Assert.Equal([20, 21], (await hub.Stored(node.Sensor)).Select(reading => reading.TryGetValue(out var value) ? value : 0));
    }

    private Task<HubRig> Hub(params (string Key, string Value)[] settings) => HubRig.Start(
        () => new PostgresRegister(new(), _database, new CityHub.Silo.Webhooks.WebhookComposer(SmartCity.Webhooks.City.Unnamed).Compose, TimeProvider.System, NullLogger<PostgresRegister>.Instance, TimeSpan.FromSeconds(15)),
        HubRig.Heat, settings);

    private string Ask(string sql) => postgres.Server.Ask(_database.Database, sql);
}
#endif
