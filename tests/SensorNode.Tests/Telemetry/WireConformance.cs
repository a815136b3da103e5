using Microsoft.Extensions.Logging.Abstractions;
using Rig;
using SensorNode.Options;
using SensorNode.Readings;
using SmartCity.Mqtt;
using SmartCity.Sparkplug;

namespace SensorNode.Telemetry;

/// <summary>What the node's MQTT client says, packet by packet as it is on the wire, against Sparkplug 3.0.</summary>
public sealed class WireConformance
{
    private const string Death = "spBv1.0/test/NDEATH/pole-1", Commands = "spBv1.0/test/NCMD/pole-1", State = $"spBv1.0/STATE/{HubStandIn.HostId}";

    [Fact]
    [Trait("tck", "tck-id-message-flow-edge-node-birth-publish-will-message"), Trait("tck", "tck-id-payloads-ndeath-will-message"), Trait("tck", "tck-id-principles-persistence-clean-session-311")]
    public void Each_CONNECT_asks_for_a_clean_session_and_carries_the_death_as_its_will_with_the_next_bdSeq()
    {
        using var broker = new Broker();
        using var tap = new PacketTap(broker.Port);
        using var node = new NodeRig(tap.Port).Start();
        node.AwaitStatus(SessionStatus.WaitingForHost);
        node.Stop();
        node.Start().AwaitStatus(SessionStatus.WaitingForHost);
        var connects = tap.Packets.Where(packet => packet.Type == MqttPacketType.Connect).ToList();
        Assert.Equal(2, connects.Count);
        Assert.All(connects, connect =>
        {
            Assert.True(connect.CleanSession);
            Assert.Equal((Death, 1, false), (connect.Will!.Value.Topic, connect.Will.Value.Qos, connect.Will.Value.Retain));
        });
        Assert.Equal([0ul, 1ul], connects.Select(connect => BdSeqOf(connect.Will!.Value.Payload)));
        node.Stop();
    }

    [Fact]
    [Trait("tck", "tck-id-message-flow-edge-node-ncmd-subscribe"), Trait("tck", "tck-id-principles-birth-certificates-order")]
    public void After_CONNECT_come_the_subscriptions_at_QoS_1_and_the_first_message_of_all_is_the_birth()
    {
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.SayOnline(true);
        using var tap = new PacketTap(broker.Port);
        using var node = new NodeRig(tap.Port).Start().TakeAir(3).TakeSmoke(on: true);
        node.AwaitDelivered(hub);
        var packets = tap.Packets;
        Assert.Equal([MqttPacketType.Connect, MqttPacketType.Subscribe, MqttPacketType.Subscribe], packets.Take(3).Select(packet => packet.Type));
        Assert.Equal([(Commands, 1), (State, 1)], packets.Where(packet => packet.Type == MqttPacketType.Subscribe).SelectMany(packet => packet.Filters));
        var published = Published(tap);
        Assert.Equal(["spBv1.0/test/NBIRTH/pole-1", "spBv1.0/test/DBIRTH/pole-1/bme", "spBv1.0/test/DBIRTH/pole-1/smoke"], published.Take(3).Select(message => message.Topic));
        Assert.All(published.Skip(3), message => Assert.StartsWith("spBv1.0/test/DDATA/", message.Topic, StringComparison.Ordinal));
        node.Stop();
    }

    [Fact]
    [Trait("tck", "tck-id-operational-behavior-edge-node-intentional-disconnect-ndeath"), Trait("tck", "tck-id-payloads-ndeath-will-message-publisher"),
     Trait("tck", "tck-id-payloads-ndeath-will-message-publisher-disconnect-mqtt311")]
    public void A_node_that_leaves_publishes_its_death_before_it_sends_DISCONNECT()
    {
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.SayOnline(true);
        using var tap = new PacketTap(broker.Port);
        using var node = new NodeRig(tap.Port).Start();
        node.AwaitStatus(SessionStatus.Live);
        node.Stop();
        var (death, disconnect) = (tap.Packets[^2], tap.Packets[^1]);
        Assert.Equal((MqttPacketType.Publish, MqttPacketType.Disconnect), (death.Type, disconnect.Type));
        Assert.Equal((Death, 1, false), (death.Message.Topic, death.Message.Qos, death.Message.Retain));
        Assert.Equal(0ul, BdSeqOf(death.Message.Payload));
    }

