using SmartCity.Telemetry;

namespace SmartCity.Sparkplug.Tests;

/// <summary>What a node says of itself, from one end to the other.</summary>
public sealed class VitalsTests
{
    private static readonly NodeVitals Warm = new(41.5, 12_345, 2_097_152);

    private static (EdgeSession Node, HostSession Hub, HostOutcome Birth) Live(NodeVitals? vitals)
    {
        var (node, hub) = (Pole.Connected(), new HostSession(Pole.Key));
        node.Vitals = vitals;
        return (node, hub, Pole.Hear(hub, node.Birth(Pole.Start, Pole.Outbox, [])[0]));
    }

    [Fact]
    public void A_birth_tells_and_declares_them()
    {
        var (_, hub, birth) = Live(Warm);
        Assert.Equal(Warm, birth.Vitals);
        Assert.Equal(Warm, hub.Vitals);
        Assert.Equal(0, birth.Tally.Uncatalogued);
    }

    [Fact]
    [Tck("tck-id-topics-ndata-mqtt", "tck-id-payloads-ndata-qos", "tck-id-payloads-ndata-retain", "tck-id-topics-ndata-timestamp", "tck-id-payloads-ndata-timestamp", "tck-id-topics-ndata-seq-num", "tck-id-payloads-ndata-seq",
        "tck-id-payloads-ndata-seq-inc", "tck-id-payloads-ndata-order", "tck-id-topics-ndata-payload")]
    public void Data_of_the_node_tell_them_by_alias_and_take_the_next_seq()
    {
        var (node, hub, _) = Live(Warm);
        Assert.Null(Pole.Connected().Vital(Pole.At(60), Warm)); // not before the births, which go out in one
        var message = node.Vital(Pole.At(60), new(42.25, 13_000, null))!.Value;
        Assert.Equal(("spBv1.0/north/NDATA/pole-7", (byte)0, false), (message.Topic, message.Qos, message.Retain));
        var payload = Pole.Decode(message);
        Assert.Equal(3ul, payload.Seq); // after the births of the node and its two devices
        Assert.All(payload.Metrics, metric => Assert.True(metric is { Name: null, Alias: not null, Timestamp: not null }));
        var outcome = Pole.Hear(hub, message);
        Assert.Equal((HostEvent.Data, SetAsideReason.None, null), (outcome.Event, outcome.Reason, outcome.Batch)); // no reading, and no batch to account for
        Assert.Equal(Warm with { BoardCelsius = 42.25, SentBytes = 13_000 }, outcome.Vitals);
        Assert.InRange(message.Topic.Length + message.Payload.Length, 1, 100);
        Assert.Equal(4ul, Pole.Decode(node.Vital(Pole.At(120), new(42.25, 13_100, null))!.Value).Seq);
    }

    [Fact]
    public void A_board_without_a_thermometer_declares_none_and_one_that_fails_later_is_told_as_null()
    {
        var (node, _, birth) = Live(new(null, 10, null));
        Assert.Equal(new NodeVitals(null, 10, null), birth.Vitals);
        Assert.Single(Pole.Decode(node.Vital(Pole.At(60), new(35, 20, null))!.Value).Metrics);
        (node, var hub, _) = Live(Warm);
        Assert.Equal(Warm with { BoardCelsius = null, SentBytes = 20 }, Pole.Hear(hub, node.Vital(Pole.At(60), new(null, 20, null))!.Value).Vitals);
    }

    [Fact]
    public void A_node_that_says_nothing_of_itself_declares_nothing_and_sends_nothing()
    {
        var (node, hub, birth) = Live(null);
        Assert.Equal((null, null), (birth.Vitals, hub.Vitals));
        Assert.Null(node.Vital(Pole.At(60), Warm));
    }

    [Theory]
    [InlineData("no number", double.NaN)]
    [InlineData("colder than any board", -61)]
    [InlineData("hotter than any board", 151)]
    public void A_temperature_that_no_board_can_have_is_none(string because, double celsius)
    {
        var (node, hub, _) = Live(Warm);
        Assert.True(Pole.Hear(hub, node.Vital(Pole.At(60), new(celsius, 20, null))!.Value).Vitals!.Value.BoardCelsius is null, because);
    }
}
