using System.Globalization;
using System.Text;
using SmartCity.Devices;
using SmartCity.Readings;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;

namespace Bench;

/// <summary>
/// What an hour of two BME280 at 1 Hz takes on the wire, in bytes of MQTT packets and births included: as the node sends it, as its minutes, and as the same
/// readings would be on plain JSON topics, one message a reading.
/// </summary>
internal static class WireBytes
{
    private const int Seconds = 3600, Chips = 2;
    private static readonly Quantity[] Air = [Quantity.AirTemperature, Quantity.AirPressure, Quantity.RelativeHumidity];

    public static void Add(Table table)
    {
        var (raw, json) = (Raw(), Json());
        var minutes = Minutes();
        table.Row("bytes on the wire a reading, raw", raw, "B");
        table.Row("… of one on plain JSON topics", json, "B");
        table.Row("… as minutes (least, mean, greatest), for each reading that was measured", minutes, "B");
        table.Ask("bytes a reading to those of JSON, raw", raw / json, "", "at most", 0.5);
        table.Ask("… minutes", minutes / json, "", "at most", 0.5);
    }

    private static Measure[] Sample(int chip, int second) =>
    [
        Measure.Of(Quantity.AirTemperature, 18 + chip + 3 * Math.Sin(second / 900.0) + 0.02 * (second * 7 % 5), 2),
        Measure.Of(Quantity.AirPressure, 1013 + Math.Sin(second / 1800.0) + 0.01 * (second * 3 % 7), 2),
        Measure.Of(Quantity.RelativeHumidity, 55 + 4 * Math.Cos(second / 700.0) + 0.03 * (second * 5 % 4), 2),
    ];

    private static double Raw() => Sparkplug([.. Enumerable.Range(0, Chips).Select(chip => $"climate-{chip}")], session => second =>
        [.. Enumerable.Range(0, Chips).Select(chip => ($"climate-{chip}", Lane.Raw, Sample(chip, second)))]);

    private static double Minutes()
    {
        string[] devices = [.. Enumerable.Range(0, Chips).SelectMany(chip => new[] { ".min", ".mean", ".max" }.Select(suffix => $"climate-{chip}{suffix}"))];
        var folds = Enumerable.Range(0, Chips).Select(_ => new MinuteFigures()).ToArray();
        return Sparkplug(devices, session => second =>
        {
            var due = new List<(string, Lane, Measure[])>();
            for (var chip = 0; chip < Chips; chip++)
            {
                if (!folds[chip].Observe(Sample(chip, second), second * 1_000_000_000L, out _, out var figures)) continue;
                due.Add(($"climate-{chip}.min", Lane.Aggregate, [.. figures.Select(figure => figure.Min)]));
                due.Add(($"climate-{chip}.mean", Lane.Aggregate, [.. figures.Select(figure => figure.Mean)]));
                due.Add(($"climate-{chip}.max", Lane.Aggregate, [.. figures.Select(figure => figure.Max)]));
            }
            return due;
        });
    }

    /// <summary>A commit a second, a batch for each device of it: what the node's outbox makes.</summary>
    private static double Sparkplug(string[] devices, Func<EdgeSession, Func<int, List<(string Device, Lane Lane, Measure[] Sample)>>> made)
    {
        var session = new EdgeSession(new(new("city", "pole-0001"), [.. devices.Select(device => new EdgeDevice(device, Air))], new("harbour", "quay", 53.5, 9.9), null), null);
        var start = new Instant(1_795_000_000_000);
        session.Connect(start);
        var bytes = session.Birth(start, new(new(1), 1, [new(1, 1), new(1, 1), new(1, 1), new(1, 1)]), []).Sum(birth => Packet(birth.Topic, birth.Payload.Length));
        var (of, sample, batch) = (made(session), 0ul, 0ul);
        for (var second = 0; second < Seconds; second++)
        {
            var at = start + TimeSpan.FromSeconds(second);
            foreach (var (device, lane, measures) in of(second))
            {
                var order = ReadingOrder.Of(1, ++sample);
                Reading[] readings = [.. measures.Select(measure => measure.At(at, order, ClockTrust.Synced))];
                var message = session.Data(at + TimeSpan.FromMilliseconds(400), device, new(new(lane, ++batch), [new(order, ClockTrust.Synced, (byte)readings.Length)]), readings, historical: false)!.Value;
                bytes += Packet(message.Topic, message.Payload.Length);
            }
        }
        return (double)bytes / (Seconds * Chips * Air.Length);
    }

    private static double Json()
    {
        var bytes = 0L;
        for (var second = 0; second < Seconds; second++)
        {
            for (var chip = 0; chip < Chips; chip++)
            {
                foreach (var measure in Sample(chip, second))
                {
                    measure.TryGetValue(out var value);
                    var at = DateTimeOffset.FromUnixTimeMilliseconds(1_795_000_000_000 + second * 1000L).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
                    var payload = string.Create(CultureInfo.InvariantCulture, $$"""{"value":{{value}},"unit":"{{QuantityCatalogue.Of(measure.Quantity).Unit}}","at":"{{at}}"}""");
                    bytes += Packet($"city/pole-0001/climate-{chip}/{QuantityCatalogue.Of(measure.Quantity).Name}", Encoding.UTF8.GetByteCount(payload));
                }
            }
        }
        return (double)bytes / (Seconds * Chips * Air.Length);
    }

    /// <summary>A PUBLISH at QoS 0 as MQTT 3.1.1 has it.</summary>
    private static long Packet(string topic, int payload)
    {
        var rest = 2 + topic.Length + payload;
        return 1 + (rest < 128 ? 1 : rest < 16_384 ? 2 : 3) + rest;
    }
}
