using CityHub.Silo.Timeline;
using SensorNode.Readings.Outbox;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace ReadingPath;

/// <summary>
/// What a pole of four BME280 and eight counted lines measures at 1 Hz: twenty readings a second, each a function of its second, so that what is stored
/// can be told from what was taken without keeping either.
/// </summary>
/// <param name="Start">Unix milliseconds of the first second.</param>
public sealed record WeekOfReadings(long Start, int Seconds)
{
    public const int ReadingsASecond = 4 * 3 + 8;

    private static readonly Quantity[] Air = [Quantity.AirTemperature, Quantity.AirPressure, Quantity.RelativeHumidity];

    public static readonly IReadOnlyList<(string Device, Quantity Quantity)> Series =
        [.. from device in Enumerable.Range(0, 12) from quantity in device < 4 ? Air : [Quantity.VehicleCount] select (Name(device), quantity)];

    public long Readings => (long)Seconds * ReadingsASecond;

    public long Batches => (long)Seconds * 12;

    /// <summary>The devices as a node file has them.</summary>
    public static string Devices => string.Join('\n', Enumerable.Range(0, 12).Select(device => device < 4
        ? $"  - {{ name: {Name(device)}, chip: bme280, bus: i2c-{device / 2}, address: 0x{76 + device % 2}, interval: 1s }}"
        : $"  - {{ name: {Name(device)}, chip: pulse, quantity: vehicle-count, bus: lines, line: {device}, interval: 1s }}"));

    /// <summary>Takes it all, with a commit a second, as a node does that has no hub.</summary>
    public void Take(DiskOutbox outbox)
    {
        Span<Reading> sample = stackalloc Reading[3];
        for (var second = 0; second < Seconds; second++)
        {
            for (var device = 0; device < 12; device++)
            {
                var (at, order) = (At(second, device), ReadingOrder.Of(outbox.Boot, outbox.NextSample()));
                if (device >= 4)
                {
                    sample[0] = Reading.Measured(Quantity.VehicleCount, at, order, Value(Quantity.VehicleCount, device, second));
                    outbox.Take(Name(device), Lane.Raw, sample[..1]);
                    continue;
                }
                for (var i = 0; i < 3; i++) sample[i] = Reading.Measured(Air[i], at, order, Value(Air[i], device, second));
                outbox.Take(Name(device), Lane.Raw, sample);
            }
            outbox.Commit(Lane.Raw);
        }
    }

    /// <summary>The hub's store has each reading of these seconds once, in its order and to the bit.</summary>
    public void AssertStored(SqliteTimeline timeline, string node)
    {
        for (var at = 0; at < Series.Count; at++)
        {
            var (device, quantity) = Series[at];
            var (second, last, number) = (0, default(ReadingOrder), int.Parse(device.Split('-')[1]));
            foreach (var reading in timeline.Read(new($"{node}.{device}"), quantity, new(Start), new(Start + Seconds * 1000L)))
            {
                Assert.True(second < Seconds && reading.At == At(second, number) && reading.TryGetValue(out var value) && value.Equals(Value(quantity, number, second)),
                    $"{device} {quantity}: second {second} is stored as {reading}");
                Assert.True(last < reading.Order, $"{device} {quantity}: {last} stands before {reading.Order}");
                (second, last) = (second + 1, reading.Order);
            }
            Assert.Equal(Seconds, second);
        }
    }

    private Instant At(int second, int device) => new(Start + second * 1000L + device * 13);

    /// <summary>In the steps of the chips: hundredths of a degree and of a hectopascal and of a percent; whole vehicles, which count on.</summary>
    private static double Value(Quantity quantity, int device, int second)
    {
        var noise = unchecked((uint)second * 2_654_435_761 + (uint)device * 40_503) >> 24; // 0 to 255
        return quantity switch
        {
            Quantity.AirTemperature => Math.Round(12 + 8 * Math.Sin(second / 13_750.0) + noise * 0.001 + device, 2),
            Quantity.AirPressure => Math.Round(1013 + 12 * Math.Sin(second / 70_000.0) + noise * 0.0005, 2),
            Quantity.RelativeHumidity => Math.Round(60 - 20 * Math.Sin(second / 13_750.0) + noise * 0.002, 2),
            _ => second / (3 + device),
        };
    }

    private static string Name(int device) => device < 4 ? $"climate-{device}" : $"lane-{device}";
}

/// <summary>A disk that syncs nothing: a week of commits would be 600,000 times an fsync, which is not what is measured here.</summary>
public sealed class UnsyncedFiles(DiskFileLayer disk) : IFileLayer
{
    public IReadOnlyList<string> List() => disk.List();

    public IOutboxFile Create(string name) => new Unsynced(disk.Create(name));

    public IOutboxFile Open(string name) => new Unsynced(disk.Open(name));

    public void Rename(string name, string newName) => disk.Rename(name, newName);

    public void Delete(string name) => disk.Delete(name);

    public void SyncDirectory()
    {
    }

    private sealed class Unsynced(IOutboxFile file) : IOutboxFile
    {
        public long Length => file.Length;

        public int Read(long offset, Span<byte> into) => file.Read(offset, into);

        public void Write(long offset, ReadOnlySpan<byte> bytes) => file.Write(offset, bytes);

        public void Truncate(long length) => file.Truncate(length);

        public void Flush()
        {
        }

        public void Dispose() => file.Dispose();
    }
}
