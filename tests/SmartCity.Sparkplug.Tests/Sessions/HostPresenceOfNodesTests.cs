using SmartCity.Readings;

namespace SmartCity.Sparkplug.Tests;

public sealed class HostPresenceOfNodesTests
{
    [Fact]
    [Tck("tck-id-operational-behavior-edge-node-termination-host-action-ndeath-node-offline", "tck-id-operational-behavior-edge-node-termination-host-action-ndeath-node-tags-stale",
        "tck-id-operational-behavior-edge-node-termination-host-action-ndeath-devices-offline", "tck-id-operational-behavior-edge-node-termination-host-action-ndeath-devices-tags-stale")]
    public void A_death_takes_node_and_devices_offline_at_the_time_of_its_receipt()
    {
        var (edge, hub) = Live();
        Assert.Equal(SessionPresence.Online, hub.Presence);
        var outcome = Pole.Hear(hub, edge.Death(Pole.At(50))!.Value, at: 60);
        Assert.Equal(HostEvent.NodeDeath, outcome.Event);
        foreach (var device in hub.Devices.Append(hub.NodeLevel)) Assert.Equal((SessionPresence.Offline, Pole.At(60)), (device.Presence, device.Since));
    }

    [Fact]
    [Tck("tck-id-operational-behavior-edge-node-termination-host-action-ddeath-devices-offline", "tck-id-operational-behavior-edge-node-termination-host-action-ddeath-devices-tags-stale")]
    public void A_devices_death_takes_it_offline_at_the_time_that_the_death_says()
    {
        var (edge, hub) = Live();
        var outcome = Pole.Hear(hub, edge.DeviceDeath(Pole.At(5), "bme280")!.Value, at: 9);
        Assert.Equal((HostEvent.DeviceDeath, "bme280"), (outcome.Event, outcome.Device!.Key.Device));
        Assert.Equal((SessionPresence.Offline, Pole.At(5)), (outcome.Device.Presence, outcome.Device.Since));
        Assert.Equal((SessionPresence.Online, SessionPresence.Online), (hub.Presence, hub.FindDevice("street")!.Presence));

        Assert.Equal(HostEvent.DeviceBirth, Pole.Hear(hub, edge.DeviceBirth(Pole.At(20), "bme280", [])!.Value, at: 20).Event);
        Assert.Equal(SessionPresence.Online, outcome.Device.Presence);
    }

    [Fact]
    public void Only_the_death_of_the_current_birth_counts()
    {
        var (edge, hub) = Live();
        var older = new EdgeSession(Pole.Node, 41).Connect(Pole.Start);
        Assert.Equal(SetAsideReason.DeathUnmatched, Pole.Hear(hub, older).Reason);
        Assert.Equal(SessionPresence.Online, hub.Presence);
        var death = edge.Death(Pole.Start)!.Value;
        Assert.Equal(HostEvent.NodeDeath, Pole.Hear(hub, death).Event);
        Assert.Equal(SetAsideReason.DeathUnmatched, Pole.Hear(hub, death).Reason); // and only once
    }

    [Fact]
    public void A_new_birth_makes_devices_stale_until_their_own()
    {
        var (edge, hub) = Live();
        var births = edge.Birth(Pole.At(30), Pole.Outbox, []);
        Pole.Hear(hub, births[0], at: 30);
        Assert.All(hub.Devices, device => Assert.Equal((SessionPresence.Stale, Pole.At(30)), (device.Presence, device.Since)));
        Pole.Hear(hub, births[1], at: 31);
        Assert.Equal((SessionPresence.Online, SessionPresence.Stale), (hub.FindDevice("bme280")!.Presence, hub.FindDevice("street")!.Presence));
    }

    [Fact]
    public void A_device_is_the_same_object_from_birth_to_birth()
    {
        var (edge, hub) = Live();
        var device = hub.FindDevice("bme280")!;
        device.Attachment = this;
        foreach (var birth in edge.Birth(Pole.At(30), Pole.Outbox, [])) Pole.Hear(hub, birth, at: 30);
        Assert.Same(device, hub.FindDevice("bme280"));
        Assert.Same(this, hub.FindDevice("bme280")!.Attachment);
    }

    [Fact]
    public void When_the_hub_loses_its_connection_all_is_stale_and_nothing_counts_before_a_birth()
    {
        var (edge, hub) = Live();
        hub.ConnectionLost(Pole.At(7));
        Assert.All(hub.Devices.Append(hub.NodeLevel), device => Assert.Equal((SessionPresence.Stale, Pole.At(7)), (device.Presence, device.Since)));
        Assert.Equal(SetAsideReason.BeforeBirth, Pole.Hear(hub, Pole.Data(edge, 8, 1, Pole.Temperature(8, 1, 20)), at: 8).Reason);
        Assert.Equal(RebirthReason.BeforeBirth, hub.RebirthWanted);
    }

    [Fact]
    public void Places_come_from_the_node_and_a_device_may_say_otherwise()
    {
        var (_, hub) = Live();
        Assert.Equal(new("Altstadt", "Markt 1", 51.05, 13.74), hub.NodeLevel.Place);
        Assert.Equal(new("Altstadt", "Markt 1", 51.05, 13.74), hub.FindDevice("bme280")!.Place);
        Assert.Equal(new("Altstadt", "underpass", 51.05, 13.74), hub.FindDevice("street")!.Place);
        Assert.Equal([Quantity.VehicleCount, Quantity.Flood], hub.FindDevice("street")!.Quantities);
    }

