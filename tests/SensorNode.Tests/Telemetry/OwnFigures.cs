using SensorNode.Options;
using SensorNode.Tests.Devices;
using SmartCity.Mqtt;
using SmartCity.Sparkplug;

namespace SensorNode.Telemetry;

/// <summary>What a node tells of itself, on a real broker.</summary>
public sealed class OwnFigures
{
    [Fact]
    public void A_node_tells_its_temperature_and_its_bytes_at_birth_and_each_minute()
    {
        var time = new PoleTime();
        var celsius = 40.5;
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.SayOnline(true);
        using var node = new NodeRig(broker.Port) { Time = time, Celsius = () => celsius }.Start();
        Until.True(() => hub.Told.Count == 1, () => "the birth is heard");
        Assert.Equal((40.5, 0ul), hub.Told[0]); // nothing was sent before the first birth

        celsius = 43;
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(0, hub.Count(MessageKind.NData));
        var sent = (ulong)node.Session.Counts.SentBytesTotal;
        time.Advance(TimeSpan.FromSeconds(1));
        Until.True(() => hub.Told.Count == 2, () => "a minute later it tells again");
        Assert.Equal((43, sent), hub.Told[1]);
        Assert.InRange(sent, 300ul, 3_000ul); // its three births

        hub.AskForRebirth();
        Until.True(() => hub.Told.Count == 3, () => "a rebirth is heard");
        Assert.Equal((ulong)node.Session.Counts.SentBytesTotal, hub.Told[2].SentBytes + BytesOfBirths(hub));
        node.Stop();
    }

    [Fact]
    public void A_session_that_speaks_for_a_node_elsewhere_tells_nothing_of_this_machine()
    {
        var time = new PoleTime();
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.SayOnline(true);
        using var node = new NodeRig(broker.Port) { Time = time }.Start();
        node.AwaitStatus(SessionStatus.Live);
        time.Advance(TimeSpan.FromMinutes(10));
        hub.AskForRebirth();
        Until.True(() => hub.Count(MessageKind.NBirth) == 2, () => "a rebirth is heard");
        Assert.Empty(hub.Told);
        Assert.Equal(0, hub.Count(MessageKind.NData));
        node.Stop();
    }

    [Fact]
    public void A_simulated_board_is_warmer_than_the_air_around_it()
    {
        var (file, _) = NodeFileReader.Parse("pole.yaml", """
            node: pole
            group: city
            broker: { host: 127.0.0.1 }
            outbox: { directory: outbox }
            buses: { lines: { gpio: 0 } }
            devices: [{ name: smoke, chip: contact, bus: lines, line: 6, quantity: smoke }]
            simulate: {}
            """, new());
        var celsius = new SensorNode.Devices.Simulated.SimulatedBoard(file!, file!.Simulation!, new PoleTime()).Celsius();
        Assert.InRange(celsius!.Value, 20, 50);
    }

    private static ulong BytesOfBirths(HubStandIn hub) => (ulong)hub.Locked(() => hub.BytesOfBirths);
}
