using Microsoft.Extensions.Logging.Abstractions;
using SensorNode.Readings.Outbox;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings;

/// <summary>Samples for outbox tests, and what an outbox holds as comparable text.</summary>
public static class Samples
{
    public const long Start = 1_795_000_000_000;

    public static DiskOutbox Open(IFileLayer files, long limitBytes = 64 << 20) => new(files, limitBytes, NullLogger<DiskOutbox>.Instance);

    /// <summary>Temperature, humidity and pressure of one BME280, as its compensation gives them: doubles with all their digits.</summary>
    public static Reading[] Air(IReadingSink sink, long atMs = Start)
    {
        var order = ReadingOrder.Of(sink.Boot, sink.NextSample());
        var at = new Instant(atMs);
        var drift = Math.Sin(order.Sample * 0.37);
        return
        [
            Reading.Measured(Quantity.AirTemperature, at, order, 21.37 + drift / 3),
            Reading.Measured(Quantity.RelativeHumidity, at, order, 48.21 + drift / 7),
            Reading.Measured(Quantity.AirPressure, at, order, 1013.25 + drift / 11),
        ];
    }

    public static Reading[] Smoke(IReadingSink sink, bool on, long atMs = Start) =>
        [Reading.Measured(Quantity.Smoke, new(atMs), ReadingOrder.Of(sink.Boot, sink.NextSample()), on ? 1 : 0)];

    public static string Text(StoredBatch batch) =>
        $"{batch.Device} [{string.Join(' ', batch.Position.Samples)}] {string.Join(' ', batch.Readings)}";

    /// <summary>Every batch that is kept, by position.</summary>
    public static Dictionary<Position, string> Kept(DiskOutbox outbox)
    {
        using var reader = outbox.OpenReader();
        var kept = new Dictionary<Position, string>();
        foreach (var lane in Enum.GetValues<Lane>())
        {
            var extent = outbox.Kept(lane);
            for (var batch = extent.Oldest; batch < extent.Next; batch++)
            {
                var position = new Position(lane, batch);
                kept[position] = Text(reader.Read(position) ?? throw new InvalidOperationException($"{position} is kept and cannot be read"));
            }
        }
        return kept;
    }
}