    [Fact]
    [Tck("tck-id-topic-structure-namespace-duplicate-device-id-across-edge-node")]
    public void Two_nodes_may_name_their_devices_alike()
    {
        var other = new NodeKey("north", "pole-8");
        var hub = new HostSession(other);
        foreach (var birth in Pole.Connected(Pole.Node with { Key = other }).Birth(Pole.Start, Pole.Outbox, [])) Assert.Equal(SetAsideReason.None, Pole.Hear(hub, birth).Reason);
        Assert.NotEqual(Live().Hub.FindDevice("bme280")!.Key, hub.FindDevice("bme280")!.Key);
    }

    [Fact]
    public void What_the_server_kept_proves_nothing()
    {
        var hub = new HostSession(Pole.Key);
        Assert.Equal(SetAsideReason.RetainedMessage, Pole.Hear(hub, Pole.Connected().Birth(Pole.Start, Pole.Outbox, [])[0], retained: true).Reason);
        Assert.Equal(SessionPresence.Unheard, hub.Presence);
    }

    [Fact]
    public void Messages_of_others_and_commands_are_not_for_a_session()
    {
        var hub = new HostSession(new("north", "pole-8"));
        Assert.Equal(SetAsideReason.NotForHost, Pole.Hear(hub, Pole.Connected().Birth(Pole.Start, Pole.Outbox, [])[0]).Reason);
        Assert.Equal(SetAsideReason.NotForHost, Pole.Hear(hub, HostCommands.Rebirth(hub.Key, Pole.Start)).Reason);
        Assert.Null(hub.LastHeard);
    }

    [Fact]
    public void Known_deviations_are_tolerated_and_named()
    {
        var node = new Foreign();
        Assert.Equal(HostEvent.NodeBirth, node.Birth(Foreign.BdSeq() with { DataType = DataType.UInt64 }).Event);
        Assert.Equal(Deviations.BdSeqDatatype | Deviations.NoRebirthMetric, node.Hub.Deviations);
        Assert.Equal(["bdseq-datatype", "no-rebirth-metric"], DeviationNames.Of(node.Hub.Deviations));
        Assert.Equal(HostEvent.NodeDeath, node.Send(MessageKind.NDeath, null, [Foreign.BdSeq()], qos: 0).Event);
        Assert.True(node.Hub.Deviations.HasFlag(Deviations.DeathAtQos0));
        node.Birth();
        Assert.True(node.Hub.Deviations.HasFlag(Deviations.BdSeqRepeated));
        node.Birth(Foreign.Rebirth);
        Assert.True(node.Hub.Deviations.HasFlag(Deviations.BdSeqMissing));
        Assert.Equal(HostEvent.NodeDeath, node.Send(MessageKind.NDeath, null, [Foreign.BdSeq(77)], qos: 1).Event); // then every death counts
    }

    [Fact]
    public void A_good_node_has_no_deviations()
    {
        var (edge, hub) = Live();
        Pole.Hear(hub, Pole.Data(edge, 1, 1, Pole.Temperature(1, 1, 20)));
        Pole.Hear(hub, edge.Death(Pole.At(2))!.Value);
        Assert.Equal(Deviations.None, hub.Deviations);
    }

    [Fact]
    public void A_birth_is_taken_whole_or_not_at_all()
    {
        var node = new Foreign();
        Assert.Equal(SetAsideReason.DuplicateAlias, node.Birth(Foreign.BdSeq(), Foreign.Temperature(1, alias: 4), Foreign.Temperature(1, alias: 4) with { Name = "pm10" }).Reason);
        Assert.Equal(SetAsideReason.NamelessMetric, node.Birth(Foreign.BdSeq(), Foreign.Temperature(1) with { Name = null }).Reason);
        Assert.Equal(SetAsideReason.BadSeq, node.Send(MessageKind.NBirth, null, [Foreign.BdSeq()], seq: 256).Reason);
        Assert.Equal(SetAsideReason.BadOutbox, node.Birth(Foreign.BdSeq(), new() { Name = "Ledger/Outbox", DataType = DataType.Bytes, Value = new MetricValue.Bytes(new byte[] { 9 }) }).Reason);
        Assert.Equal(SessionPresence.Unheard, node.Hub.Presence);
        Assert.Equal(RebirthReason.BadBirth, node.Hub.RebirthWanted);
        node.Birth();
        Assert.Equal((SessionPresence.Online, RebirthReason.None), (node.Hub.Presence, node.Hub.RebirthWanted));
    }

    [Fact]
    public void Devices_and_metrics_are_limited()
    {
        var hub = new HostSession(Pole.Key, HostSessionLimits.Default with { MaxDevices = 1, MaxMetrics = 9 });
        var births = Pole.Connected().Birth(Pole.Start, Pole.Outbox, []);
        Assert.Equal([SetAsideReason.None, SetAsideReason.None, SetAsideReason.TooManyDeclared], births.Select(birth => Pole.Hear(hub, birth).Reason));
        var tight = new HostSession(Pole.Key, HostSessionLimits.Default with { MaxMetrics = 8 }); // the node's birth has nine
        Assert.Equal(SetAsideReason.TooManyDeclared, Pole.Hear(tight, births[0]).Reason);
    }

    internal static (EdgeSession Edge, HostSession Hub) Live()
    {
        var (edge, hub) = (Pole.Connected(), new HostSession(Pole.Key));
        foreach (var birth in edge.Birth(Pole.Start, Pole.Outbox, [])) Pole.Hear(hub, birth);
        return (edge, hub);
    }
}
