using CsCheck;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Sparkplug.Tests;

public sealed class EdgeDataTests
{
    [Fact]
    [Tck("tck-id-topics-ddata-mqtt", "tck-id-payloads-ddata-qos", "tck-id-payloads-ddata-retain", "tck-id-topics-ddata-timestamp", "tck-id-payloads-ddata-timestamp",
        "tck-id-payloads-alias-data-cmd-requirement", "tck-id-payloads-name-birth-data-requirement", "tck-id-topics-ddata-payload")]
    public void Data_carry_alias_stamp_and_value_and_the_position_first()
    {
        var session = Pole.Born();
        Reading[] readings = [Pole.Temperature(1, 7, 21.5), Pole.Temperature(2, 8, 21.6)];
        var message = Pole.Data(session, 3, 5, readings);
        Assert.Equal(("spBv1.0/north/DDATA/pole-7/bme280", (byte)0, false), (message.Topic, message.Qos, message.Retain));
        var payload = Pole.Decode(message);
        Assert.Equal((ulong)Pole.At(3).UnixMilliseconds, payload.Timestamp);
        Assert.All(payload.Metrics, metric => Assert.Equal((true, null, null, null), (metric.Alias is not null && metric.Timestamp is not null, metric.Name, metric.DataType, metric.Properties)));
        var position = Assert.IsType<MetricValue.Bytes>(payload.Metrics[0].Value);
        Assert.True(LedgerCodec.TryDecode(position.Value.Span, out BatchPosition? batch));
        Assert.Equal(Describe.Value(Pole.Batch(5, readings)), Describe.Value(batch));
        Assert.Equal([new MetricValue.Double(21.5), new MetricValue.Double(21.6)], payload.Metrics.Skip(1).Select(metric => (MetricValue.Double)metric.Value!));
        Assert.Equal(payload.Metrics.Select(metric => metric.Timestamp).Order(), payload.Metrics.Select(metric => metric.Timestamp));
    }

    [Fact]
    [Tck("tck-id-payloads-propertyset-quality-value-type", "tck-id-payloads-propertyset-quality-value-value")]
    public void A_failed_read_is_null_with_its_fault_and_a_suspect_value_keeps_its_value_and_flag()
    {
        Reading[] readings =
        [
            Reading.Failed(Quantity.AirTemperature, Pole.At(1), ReadingOrder.Of(3, 1), ReadFault.BadChecksum),
            Reading.Measured(Quantity.RelativeHumidity, Pole.At(1), ReadingOrder.Of(3, 1), 50, quality: Quality.Suspect),
            Reading.Measured(Quantity.AirPressure, Pole.At(1), ReadingOrder.Of(3, 1), 1000, quality: Quality.NotEvaluated),
        ];
        var metrics = Pole.Decode(Pole.Data(Pole.Born(), 1, 1, readings)).Metrics;
        Assert.Equal((true, null), (metrics[1].IsNull, metrics[1].Value));
        Assert.Equal([("Quality", DataType.Int32, MetricValue.Signed32(0)), ("fault", DataType.String, new MetricValue.Text("bad-checksum"))], Properties(metrics[1]));
        Assert.Equal(new MetricValue.Double(50), metrics[2].Value);
        Assert.Equal([("Quality", DataType.Int32, MetricValue.Signed32(0)), ("qartod", DataType.Int32, MetricValue.Signed32(3))], Properties(metrics[2]));
        Assert.Equal([("qartod", DataType.Int32, MetricValue.Signed32(2))], Properties(metrics[3]));

        static IEnumerable<(string, DataType?, MetricValue?)> Properties(Metric metric) => metric.Properties!.Properties.Select(p => (p.Key, p.Type, p.Value));
    }

    [Fact]
    [Tck("tck-id-topics-ddata-seq-num", "tck-id-payloads-ddata-seq", "tck-id-payloads-ddata-seq-inc", "tck-id-payloads-sequence-num-incrementing", "tck-id-payloads-sequence-num-always-included",
        "tck-id-topics-ddeath-seq-num", "tck-id-payloads-ddeath-seq", "tck-id-payloads-ddeath-seq-inc", "tck-id-payloads-ddeath-seq-number")]
    public void Seq_counts_over_all_messages_and_wraps_from_255_to_0()
    {
        var session = Pole.Born(); // 0 to 2 are the births
        for (var i = 3; i < 600; i++)
        {
            var message = (i % 3) switch
            {
                0 => Pole.Data(session, i, (ulong)i, Pole.Temperature(i, (ulong)i, 20)),
                1 => session.DeviceDeath(Pole.At(i), "street")!.Value,
                _ => session.DeviceBirth(Pole.At(i), "street", [])!.Value,
            };
            Assert.Equal((ulong)(i % 256), Pole.Decode(message).Seq);
        }
    }

