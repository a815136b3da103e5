using SmartCity.Readings;

namespace SmartCity.Sparkplug.Tests;

/// <summary>Commands to a device that has an output.</summary>
public sealed class OutputCommandTests
{
    private const string Commands = "spBv1.0/north/DCMD/pole-7/siren";
    private static readonly EdgeNode Node = Pole.Node with { Devices = [.. Pole.Node.Devices, new("siren", [Quantity.Siren])] };

    private static (EdgeSession Edge, HostSession Hub) Born()
    {
        var (edge, hub) = (Pole.Connected(Node), new HostSession(Pole.Key));
        foreach (var birth in edge.Birth(Pole.Start, Pole.Outbox, [])) Pole.Hear(hub, birth);
        return (edge, hub);
    }

    [Fact]
    [Tck("tck-id-message-flow-device-dcmd-subscribe")]
    public void A_node_hears_commands_to_the_devices_that_have_an_output_at_qos_1() =>
        Assert.Equal([new("spBv1.0/north/NCMD/pole-7", 1), new(Commands, 1), new("spBv1.0/STATE/city-1", 1)], new EdgeSession(Node, null).Subscriptions);

    [Fact]
    [Tck("tck-id-operational-behavior-data-commands-dcmd-verb", "tck-id-operational-behavior-data-commands-dcmd-metric-name", "tck-id-operational-behavior-data-commands-dcmd-metric-value",
        "tck-id-payloads-dcmd-timestamp", "tck-id-payloads-dcmd-seq", "tck-id-payloads-dcmd-qos", "tck-id-payloads-dcmd-retain", "tck-id-topics-dcmd-mqtt", "tck-id-topics-dcmd-payload", "tck-id-topics-dcmd-timestamp")]
    public void A_command_names_the_output_by_its_alias_alone_and_carries_its_id_and_no_seq()
    {
        var (edge, hub) = Born();
        var command = hub.Switch("siren", Quantity.Siren, true, "fire-7", Pole.At(1))!.Value;
        Assert.Equal((Commands, (byte)0, false), (command.Topic, command.Qos, command.Retain));
        var payload = Pole.Decode(command);
        Assert.Equal((null, (ulong)Pole.At(1).UnixMilliseconds), (payload.Seq, payload.Timestamp));
        var metric = Assert.Single(payload.Metrics);
        Assert.Equal((null, true, new MetricValue.Boolean(true), (ulong)Pole.At(1).UnixMilliseconds), (metric.Name, metric.Alias is not null, metric.Value, metric.Timestamp!.Value));
        Assert.Equal(new MetricWrite("siren", "siren", new MetricValue.Boolean(true), "fire-7"), Assert.Single(edge.OnCommand(command.Topic, command.Payload).Writes));
    }

    [Fact]
    public void What_gave_no_alias_is_named_and_what_was_not_declared_is_not_commanded()
    {
        var (_, hub) = Born();
        Assert.Null(hub.Switch("bme280", Quantity.Siren, true, "a", Pole.At(1)));
        Assert.Null(hub.Switch("siren", Quantity.Relay, true, "a", Pole.At(1)));
        Assert.Null(new HostSession(Pole.Key).Switch("siren", Quantity.Siren, true, "a", Pole.At(1)));
        var named = Assert.Single(Pole.Decode(HostCommands.Switch(new(Pole.Key, "siren"), null, Quantity.Siren, false, "a", Pole.At(1))).Metrics);
        Assert.Equal(("siren", null, new MetricValue.Boolean(false)), (named.Name, named.Alias, named.Value));
    }

    [Fact]
    public void A_device_that_has_died_is_not_commanded()
    {
        var (edge, hub) = Born();
        Pole.Hear(hub, edge.DeviceDeath(Pole.At(1), "siren")!.Value);
        Assert.Null(hub.Switch("siren", Quantity.Siren, true, "a", Pole.At(2)));
    }
}
