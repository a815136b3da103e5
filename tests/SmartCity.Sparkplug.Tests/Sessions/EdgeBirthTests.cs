using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Sparkplug.Tests;

public sealed class EdgeBirthTests
{
    private const string NodeTopic = "spBv1.0/north/NBIRTH/pole-7";

    [Theory]
    [InlineData(null, 0)]
    [InlineData((byte)0, 1)]
    [InlineData((byte)254, 255)]
    [InlineData((byte)255, 0)]
    [Tck("tck-id-topics-nbirth-bdseq-increment", "tck-id-message-flow-edge-node-birth-publish-will-message-payload-bdSeq")]
    public void Each_connect_takes_the_next_bdseq(byte? kept, byte next)
    {
        var session = new EdgeSession(Pole.Node, kept);
        var bdSeq = Pole.Metric(Pole.Decode(session.Connect(Pole.Start)), "bdSeq");
        Assert.Equal(next, session.BdSeq);
        Assert.Equal((DataType.Int64, MetricValue.Signed64(next)), (bdSeq.DataType, bdSeq.Value));
        session.Connect(Pole.Start);
        Assert.Equal(unchecked((byte)(next + 1)), session.BdSeq);
    }

    [Fact]
    [Tck("tck-id-topics-ndeath-payload", "tck-id-topics-ndeath-seq", "tck-id-payloads-ndeath-seq", "tck-id-payloads-ndeath-will-message-qos", "tck-id-payloads-ndeath-will-message-retain",
        "tck-id-message-flow-edge-node-birth-publish-will-message-topic",
        "tck-id-message-flow-edge-node-birth-publish-will-message-payload", "tck-id-message-flow-edge-node-birth-publish-will-message-qos",
        "tck-id-message-flow-edge-node-birth-publish-will-message-will-retained")]
    public void The_will_is_a_death_with_bdseq_alone()
    {
        var will = new EdgeSession(Pole.Node, null).Connect(Pole.Start);
        Assert.Equal(("spBv1.0/north/NDEATH/pole-7", (byte)1, false), (will.Topic, will.Qos, will.Retain));
        var payload = Pole.Decode(will);
        Assert.Null(payload.Seq);
        Assert.Equal("bdSeq", Assert.Single(payload.Metrics).Name);
    }

    [Fact]
    [Tck("tck-id-topics-nbirth-bdseq-included", "tck-id-topics-nbirth-bdseq-matching", "tck-id-payloads-nbirth-bdseq", "tck-id-payloads-nbirth-bdseq-repeat", "tck-id-payloads-ndeath-bdseq",
        "tck-id-message-flow-edge-node-birth-publish-nbirth-payload-bdSeq", "tck-id-operational-behavior-data-commands-rebirth-action-3")]
    public void Births_and_deaths_of_one_connection_have_its_bdseq_rebirths_too()
    {
        var session = Pole.Connected(lastBdSeq: 6);
        foreach (var birth in (OutgoingMessage[])[session.Birth(Pole.Start, Pole.Outbox, [])[0], session.Birth(Pole.Start, Pole.Outbox, [])[0]])
        {
            var bdSeq = Pole.Metric(Pole.Decode(birth), "bdSeq");
            Assert.Equal((DataType.Int64, MetricValue.Signed64(7)), (bdSeq.DataType, bdSeq.Value));
        }
        Assert.Equal(MetricValue.Signed64(7), Pole.Metric(Pole.Decode(session.Death(Pole.Start)!.Value), "bdSeq").Value);
    }

    [Fact]
    [Tck("tck-id-topics-nbirth-mqtt", "tck-id-topics-dbirth-mqtt", "tck-id-payloads-nbirth-qos", "tck-id-payloads-nbirth-retain", "tck-id-payloads-dbirth-qos", "tck-id-payloads-dbirth-retain",
        "tck-id-message-flow-edge-node-birth-publish-nbirth-qos", "tck-id-message-flow-edge-node-birth-publish-nbirth-retained", "tck-id-message-flow-device-birth-publish-dbirth-qos",
        "tck-id-message-flow-device-birth-publish-dbirth-retained", "tck-id-message-flow-edge-node-birth-publish-nbirth-topic", "tck-id-message-flow-device-birth-publish-dbirth-topic",
        "tck-id-message-flow-device-birth-publish-dbirth-match-edge-node-topic", "tck-id-message-flow-device-birth-publish-nbirth-wait", "tck-id-payloads-dbirth-order",
        "tck-id-message-flow-edge-node-birth-publish-nbirth-payload", "tck-id-message-flow-device-birth-publish-dbirth-payload")]
    public void Births_go_out_node_first_then_each_device_at_qos_0_not_retained()
    {
        var births = Pole.Connected().Birth(Pole.Start, Pole.Outbox, []);
        Assert.Equal([NodeTopic, "spBv1.0/north/DBIRTH/pole-7/bme280", "spBv1.0/north/DBIRTH/pole-7/street"], births.Select(birth => birth.Topic));
        Assert.All(births, birth => Assert.Equal(((byte)0, false), (birth.Qos, birth.Retain)));
        Assert.All(births, birth => Pole.Decode(birth));
    }