    [Fact]
    [Tck("tck-id-topics-ddeath-mqtt", "tck-id-payloads-ddeath-timestamp")]
    public void A_lost_device_dies_with_a_stamp_at_qos_0_not_retained()
    {
        var death = Pole.Born().DeviceDeath(Pole.At(4), "bme280")!.Value;
        Assert.Equal(("spBv1.0/north/DDEATH/pole-7/bme280", (byte)0, false), (death.Topic, death.Qos, death.Retain));
        Assert.Equal((ulong)Pole.At(4).UnixMilliseconds, Pole.Decode(death).Timestamp);
    }

    [Fact]
    [Tck("tck-id-payloads-ddata-order", "tck-id-message-flow-edge-node-birth-publish-connect")]
    public void No_data_before_a_birth_and_no_birth_before_a_connection()
    {
        var session = new EdgeSession(Pole.Node with { PrimaryHost = null }, null);
        Assert.Empty(session.Birth(Pole.Start, Pole.Outbox, []));
        session.Connect(Pole.Start);
        var reading = Pole.Temperature(0, 1, 20);
        Assert.Null(session.Data(Pole.Start, "bme280", Pole.Batch(1, reading), [reading], false));
        Assert.Null(session.DeviceDeath(Pole.Start, "bme280"));
        Assert.Null(session.DeviceBirth(Pole.Start, "bme280", []));
        session.Birth(Pole.Start, Pole.Outbox, []);
        Assert.NotNull(session.Data(Pole.Start, "bme280", Pole.Batch(1, reading), [reading], false));
        session.Disconnected();
        Assert.Null(session.Data(Pole.Start, "bme280", Pole.Batch(1, reading), [reading], false));
    }

    [Fact]
    public void A_stop_publishes_the_death_once_and_ends_the_session()
    {
        var session = Pole.Born();
        var death = session.Death(Pole.At(1))!.Value;
        Assert.Equal(("spBv1.0/north/NDEATH/pole-7", (byte)1, false), (death.Topic, death.Qos, death.Retain));
        Assert.Null(session.Death(Pole.At(2)));
        Assert.False(session.MayPublishData);
        Assert.Null(Pole.Connected().Death(Pole.Start)); // never born
    }

    [Fact]
    public void Misuse_is_refused()
    {
        var session = Pole.Born();
        var reading = Pole.Temperature(0, 1, 20);
        Assert.Throws<ArgumentException>(() => session.Data(Pole.Start, "unknown", Pole.Batch(1, reading), [reading], false));
        Assert.Throws<ArgumentException>(() => session.Data(Pole.Start, "street", Pole.Batch(1, reading), [reading], false));
        Assert.Throws<ArgumentException>(() => session.Data(Pole.Start, "bme280", Pole.Batch(1, reading), [reading, reading], false));
    }

    [Fact]
    public void Whatever_a_node_sends_the_hub_reads_as_it_was_meant()
    {
        var quantity = Gen.Int[0, 2].Select(i => Pole.Node.Devices[0].Quantities[i]);
        var sample = Gen.Select(quantity, Gen.Double[-1000, 2000], Gen.Int[0, 8], Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[1, 4]);
        Gen.Select(sample.List[0, 12].List[0, 20], Gen.Bool).Sample((batches, historical) =>
        {
            var (edge, hub) = (Pole.Connected(), new HostSession(Pole.Key));
            var readings = new List<DeviceReading>();
            foreach (var birth in edge.Birth(Pole.Start, Pole.Outbox, [])) Pole.Hear(hub, birth, readings);
            Assert.Empty(readings);
            var (count, number) = (0ul, 0ul);
            foreach (var samples in batches)
            {
                List<Reading> meant = [];
                List<SampleRun> runs = [];
                foreach (var (what, value, fault, clock, quality, metrics) in samples)
                {
                    var order = ReadingOrder.Of(3, ++count);
                    runs.Add(new(order, (ClockTrust)clock, (byte)metrics));
                    for (var i = 0; i < metrics; i++)
                    {
                        meant.Add(fault > 0
                            ? Reading.Failed(what, Pole.At(count), order, (ReadFault)fault, (ClockTrust)clock)
                            : Reading.Measured(what, Pole.At(count), order, value, (ClockTrust)clock, ((Quality[])[Quality.Good, Quality.NotEvaluated, Quality.Suspect, Quality.Fail])[quality]));
                    }
                }
                var position = new BatchPosition(new(Lane.Alert, ++number), runs);
                readings.Clear();
                var outcome = Pole.Hear(hub, edge.Data(Pole.At(count), "bme280", position, meant.ToArray(), historical)!.Value, readings);
                Assert.Equal((HostEvent.Data, SetAsideReason.None), (outcome.Event, outcome.Reason));
                Assert.Equal(position.Position, outcome.Batch);
                Assert.Equal(meant, readings.Select(reading => reading.Reading));
                Assert.All(readings, reading => Assert.Equal((historical, "bme280"), (reading.IsHistorical, reading.Device.Key.Device)));
            }
            Assert.Equal(RebirthReason.None, hub.RebirthWanted);
            Assert.Equal(Deviations.None, hub.Deviations);
        }, iter: 300);
    }
}
