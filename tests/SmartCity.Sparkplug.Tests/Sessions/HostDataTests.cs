using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Sparkplug.Tests;

public sealed class HostDataTests
{
    [Fact]
    public void Birth_values_restore_what_was_with_order_and_clock()
    {
        var hub = new HostSession(Pole.Key);
        var failed = Reading.Failed(Quantity.AirPressure, Pole.At(1), ReadingOrder.Of(3, 4), ReadFault.TimedOut, ClockTrust.Unsynced);
        var suspect = Reading.Measured(Quantity.RelativeHumidity, Pole.At(2), ReadingOrder.Of(3, 5), 50, ClockTrust.Holdover, Quality.Suspect);
        var births = Pole.Connected().Birth(Pole.At(60), Pole.Outbox, [new("bme280", failed), new("bme280", suspect)]);
        var readings = new List<DeviceReading>();
        var node = Pole.Hear(hub, births[0], readings);
        Assert.Equal(Describe.Value(Pole.Outbox), Describe.Value(node.Outbox));
        Assert.True(node.IsBirth && hub.IsLedgered);
        var device = Pole.Hear(hub, births[1], readings);
        Assert.True(device.IsBirth);
        Assert.Null(device.Batch);
        Assert.Equal([failed, suspect], readings.Select(reading => reading.Reading)); // air-temperature is declared and was never measured
    }

    [Theory]
    [InlineData("one metric more than the samples name", 1, SetAsideReason.SampleCountMismatch)]
    [InlineData("one metric less", -1, SetAsideReason.SampleCountMismatch)]
    [InlineData("as many as they name", 0, SetAsideReason.None)]
    public void The_samples_of_a_batch_must_name_its_metrics(string because, int more, SetAsideReason expected)
    {
        var (_, hub) = HostPresenceOfNodesTests.Live();
        Metric[] metrics = [PositionMetric(Pole.Batch(1, Pole.Temperature(1, 1, 20), Pole.Temperature(2, 2, 21))), .. Enumerable.Repeat(Foreign.Temperature(20), 2 + more)];
        var readings = new List<DeviceReading>();
        var outcome = Hear(hub, metrics, readings);
        Assert.True(expected == outcome.Reason, because);
        Assert.NotNull(outcome.Batch); // a resend would bring the same: accounted for, with nothing in it
        Assert.Equal(expected == SetAsideReason.None ? 2 : 0, readings.Count);
    }

    [Fact]
    public void A_ledgered_node_sends_no_readings_without_a_position_that_decodes()
    {
        var (_, hub) = HostPresenceOfNodesTests.Live();
        var position = PositionMetric(Pole.Batch(1, Pole.Temperature(1, 1, 20)));
        Assert.Equal(SetAsideReason.MissingPosition, Hear(hub, [Foreign.Temperature(20)]).Reason);
        Assert.Equal(SetAsideReason.MissingPosition, Hear(hub, []).Reason);
        Assert.Equal(SetAsideReason.MissingPosition, Hear(hub, [Foreign.Temperature(20), position]).Reason);
        Assert.Equal(SetAsideReason.BadPosition, Hear(hub, [position with { Value = new MetricValue.Bytes(new byte[] { 7 }) }]).Reason);
        Assert.Equal(SetAsideReason.BadPosition, Hear(hub, [position with { Value = null, IsNull = true }]).Reason);
        Assert.Equal(SetAsideReason.BadPosition, Hear(hub, [position, position]).Reason);
    }

    [Fact]
    public void An_unknown_alias_of_a_ledgered_node_is_not_accounted_for_since_a_resend_can_cure_it()
    {
        var (_, hub) = HostPresenceOfNodesTests.Live();
        var readings = new List<DeviceReading>();
        var outcome = Hear(hub, [PositionMetric(Pole.Batch(1, Pole.Temperature(1, 1, 20), Pole.Temperature(2, 2, 20))), Foreign.Temperature(20), new() { Alias = 999, Timestamp = 1 }], readings);
        Assert.Equal((SetAsideReason.UnknownAlias, HostEvent.None), (outcome.Reason, outcome.Event));
        Assert.Null(outcome.Batch);
        Assert.Empty(readings);
        Assert.Equal(RebirthReason.UnknownAlias, hub.RebirthWanted);
    }

    [Fact]
    public void A_batch_may_hold_metrics_that_the_catalogue_does_not_know()
    {
        var (_, hub) = HostPresenceOfNodesTests.Live();
        var readings = new List<DeviceReading>();
        var batch = Pole.Batch(1, Pole.Temperature(1, 1, 20), Pole.Temperature(2, 2, 20), Pole.Temperature(3, 3, 20));
        var outcome = Hear(hub, [PositionMetric(batch), Foreign.Temperature(20, 1), Foreign.Temperature(1, 2) with { Name = "noise" }, Foreign.Temperature(22, 3)], readings);
        Assert.Equal((HostEvent.Data, 1), (outcome.Event, outcome.Tally.Uncatalogued));
        Assert.Equal([ReadingOrder.Of(3, 1), ReadingOrder.Of(3, 3)], readings.Select(reading => reading.Reading.Order)); // each metric took its own sample
    }

