using CityHub.Contracts;
using CityHub.Silo.Tests.Twins;
using Rig;
using SmartCity.Readings;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;

namespace CityHub.Silo.Tests.Telemetry;

/// <summary>What bad input gets: counted under a name, logged once for each node and reason, never stored as good, accounted for.</summary>
[Collection("hub")]
public sealed class PoisonTests
{
    private static Instant Now => Instant.From(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task Each_kind_of_poison_has_its_name_and_stops_nothing()
    {
        await using var hub = await HubRig.Start(settings: ("Hub:MessageLimitKilobytes", "4"));
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);

        node.Publish("spBv1.0/city/NDATAA/n1", []);
        node.Publish("spBv1.0/city/DDATA/n1", []);
        await Counted(hub, "malformed_topic", 2);
        node.Publish("spBv1.0/city/DDATA/n1/bme280", [0xFF, 0xFF, 0xFF]);
        await Counted(hub, "malformed_payload");
        node.Publish("spBv1.0/city/DDATA/stranger/x", PayloadCodec.Encode(new() { Seq = 0 }));
        await Counted(hub, "before_birth");
        node.Publish("senml/city/kitchen", "[{]");
        await Counted(hub, "malformed_senml");
        node.Publish("senml/city/kitchen", """[{"n":"air-temperature","u":"%RH","v":1},{"n":"feelings","v":1},{"n":"air-temperature","vb":true}]""");
        await Counted(hub, "wrong_unit");
        await Counted(hub, "uncatalogued");
        await Counted(hub, "wrong_datatype");

        node.Send(Lane.Raw, 1, node.Reading(20, Now + TimeSpan.FromMinutes(6)));
        await Counted(hub, "future");
        node.Send(Lane.Raw, 2, node.Reading(20, Now - TimeSpan.FromDays(3700)));
        await Counted(hub, "ancient");
        node.Send(Lane.Raw, 3, node.Reading(20));
        node.Send(Lane.Raw, 3, node.Reading(20));
        await Counted(hub, "duplicate_batch");
        node.Send(Lane.Raw, 4, node.Reading(99));
        await Counted(hub, "implausible");
        node.Publish("spBv1.0/city/DDATA/stranger/x", []);
        node.Publish("spBv1.0/city/DDATA/n1/bme280", Whole(9, padding: 0, double.NaN));
        await Counted(hub, "not_a_number");
        node.Publish("spBv1.0/city/DDATA/n1/bme280", Half(5));
        await Counted(hub, "sample_count_mismatch");
        node.Publish("spBv1.0/city/DDATA/n1/bme280", Whole(6, padding: 8000));
        await Counted(hub, "oversized");
        node.Publish("spBv1.0/city/DDATA/n1/bme280", Whole(7, padding: 100)[..^20]);
        await Counted(hub, "malformed_payload", 2);
        node.Send(Lane.Raw, 8, node.Reading(21));

        // All of it is accounted for: the node resends none of it.
        await Until.True(() => node.IsAnswered(Lane.Raw, 9), "batches 1 to 9 are answered");
        var stored = await hub.Stored(node.Sensor);
        Assert.Equal([20, 99, double.NaN, 21], stored.Select(EndToEndTests.Value));
        Assert.Equal([Quality.Good, Quality.Fail, Quality.Missing, Quality.Good], stored.Select(reading => reading.Quality));
        Assert.Empty(await hub.Episodes()); // 99 degrees are no heat: they are a broken chip
        Assert.All(hub.Log.Where(line => line.Contains("Set aside", StringComparison.Ordinal)).GroupBy(line => line), lines => Assert.Single(lines));
    }