    [Fact]
    [Tck("tck-id-topics-nbirth-seq-num", "tck-id-payloads-nbirth-seq", "tck-id-payloads-sequence-num-req-nbirth", "tck-id-payloads-sequence-num-zero-nbirth",
        "tck-id-message-flow-edge-node-birth-publish-nbirth-payload-seq", "tck-id-topics-dbirth-seq", "tck-id-payloads-dbirth-seq", "tck-id-payloads-dbirth-seq-inc",
        "tck-id-message-flow-device-birth-publish-dbirth-payload-seq")]
    public void Seq_starts_at_0_with_every_nbirth_and_counts_on_over_the_devices()
    {
        var session = Pole.Connected();
        for (var i = 0; i < 2; i++) Assert.Equal([0ul, 1ul, 2ul], session.Birth(Pole.Start, Pole.Outbox, []).Select(birth => Pole.Decode(birth).Seq));
    }

    [Fact]
    [Tck("tck-id-topics-nbirth-timestamp", "tck-id-topics-dbirth-timestamp", "tck-id-payloads-nbirth-timestamp", "tck-id-payloads-dbirth-timestamp", "tck-id-payloads-timestamp-in-UTC",
        "tck-id-payloads-metric-timestamp-in-UTC", "tck-id-topics-nbirth-metrics", "tck-id-topics-dbirth-metrics", "tck-id-payloads-metric-datatype-req", "tck-id-payloads-metric-datatype-value",
        "tck-id-payloads-alias-birth-requirement", "tck-id-payloads-alias-uniqueness", "tck-id-payloads-name-requirement",
        "tck-id-operational-behavior-data-commands-rebirth-name-aliases", "tck-id-case-sensitivity-metric-names", "tck-id-payloads-metric-propertyvalue-type-req",
        "tck-id-payloads-metric-propertyvalue-type-value")]
    public void Every_metric_of_a_birth_has_name_alias_timestamp_datatype_and_value_or_null()
    {
        var births = Pole.Connected().Birth(Pole.At(9), Pole.Outbox, [new("bme280", Pole.Temperature(3, 5, 21.5))]).Select(Pole.Decode).ToList();
        Assert.All(births, birth => Assert.Equal((ulong)Pole.At(9).UnixMilliseconds, birth.Timestamp));
        var metrics = births.SelectMany(birth => birth.Metrics).ToList();
        foreach (var metric in metrics)
        {
            Assert.NotNull(metric.Name);
            Assert.NotNull(metric.Timestamp);
            Assert.InRange((uint)metric.DataType!.Value, 1u, 34u);
            Assert.Equal(metric.IsNull, metric.Value is null);
            Assert.Equal(metric.Name == MetricNames.Rebirth, metric.Alias is null);
            Assert.All(metric.Properties?.Properties ?? [], property => Assert.InRange((uint)property.Type!.Value, 1u, 15u));
        }
        var aliases = metrics.Where(metric => metric.Alias is not null).Select(metric => metric.Alias).ToList();
        Assert.Equal(aliases.Count, aliases.Distinct().Count());
        Assert.DoesNotContain(0ul, aliases.Cast<ulong>()); // some clients take it for none
        Assert.All(births, birth => Assert.Equal(birth.Metrics.Count, birth.Metrics.Select(metric => metric.Name!.ToLowerInvariant()).Distinct().Count()));
    }

    [Fact]
    [Tck("tck-id-topics-nbirth-rebirth-metric", "tck-id-payloads-nbirth-rebirth-req", "tck-id-operational-behavior-data-commands-rebirth-name",
        "tck-id-operational-behavior-data-commands-rebirth-datatype", "tck-id-operational-behavior-data-commands-rebirth-value")]
    public void The_node_birth_declares_rebirth_as_false()
    {
        var rebirth = Pole.Metric(Pole.Decode(Pole.Connected().Birth(Pole.Start, Pole.Outbox, [])[0]), "Node Control/Rebirth");
        Assert.Equal((DataType.Boolean, new MetricValue.Boolean(false), false), (rebirth.DataType, rebirth.Value, rebirth.IsNull));
    }

