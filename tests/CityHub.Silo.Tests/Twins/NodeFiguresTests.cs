using Rig;
using SmartCity.Mqtt;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Silo.Tests.Twins;

/// <summary>A node's own figures, and what the hub counts of any node.</summary>
[Collection("hub")]
public sealed class NodeFiguresTests
{
    [Fact]
    public async Task What_a_node_tells_of_itself_stands_in_its_view_and_outlives_the_hub()
    {
        await using var hub = await HubRig.Start();
        await using var node = new NodeRig("n1") { Vitals = new(41.5, 1_000, 2_097_152) };
        await node.Start(hub.Broker.Port);
        await Until.True(() => View(hub, "n1")?.BoardCelsius == 41.5, "the birth told it");
        node.TellVitals(new(44.25, 5_000, null));
        await Until.True(() => View(hub, "n1") is { BoardCelsius: 44.25, SentBytes: 5_000, SentTodayBytes: 4_000, BytesADay: 2_097_152 }, "so did its data");
        Assert.Equal(0, hub.Refusals.Count("missing_position")); // it is of no batch
        node.Send(Lane.Raw, 1, node.Reading(21));
        await Until.True(() => node.IsAnswered(Lane.Raw, 1), "its readings go their way beside it");
        var received = View(hub, "n1")!.ReceivedBytes;
        Assert.InRange(received, 400ul, 4_000ul);

        await hub.StopHub();
        node.Vitals = null; // so that nothing but the checkpoint can tell
        await hub.StartHub();
        Assert.True(View(hub, "n1") is { BoardCelsius: 44.25, SentBytes: 5_000 });
        Assert.InRange(View(hub, "n1")!.ReceivedBytes, received, ulong.MaxValue);
    }

    [Fact]
    public async Task Of_somebody_elses_node_the_hub_counts_the_bytes_that_came()
    {
        await using var hub = await HubRig.Start();
        await using var node = await new NodeRig("n1").Start(hub.Broker.Port);
        var births = (await Heard(hub, "n1")).ReceivedBytes;
        byte[] pack = [.. """[{"n":"temperature","u":"Cel","v":21.5}]"""u8];
        node.Publish("senml/city/small", pack);
        await Until.True(() => View(hub, "small")?.ReceivedBytes > 0, "the pack came");
        Assert.Equal((ulong)MqttBytes.OfPublish("senml/city/small".Length, pack.Length), View(hub, "small")!.ReceivedBytes);
        Assert.Equal((null, null, null), (View(hub, "small")!.SentBytes, View(hub, "small")!.SentTodayBytes, View(hub, "small")!.BoardCelsius));
        Assert.Equal(births, View(hub, "n1")!.ReceivedBytes); // each its own
    }

    private static async Task<Contracts.NodeView> Heard(HubRig hub, string node)
    {
        await Until.True(() => View(hub, node) is { Sensors: 1 }, "its births came");
        return View(hub, node)!;
    }

    private static Contracts.NodeView? View(HubRig hub, string node) => hub.City.Nodes().SingleOrDefault(view => view.Key == new NodeKey("city", node));
}