    [Fact]
    [Trait("tck", "tck-id-message-flow-edge-node-birth-publish-phid-offline"), Trait("tck", "tck-id-operational-behavior-edge-node-termination-host-offline")]
    public void A_node_whose_host_goes_offline_publishes_its_death_disconnects_connects_anew_and_says_nothing_more()
    {
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.SayOnline(true);
        using var tap = new PacketTap(broker.Port);
        using var node = new NodeRig(tap.Port).Start();
        Until.True(() => Published(tap).Count == 3, () => "its births are not all out");
        var before = tap.Packets.Count;
        hub.SayOnline(false);
        Until.True(() => tap.Packets.Skip(before).Count(packet => packet.Type == MqttPacketType.Subscribe) == 2, () => "it did not come back");
        node.AwaitStatus(SessionStatus.WaitingForHost);
        node.TakeAir(2);
        var after = tap.Packets.Skip(before).Where(packet => packet.Type != MqttPacketType.PublishAcknowledged).ToList();
        Assert.Equal([MqttPacketType.Publish, MqttPacketType.Disconnect, MqttPacketType.Connect, MqttPacketType.Subscribe, MqttPacketType.Subscribe], after.Select(packet => packet.Type));
        Assert.Equal(Death, after[0].Message.Topic);
        Assert.Equal(1ul, BdSeqOf(after[2].Will!.Value.Payload));
        node.Stop();
    }

    [Fact]
    public void Terms_that_a_command_sets_are_said_back_in_the_births_that_follow_and_kept_for_the_next_start()
    {
        const string file = "node: pole-1\ngroup: test\nbroker: { host: h }\noutbox: { directory: o }\nbuses: { i2c: { i2c: 1 } }\ndevices: [ { name: bme, chip: bme280, bus: i2c } ]\n";
        var time = TimeProvider.System;
        RemoteTerms Make(string folder) => new(NodeFileReader.Parse("n", file, new()).File!, folder, new(NullLogger<SampleLoopFaults>.Instance), time, NullLogger<RemoteTerms>.Instance);
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.SayOnline(true);
        using var tap = new PacketTap(broker.Port);
        using var node = new NodeRig(tap.Port) { Terms = Make }.Start();
        node.AwaitStatus(SessionStatus.Live);
        Until.True(() => SaidBy(tap) == ("", ""), () => $"the births say {SaidBy(tap)}");
        hub.SendTerms("{ by: anna, devices: { bme: { interval: 5s } } }");
        Until.True(() => SaidBy(tap).InForce == "{ by: anna, devices: { bme: { interval: 5s } } }", () => $"the births say {SaidBy(tap)}");
        Assert.StartsWith("taken at ", SaidBy(tap).Answer, StringComparison.Ordinal);
        hub.SendTerms("{ by: anna, devices: { cellar: {} } }");
        Until.True(() => SaidBy(tap).Answer.StartsWith("refused at ", StringComparison.Ordinal), () => $"the births say {SaidBy(tap)}");
        node.Stop();
        node.Start().TakeAir(2).AwaitDelivered(hub);
        Assert.Equal("{ by: anna, devices: { bme: { interval: 5s } } }", SaidBy(tap).InForce);
        node.Stop();
    }

    private static (string InForce, string Answer) SaidBy(PacketTap tap)
    {
        var birth = Published(tap).LastOrDefault(message => message.Topic.Contains("/NBIRTH/", StringComparison.Ordinal));
        if (birth.Topic is null) return ("-", "-");
        Assert.True(PayloadCodec.TryDecode(birth.Payload, out var payload, out _));
        string Text(string name) => ((MetricValue.Text)payload.Metrics.Single(metric => metric.Name == name).Value!).Value;
        return (Text(MetricNames.Terms), Text(MetricNames.TermsAnswer));
    }

    private static List<(string Topic, byte[] Payload, int Qos, bool Retain)> Published(PacketTap tap) =>
        [.. tap.Packets.Where(packet => packet.Type == MqttPacketType.Publish).Select(packet => packet.Message)];

    private static ulong BdSeqOf(byte[] payload)
    {
        Assert.True(PayloadCodec.TryDecode(payload, out var death, out _));
        return ((MetricValue.Long)death.Metrics.Single(metric => metric.Name == MetricNames.BdSeq).Value!).Bits;
    }
}
