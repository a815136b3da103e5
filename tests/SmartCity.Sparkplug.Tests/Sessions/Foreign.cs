using SmartCity.Readings;

namespace SmartCity.Sparkplug.Tests;

/// <summary>A node of somebody else's, built by hand: no ledger, names or aliases as the test likes.</summary>
internal sealed class Foreign
{
    private readonly List<DeviceReading> _readings = [];
    private int _seq;

    public HostSession Hub { get; } = new(Pole.Key);

    public IReadOnlyList<DeviceReading> Readings => _readings;

    public static Metric BdSeq(long value = 0) => new() { Name = "bdSeq", DataType = DataType.Int64, Timestamp = 1, Value = MetricValue.Signed64(value) };

    public static Metric Rebirth { get; } = new() { Name = MetricNames.Rebirth, DataType = DataType.Boolean, Timestamp = 1, Value = new MetricValue.Boolean(false) };

    public static Metric Temperature(double value, double seconds = 0, ulong? alias = null) => new()
    {
        Name = "air-temperature", Alias = alias, DataType = DataType.Double, Timestamp = (ulong)Pole.At(seconds).UnixMilliseconds, Value = new MetricValue.Double(value),
    };

    public HostOutcome Birth(params Metric[] metrics)
    {
        _seq = 0;
        return Send(MessageKind.NBirth, null, metrics.Length == 0 ? [BdSeq(), Rebirth] : metrics);
    }

    public HostOutcome Send(MessageKind kind, string? device, Metric[] metrics, double at = 0, ulong? seq = null, byte qos = 0)
    {
        var payload = new Payload { Timestamp = (ulong)Pole.At(at).UnixMilliseconds, Metrics = metrics, Seq = kind == MessageKind.NDeath ? null : seq ?? (ulong)(_seq++ & 0xFF) };
        var topic = device is null ? SparkplugTopic.Of(kind, Pole.Key) : SparkplugTopic.Of(kind, new DeviceKey(Pole.Key, device));
        _readings.Clear();
        return Hub.Handle(topic, PayloadCodec.Encode(payload), qos, false, Pole.At(at), _readings);
    }
}
