using System.Text;
using SmartCity.Readings;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;

namespace ReadingPath;

/// <summary>One message that must be set aside, and under which reason.</summary>
internal sealed record Poison(string What, string Reason, string Topic, byte[] Payload);

/// <summary>Writes the messages of two nodes by hand, right and wrong: <c>plain</c> without our ledger, <c>ledger</c> with it.</summary>
internal sealed class PoisonPen
{
    private static readonly DeviceKey Weather = new(new("city", "plain"), "weather");
    private static readonly NodeKey Ledger = new("city", "ledger");
    private readonly EdgeSession _session = new(new(Ledger, [new("climate", [Quantity.AirTemperature, Quantity.RelativeHumidity])], PlaceSuggestion.None, null), null);
    private ulong _seq;
    private ulong _batch;

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public IEnumerable<(string Topic, byte[] Payload)> Births()
    {
        yield return (SparkplugTopic.Of(MessageKind.NBirth, Weather.Node).ToString(), Message([
            new() { Name = "bdSeq", DataType = DataType.Int64, Timestamp = (ulong)Now, Value = MetricValue.Signed64(3) },
            new() { Name = "Node Control/Rebirth", DataType = DataType.Boolean, Timestamp = (ulong)Now, Value = new MetricValue.Boolean(false) }]));
        yield return (SparkplugTopic.Of(MessageKind.DBirth, Weather).ToString(), Message([Temperature(20), new() { Name = "noise", DataType = DataType.Double, Timestamp = (ulong)Now, Value = new MetricValue.Double(40) }]));
        var at = new Instant(Now);
        _session.Connect(at);
        foreach (var birth in _session.Birth(at, new(new(0xC17), 1, [.. Enumerable.Repeat(new LaneExtent(1, 1), Lanes.Count)]), [])) yield return (birth.Topic, birth.Payload);
    }

    public (string Topic, byte[] Payload) Good(double value) => (Data, Message([Temperature(value)]));

    public (string Topic, byte[] Payload) GoodBatch(double value)
    {
        var message = Batch(value);
        return (message.Topic, message.Payload);
    }

    public IEnumerable<Poison> All()
    {
        yield return new("a topic that names no kind", "malformed_topic", "spBv1.0/city/NONSENSE/plain", Message([]));
        yield return new("a topic that ends too early", "malformed_topic", "spBv1.0/city/DDATA", [1]);
        yield return new("a device's data without the device", "malformed_topic", "spBv1.0/city/DDATA/plain", [1]);
        yield return new("garbage for a payload", "malformed_payload", Data, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x80]);
        yield return new("a message of 300 KiB", "oversized", Data, new byte[300 * 1024]);
        yield return new("not a number", "not_a_number", Data, Message([Temperature(double.NaN)]));
        yield return new("an infinite number", "not_a_number", Data, Message([Temperature(double.PositiveInfinity)]));
        yield return new("a stamp an hour ahead", "future", Data, Message([Temperature(21, Now + 3_600_000)]));
        yield return new("a stamp of 1990", "ancient", Data, Message([Temperature(21, 631_152_000_000)]));
        yield return new("a stamp that no calendar shows", "bad_timestamp", Data, Message([new() { Name = "air-temperature", DataType = DataType.Double, Timestamp = ulong.MaxValue, Value = new MetricValue.Double(21) }]));
        yield return new("five thousand degrees", "implausible", Data, Message([Temperature(5000)]));
        yield return new("a quantity that nobody knows", "uncatalogued", Data, Message([new() { Name = "noise", DataType = DataType.Double, Timestamp = (ulong)Now, Value = new MetricValue.Double(40) }]));
        yield return new("an alias that no birth declared", "unknown_alias", Data, Message([new() { Alias = 77, Timestamp = (ulong)Now, Value = new MetricValue.Double(21) }]));
        yield return new("a metric without name and alias", "nameless_metric", Data, Message([new() { DataType = DataType.Double, Timestamp = (ulong)Now, Value = new MetricValue.Double(21) }]));
        yield return new("a seq over 255", "bad_seq", Data, PayloadCodec.Encode(new() { Timestamp = (ulong)Now, Seq = 999, Metrics = [Temperature(21)] }));
        yield return new("a device that was not born", "unknown_device", SparkplugTopic.Of(MessageKind.DData, Weather with { Device = "ghost" }).ToString(), Message([Temperature(21)]));
        yield return new("data of a node that nobody knows", "before_birth", "spBv1.0/city/DDATA/nobody/weather", PayloadCodec.Encode(new() { Timestamp = (ulong)Now, Seq = 4, Metrics = [Temperature(21)] }));
        yield return new("the death of an earlier session", "death_unmatched", SparkplugTopic.Of(MessageKind.NDeath, Weather.Node).ToString(),
            PayloadCodec.Encode(new() { Timestamp = (ulong)Now, Metrics = [new() { Name = "bdSeq", DataType = DataType.Int64, Timestamp = (ulong)Now, Value = MetricValue.Signed64(2) }] }));

        var half = Batch(21);
        yield return new("half a batch", "malformed_payload", half.Topic, half.Payload[..(half.Payload.Length - 20)]);
        var torn = Batch(21);
        yield return new("a batch with half of its readings", "sample_count_mismatch", torn.Topic, WithoutLastMetric(torn.Payload));
        var again = Batch(22);
        yield return new("a batch without its position", "missing_position", again.Topic, WithoutFirstMetric(again.Payload));

        yield return new("SenML that is no JSON", "malformed_senml", "senml/city/box", Encoding.UTF8.GetBytes("[{\"n\":"));
        yield return new("degrees in metres", "wrong_unit", "senml/city/box", Encoding.UTF8.GetBytes("""[{"n":"air-temperature","u":"m","v":21}]"""));
        yield return new("a temperature in words", "wrong_datatype", "senml/city/box", Encoding.UTF8.GetBytes("""[{"n":"air-temperature","vs":"mild"}]"""));
    }

    private static string Data => SparkplugTopic.Of(MessageKind.DData, Weather).ToString();

    private byte[] Message(IReadOnlyList<Metric> metrics) => PayloadCodec.Encode(new() { Timestamp = (ulong)Now, Seq = _seq++ % 256, Metrics = metrics });

    private OutgoingMessage Batch(double value)
    {
        var at = new Instant(Now);
        var order = ReadingOrder.Of(1, ++_batch);
        return _session.Data(at, "climate", new(new(Lane.Raw, _batch), [new(order, ClockTrust.Synced, 2)]),
            [Reading.Measured(Quantity.AirTemperature, at, order, value), Reading.Measured(Quantity.RelativeHumidity, at, order, 50)], historical: false)!.Value;
    }

    private static byte[] WithoutLastMetric(byte[] payload) => Changed(payload, metrics => metrics.SkipLast(1));

    private static byte[] WithoutFirstMetric(byte[] payload) => Changed(payload, metrics => metrics.Skip(1));

    private static byte[] Changed(byte[] payload, Func<IReadOnlyList<Metric>, IEnumerable<Metric>> change)
    {
        Assert.True(PayloadCodec.TryDecode(payload, out var message, out var fault), fault.ToString());
        return PayloadCodec.Encode(message with { Metrics = [.. change(message.Metrics)] });
    }

    private static Metric Temperature(double value, long? at = null) =>
        new() { Name = "air-temperature", DataType = DataType.Double, Timestamp = (ulong)(at ?? Now), Value = new MetricValue.Double(value) };
}
