using Rig;
using SmartCity.Mqtt;
using SmartCity.Sparkplug;

namespace SensorNode.Telemetry;

public class ThousandReconnects
{
    private const int Times = 1_000;

    [Fact]
    public async Task Torn_anywhere_in_a_packet_a_thousand_times_a_node_comes_back_and_nothing_is_lost_doubled_or_said_out_of_turn()
    {
        using var broker = new Broker();
        await using var link = new FaultyLink(broker.Port);
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.SayOnline(true);
        using var node = new NodeRig(link.Port) { Time = new QuickTime(40) }.Start();
        node.AwaitStatus(SessionStatus.Live);
        var chance = new Random(2026);
        for (var tear = 0; tear < Times; tear++)
        {
            // Some are torn while they connect or are born, some while they send, and what comes back is torn in the same way.
            link.TearAfter(chance.Next(1, 4_000));
            if (tear % 10 == 0) node.TakeSmoke(on: tear % 20 == 0);
            Until.True(() =>
            {
                if (hub.StoredReadings >= node.Taken.Count) node.TakeAir(1);
                return link.Tears > tear;
            }, () => $"after {tear} tears the node is {node.Session.Status}");
        }
        node.AwaitDelivered(hub);
        Assert.Equal(Times, link.Tears);
        Sessions.AssertSeqsHaveNoHole(hub);
        Assert.InRange(hub.Count(MessageKind.NBirth), Times / 4, Times + 1);
        Assert.InRange(node.Session.Counts.Births, Times / 4, Times + 1);
        node.Stop();
    }
}
