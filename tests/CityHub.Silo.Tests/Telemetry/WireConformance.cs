using System.Text;
using CityHub.Silo.Tests.Twins;
using Rig;
using SmartCity.Sparkplug;

namespace CityHub.Silo.Tests.Telemetry;

/// <summary>What the hub's MQTT client says, packet by packet as it is on the wire, against Sparkplug 3.0.</summary>
[Collection("hub")]
public sealed class WireConformance
{
    private const string State = "spBv1.0/STATE/cityhub-city";

    [Fact]
    [Trait("tck", "tck-id-host-topic-phid-birth-message"), Trait("tck", "tck-id-host-topic-phid-birth-required"), Trait("tck", "tck-id-host-topic-phid-birth-sub-required"),
     Trait("tck", "tck-id-host-topic-phid-death-required"), Trait("tck", "tck-id-message-flow-phid-sparkplug-clean-session-311"), Trait("tck", "tck-id-message-flow-phid-sparkplug-state-publish"),
     Trait("tck", "tck-id-message-flow-phid-sparkplug-subscription"), Trait("tck", "tck-id-operational-behavior-host-application-connect-birth"),
     Trait("tck", "tck-id-operational-behavior-host-application-connect-will"), Trait("tck", "tck-id-payloads-state-subscribe"), Trait("tck", "tck-id-payloads-state-will-message"),
     Trait("tck", "tck-id-operational-behavior-host-application-termination")]
    public async Task The_hub_connects_clean_with_its_death_as_will_subscribes_then_is_born_and_dies_before_it_disconnects()
    {
        await using var hub = await HubRig.Start();
        await hub.StopHub();
        using var tap = new PacketTap(hub.Broker.Port);
        hub.Through = tap.Port;
        await hub.StartHub();
        await hub.StopHub();
        var packets = tap.Packets.Where(packet => packet.Type != MqttPacketType.PublishAcknowledged).ToList();

        var connect = packets[0];
        Assert.Equal((MqttPacketType.Connect, true), (connect.Type, connect.CleanSession));
        Assert.Equal((State, 1, true), (connect.Will!.Value.Topic, connect.Will.Value.Qos, connect.Will.Value.Retain));
        Assert.True(HostState.TryDecode(connect.Will.Value.Payload, out var will));
        Assert.False(will.Online);

        var subscriptions = packets.Skip(1).TakeWhile(packet => packet.Type == MqttPacketType.Subscribe).SelectMany(packet => packet.Filters).ToList();
        Assert.Equal([(State, 1), ("spBv1.0/city/#", 1), ("senml/city/+", 1)], subscriptions);

        // The first message of all is the birth, with the stamp of the will; the last is the death, and only then comes DISCONNECT.
        var messages = packets.Where(packet => packet.Type == MqttPacketType.Publish).Select(packet => packet.Message).ToList();
        Assert.Equal(MqttPacketType.Publish, packets[1 + subscriptions.Count].Type);
        Assert.All([messages[0], messages[^1]], message => Assert.Equal((State, 1, true), (message.Topic, message.Qos, message.Retain)));
        Assert.Equal(new HostState(true, will.Timestamp).Encode(), messages[0].Payload);
        Assert.Contains("\"online\":false", Encoding.UTF8.GetString(messages[^1].Payload), StringComparison.Ordinal);
        Assert.Equal([MqttPacketType.Publish, MqttPacketType.Disconnect], packets[^2..].Select(packet => packet.Type));
    }
}