    [Fact]
    public void Data_before_a_birth_or_of_an_unborn_device_is_set_aside_and_a_birth_is_wanted()
    {
        var node = new Foreign();
        Assert.Equal(SetAsideReason.BeforeBirth, node.Send(MessageKind.NData, null, [Foreign.Temperature(1)]).Reason);
        Assert.Equal(SetAsideReason.BeforeBirth, node.Send(MessageKind.DBirth, "d", [Foreign.Temperature(1)]).Reason);
        Assert.Equal(SetAsideReason.BeforeBirth, node.Send(MessageKind.DDeath, "d", []).Reason);
        Assert.Equal(RebirthReason.BeforeBirth, node.Hub.RebirthWanted);
        node.Birth();
        Assert.Equal(RebirthReason.None, node.Hub.RebirthWanted);
        Assert.Equal(SetAsideReason.UnknownDevice, node.Send(MessageKind.DData, "d", [Foreign.Temperature(1)]).Reason);
        Assert.Equal(RebirthReason.UnknownDevice, node.Hub.RebirthWanted);
        Assert.Empty(node.Hub.Devices);
    }

    [Fact]
    public void A_source_without_our_ledger_is_ordered_by_stamp_then_seq_then_arrival()
    {
        var node = new Foreign();
        node.Birth();
        node.Send(MessageKind.DBirth, "d", [Foreign.Temperature(1, alias: 7)]);
        Assert.False(node.Hub.IsLedgered);
        var outcome = node.Send(MessageKind.DData, "d", [new() { Alias = 7, Timestamp = (ulong)Pole.At(2).UnixMilliseconds, Value = new MetricValue.Double(20) }, Foreign.Temperature(21, 1), Foreign.Temperature(22, 1)]);
        Assert.Equal((HostEvent.Data, null), (outcome.Event, outcome.Batch));
        var orders = node.Readings.Select(reading => reading.Reading.Order).ToList();
        Assert.True(orders[0] > orders[2] && orders[2] > orders[1]);
        Assert.Equal([20.0, 21, 22], node.Readings.Select(Value));
    }

    [Fact]
    public void Of_a_source_without_our_ledger_what_is_good_in_a_message_is_kept()
    {
        var node = new Foreign();
        node.Birth(Foreign.BdSeq(), Foreign.Rebirth, Foreign.Temperature(1, alias: 7));
        var outcome = node.Send(MessageKind.NData, null, [new() { Alias = 8 }, Foreign.Temperature(20), new()]);
        Assert.Equal(HostEvent.Data, outcome.Event);
        Assert.NotEqual(SetAsideReason.None, outcome.Reason);
        Assert.Equal(20, Value(Assert.Single(node.Readings)));
        Assert.Equal("", node.Readings[0].Device.Key.Device); // the node's own metric
    }

    [Theory]
    [InlineData(DataType.Int16, -5.0)]
    [InlineData(DataType.Float, 20.5)]
    [InlineData(DataType.Boolean, 1.0)]
    public void Numbers_and_booleans_of_other_datatypes_are_taken_as_numbers(DataType type, double expected)
    {
        MetricValue value = type switch { DataType.Int16 => new MetricValue.Int(0xFFFB), DataType.Float => new MetricValue.Float(20.5f), _ => new MetricValue.Boolean(true) };
        var node = new Foreign();
        node.Birth(Foreign.BdSeq(), Foreign.Rebirth, new() { Name = "air-temperature", Alias = 3, DataType = type, Timestamp = 5, Value = value });
        Assert.Equal(expected, Value(Assert.Single(node.Readings)));
        node.Send(MessageKind.NData, null, [new() { Alias = 3, Timestamp = 6, Value = value }]); // the type stands in the birth
        Assert.Equal(expected, Value(Assert.Single(node.Readings)));
        Assert.True(node.Hub.Deviations.HasFlag(Deviations.OtherDatatype));
    }