    [Theory]
    [InlineData("just believed", 0, 1)]
    [InlineData("a minute more", 60, 0)]
    public async Task A_stamp_is_believed_up_to_the_limit_ahead_of_the_city_clock(string because, int more, int stored)
    {
        await using var hub = await HubRig.Start(settings: ("Hub:FutureLimit", "01:00:00"));
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        node.Send(Lane.Raw, 1, node.Reading(20, Now + TimeSpan.FromHours(1) + TimeSpan.FromSeconds(more)));
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "it is answered either way");
        Assert.True((await hub.Stored(node.Sensor)).Count == stored, because);
    }

    [Fact]
    public async Task Senml_becomes_live_values_history_and_episodes_once()
    {
        await using var hub = await HubRig.Start();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        var at = Now.UnixMilliseconds / 1000;
        var pack = $$"""[{"bn":"oven/","bt":{{at}},"n":"air-temperature","u":"K","v":315.15},{"n":"air-pressure","u":"Pa","v":101325},{"n":"smoke","vb":false}]""";
        node.Publish("senml/city/kitchen", pack);
        node.Publish("senml/city/kitchen", pack);
        await Counted(hub, "duplicate_reading", 3);
        await Until.True(async () => (await hub.Stored("city.kitchen.oven")).Count == 1, "it is stored, once");
        var sensor = hub.City.Sensor(new("city.kitchen.oven"))!;
        Assert.Equal([42, 1013.25, 0], sensor.Values.Select(value => Math.Round(value.Value!.Value, 6)));
        Assert.Equal(Presence.Online, sensor.Presence);
        Assert.True(hub.City.Nodes().Single(of => of.Key.Node == "kitchen").Unledgered);
        await Until.True(async () => (await hub.Episodes()).Count == 1, "it is hot");
    }

    [Fact]
    public async Task Over_its_limit_the_hub_sheds_raw_readings_counted_and_answers_for_none_of_them()
    {
        await using var hub = await HubRig.Start();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        var budget = hub.Get<CityHub.Silo.Telemetry.IngestBudget>();
        using var shed = new Heard("cityhub_shed");
        budget.Add(64 * 1024 * 1024); // as if so much waited
        node.Send(Lane.Raw, 1, node.Reading(20));
        node.Send(Lane.Alert, 1, node.Reading(45));
        await Until.True(() => node.IsAnswered(Lane.Alert, 1), "the alert lane passes");
        Assert.False(node.IsAnswered(Lane.Raw, 1));
        Assert.Equal(1, shed.Of("shed_raw"));
        budget.Add(32 * 1024 * 1024);
        node.Send(Lane.Alert, 2, node.Reading(46));
        await Until.True(() => shed.Of("shed_all") == 1, "at the hard cap nothing passes");
        budget.Release(96 * 1024 * 1024);
        node.Send(Lane.Raw, 1, node.Reading(20));
        node.Send(Lane.Alert, 2, node.Reading(46));
        await Until.True(() => node.IsAnswered(Lane.Raw, 1) && node.IsAnswered(Lane.Alert, 2), "what is resent is taken");
        Assert.Equal(0, budget.Queued);
    }

    [Fact]
    public async Task An_unborn_node_is_asked_for_its_birth_once_in_ten_seconds()
    {
        await using var hub = await HubRig.Start();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        using var asked = new Heard("cityhub_rebirth_requests");
        for (byte seq = 0; seq < 50; seq++) node.Publish("spBv1.0/city/NDATA/stranger", PayloadCodec.Encode(new() { Seq = seq }));
        await Counted(hub, "before_birth", 50);
        Assert.Equal(1, asked.Total);
    }

    private static Task Counted(HubRig hub, string reason, long count = 1) =>
        Until.True(() => hub.Refusals.Count(reason) >= count, $"{reason} is counted, {string.Join("; ", hub.Log)}", TimeSpan.FromSeconds(20));

    /// <summary>A position of two metrics, and one of them.</summary>
    private static byte[] Half(ulong batch) => Data(new(new(Lane.Raw, batch), [new(ReadingOrder.Of(1, 1000 + batch), ClockTrust.Synced, 2)]), 0);

    private static byte[] Whole(ulong batch, int padding, double value = 20) => Data(new(new(Lane.Raw, batch), [new(ReadingOrder.Of(1, 1000 + batch), ClockTrust.Synced, 1)]), padding, value);

    private static byte[] Data(BatchPosition position, int padding, double value = 20) => PayloadCodec.Encode(new()
    {
        Timestamp = 1, Seq = 200, Uuid = padding > 0 ? new string('x', padding) : null,
        Metrics =
        [
            new() { Name = LedgerMetrics.Position, Timestamp = (ulong)Now.UnixMilliseconds, Value = new MetricValue.Bytes(LedgerCodec.Encode(position)) },
            new() { Name = "air-temperature", Timestamp = (ulong)Now.UnixMilliseconds, DataType = DataType.Double, Value = new MetricValue.Double(value) },
        ],
    });
}