    [Fact]
    [Tck("tck-id-topics-nbirth-metric-reqs", "tck-id-topics-dbirth-metric-reqs", "tck-id-operational-behavior-data-publish-nbirth", "tck-id-operational-behavior-data-publish-dbirth")]
    public void Births_declare_all_that_will_ever_be_sent_ledger_and_places_among_them()
    {
        var births = Pole.Connected().Birth(Pole.Start, Pole.Outbox, []).Select(Pole.Decode).ToList();
        Assert.Equal(["bdSeq", "Node Control/Rebirth", "Ledger/Position", "Ledger/Outbox", "Ledger/Answer", "Place/District", "Place/Site", "Place/Latitude", "Place/Longitude"],
            births[0].Metrics.Select(metric => metric.Name));
        Assert.Equal(["air-temperature", "relative-humidity", "air-pressure", "Ledger/Position"], births[1].Metrics.Select(metric => metric.Name));
        Assert.Equal(["vehicle-count", "flood", "Ledger/Position", "Place/Site"], births[2].Metrics.Select(metric => metric.Name));
        Assert.Equal((DataType.Int64, DataType.Boolean), (Pole.Metric(births[2], "vehicle-count").DataType, Pole.Metric(births[2], "flood").DataType));
        var outbox = Assert.IsType<MetricValue.Bytes>(Pole.Metric(births[0], LedgerMetrics.Outbox).Value);
        Assert.True(LedgerCodec.TryDecode(outbox.Value.Span, out OutboxDeclaration? declared));
        Assert.Equal(Describe.Value(Pole.Outbox), Describe.Value(declared));
        Assert.Equal(DataType.Bytes, Pole.Metric(births[0], LedgerMetrics.Answer).DataType);
    }

    [Fact]
    [Tck("tck-id-operational-behavior-data-publish-nbirth-values", "tck-id-operational-behavior-data-publish-dbirth-values",
        "tck-id-operational-behavior-data-publish-nbirth-order", "tck-id-operational-behavior-data-publish-dbirth-order")]
    public void Birth_values_keep_their_stamp_and_order_and_stand_in_the_order_of_time()
    {
        var failed = Reading.Failed(Quantity.AirPressure, Pole.At(1), ReadingOrder.Of(3, 4), ReadFault.NoAnswer, ClockTrust.Holdover);
        var births = Pole.Connected().Birth(Pole.At(60), Pole.Outbox,
            [new("bme280", Pole.Temperature(3, 5, 21.5)), new("bme280", Pole.Temperature(2, 4, 20)), new("bme280", failed)]);
        var device = Pole.Decode(births[1]);
        Assert.Equal(device.Metrics.Select(metric => metric.Timestamp).Order(), device.Metrics.Select(metric => metric.Timestamp));

        var temperature = Pole.Metric(device, "air-temperature");
        Assert.Equal(((ulong)Pole.At(3).UnixMilliseconds, new MetricValue.Double(21.5)), (temperature.Timestamp, temperature.Value));
        Assert.Equal(new MetricValue.Long(ReadingOrder.Of(3, 5).Packed), temperature.Properties!.Find("order")!.Value);
        var pressure = Pole.Metric(device, "air-pressure");
        Assert.True(pressure.IsNull);
        Assert.Equal((MetricValue.Signed32(0), new MetricValue.Text("no-answer"), MetricValue.Signed32(1)),
            (pressure.Properties!.Find("Quality")!.Value, pressure.Properties.Find("fault")!.Value, pressure.Properties.Find("clock")!.Value));
        var humidity = Pole.Metric(device, "relative-humidity");
        Assert.Equal((true, (ulong)Pole.At(60).UnixMilliseconds, null), (humidity.IsNull, humidity.Timestamp, humidity.Properties));
    }

    [Fact]
    public void The_same_node_always_gets_the_same_aliases()
    {
        var first = Pole.Connected().Birth(Pole.Start, Pole.Outbox, []);
        var second = Pole.Connected().Birth(Pole.Start, Pole.Outbox, []);
        Assert.Equal(first.Select(birth => Convert.ToHexString(birth.Payload)), second.Select(birth => Convert.ToHexString(birth.Payload)));
    }

    [Fact]
    [Tck("tck-id-topic-structure-namespace-unique-device-id", "tck-id-case-sensitivity-sparkplug-ids")]
    public void A_node_that_breaks_the_rules_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new EdgeSession(Pole.Node with { Devices = [new("a", []), new("A", [])] }, null));
        Assert.Throws<ArgumentException>(() => new EdgeSession(Pole.Node with { Devices = [new("a/b", [])] }, null));
        Assert.Throws<ArgumentException>(() => new EdgeSession(Pole.Node with { Devices = [new("a", [Quantity.Smoke, Quantity.Smoke])] }, null));
        Assert.Throws<ArgumentException>(() => new EdgeSession(Pole.Node with { Key = new("north", "") }, null));
        Assert.Throws<ArgumentException>(() => new EdgeSession(Pole.Node with { PrimaryHost = "#" }, null));
    }
}