    [Theory]
    [InlineData("quality good", 192, null, false, Quality.Good)]
    [InlineData("quality bad", 0, null, false, Quality.Missing)]
    [InlineData("quality stale", 500, null, false, Quality.Missing)]
    [InlineData("quality uncertain, as OPC has it", 64, null, false, Quality.Suspect)]
    [InlineData("bad, but suspect by its flag", 0, 3, false, Quality.Suspect)]
    [InlineData("a flag that does not exist", 0, 7, false, Quality.Fail)]
    [InlineData("null", null, null, true, Quality.Missing)]
    public void Properties_say_how_good_a_value_is(string because, int? quality, int? qartod, bool isNull, Quality expected)
    {
        var properties = new List<Property> { new("engUnit", DataType.String, new MetricValue.Text("Cel")) };
        if (quality is { } q) properties.Add(new("Quality", DataType.Int32, MetricValue.Signed32(q)));
        if (qartod is { } flag) properties.Add(new("qartod", DataType.Int32, MetricValue.Signed32(flag)));
        var node = new Foreign();
        node.Birth();
        node.Send(MessageKind.NData, null, [Foreign.Temperature(20) with { Properties = new(properties), IsNull = isNull, Value = isNull ? null : new MetricValue.Double(20) }]);
        var reading = Assert.Single(node.Readings).Reading;
        Assert.True(expected == reading.Quality, because);
        Assert.Equal(expected == Quality.Missing ? ReadFault.Unspecified : null, reading.Fault);
    }

    [Fact]
    public void Bad_values_and_stamps_are_never_good_readings()
    {
        var node = new Foreign();
        node.Birth();
        var outcome = node.Send(MessageKind.NData, null,
            [Foreign.Temperature(double.NaN), Foreign.Temperature(400), Foreign.Temperature(20) with { Timestamp = ulong.MaxValue }, Foreign.Temperature(20) with { Value = new MetricValue.Text("warm"), DataType = DataType.String }]);
        Assert.Equal((HostEvent.Data, new MetricTally(0, 1, 1) { NotFinite = 1 }), (outcome.Event, outcome.Tally));
        Assert.Equal((ReadFault.OutOfRange, Quality.Fail), (node.Readings[0].Reading.Fault!.Value, node.Readings[1].Reading.Quality));
        Assert.Equal(2, node.Readings.Count);
    }

    [Fact]
    public void A_metric_without_a_stamp_takes_its_messages()
    {
        var node = new Foreign();
        node.Birth();
        node.Send(MessageKind.NData, null, [Foreign.Temperature(20) with { Timestamp = null }], at: 33);
        Assert.Equal(Pole.At(33), Assert.Single(node.Readings).Reading.At);
        Assert.True(node.Hub.Deviations.HasFlag(Deviations.NoMetricTimestamp));
    }

    [Fact]
    public void Data_without_a_seq_or_not_a_payload_are_set_aside()
    {
        var node = new Foreign();
        node.Birth();
        Assert.Equal(SetAsideReason.BadSeq, node.Send(MessageKind.NData, null, [], seq: 256).Reason);
        var outcome = node.Hub.Handle(SparkplugTopic.Of(MessageKind.NData, Pole.Key), [0xFF], 0, false, Pole.Start, []);
        Assert.Equal((SetAsideReason.MalformedPayload, PayloadFault.Truncated), (outcome.Reason, outcome.PayloadFault));
    }

    [Fact]
    public void Data_takes_no_memory()
    {
        var (_, hub) = HostPresenceOfNodesTests.Live();
        var topic = SparkplugTopic.Of(MessageKind.DData, new DeviceKey(Pole.Key, "bme280"));
        var payloads = Enumerable.Range(0, 200).Select(i => PayloadCodec.Encode(new()
        {
            Timestamp = 1,
            Metrics = [PositionMetric(Pole.Batch((ulong)i + 1, Pole.Temperature(i + 1, (ulong)i + 1, 20))), Foreign.Temperature(20, i + 1)],
            Seq = (ulong)(i + 3) % 256,
        })).ToArray();
        var readings = new List<DeviceReading>(4);
        Take(payloads.AsSpan(0, 100)); // lists have their size
        var before = GC.GetAllocatedBytesForCurrentThread();
        Take(payloads.AsSpan(100));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Take(ReadOnlySpan<byte[]> messages)
        {
            foreach (var payload in messages)
            {
                readings.Clear();
                if (hub.Handle(topic, payload, 0, false, Pole.Start, readings) is not { Event: HostEvent.Data, Batch: not null } || readings.Count != 1) Assert.Fail("A batch was not taken.");
            }
        }
    }

    private static double Value(DeviceReading reading) => reading.Reading.TryGetValue(out var value) ? value : double.NaN;

    private static Metric PositionMetric(BatchPosition position) =>
        new() { Name = LedgerMetrics.Position, Timestamp = 1, Value = new MetricValue.Bytes(LedgerCodec.Encode(position)) };

    /// <summary>DDATA of the weather chip, by names.</summary>
    private static HostOutcome Hear(HostSession hub, Metric[] metrics, List<DeviceReading>? readings = null) => hub.Handle(
        SparkplugTopic.Of(MessageKind.DData, new DeviceKey(Pole.Key, "bme280")), PayloadCodec.Encode(new() { Timestamp = 1, Metrics = metrics, Seq = 3 }), 0, false, Pole.Start, readings ?? []);
}
