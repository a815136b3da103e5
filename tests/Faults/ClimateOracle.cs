using CityHub.Silo.Timeline;
using SmartCity.Readings;

namespace Faults;

/// <summary>Compares what a BME280 gave out with what stands in the timeline: the same measurements, in the same order, each once.</summary>
internal static class ClimateOracle
{
    /// <summary>The outbox commits at least once a second; what was given out later than this before a kill may never have been taken.</summary>
    private static readonly TimeSpan TakenWithin = TimeSpan.FromSeconds(1.5);

    /// <returns>The measurements that both sides hold, as readings with the timeline's order and stamp and the witness's values.</returns>
    public static IReadOnlyList<Reading> Compare(ITimeline timeline, SensorId sensor, IReadOnlyList<GivenMeasure> given, IReadOnlyList<long> kills, Verdict verdict)
    {
        var stored = Stored(timeline, sensor, verdict);
        verdict.Given += given.Count * 3;
        verdict.Stored += stored.Count * 3;
        var matched = new List<Reading>();
        var next = 0;
        foreach (var sample in stored)
        {
            var from = next;
            while (next < given.Count && !Same(given[next], sample)) next++;
            if (next == given.Count)
            {
                verdict.Fault($"{sensor}: the timeline holds {sample.Order} at {sample.At}, which its chip did not give out there: invented, doubled or out of order");
                next = from;
                continue;
            }
            for (var skipped = from; skipped < next; skipped++) Missing(sensor, given[skipped], kills, verdict);
            matched.Add(Reading.Measured(Quantity.AirTemperature, sample.At, sample.Order, given[next].Temperature));
            matched.Add(Reading.Measured(Quantity.AirPressure, sample.At, sample.Order, given[next].Pressure));
            matched.Add(Reading.Measured(Quantity.RelativeHumidity, sample.At, sample.Order, given[next].Humidity));
            next++;
        }
        for (; next < given.Count; next++) Missing(sensor, given[next], kills, verdict);
        return matched;
    }

    private static void Missing(SensorId sensor, GivenMeasure measure, IReadOnlyList<long> kills, Verdict verdict)
    {
        if (kills.Any(kill => measure.Wall <= kill && kill - measure.Wall <= TakenWithin.TotalMilliseconds)) verdict.NeverTaken += 3;
        else verdict.Fault($"{sensor}: given out at {new Instant(measure.Wall)} ({measure.Temperature:0.00} Cel) and not in the timeline");
    }

    private static bool Same(GivenMeasure given, Sample sample) =>
        given.Temperature.Equals(sample.Temperature) && given.Pressure.Equals(sample.Pressure) && given.Humidity.Equals(sample.Humidity);

    private static List<Sample> Stored(ITimeline timeline, SensorId sensor, Verdict verdict)
    {
        var temperature = Good(timeline, sensor, Quantity.AirTemperature, verdict);
        var pressure = Good(timeline, sensor, Quantity.AirPressure, verdict);
        var humidity = Good(timeline, sensor, Quantity.RelativeHumidity, verdict);
        var samples = new List<Sample>(temperature.Count);
        foreach (var (order, (at, value)) in temperature)
        {
            if (!pressure.TryGetValue(order, out var p) || !humidity.TryGetValue(order, out var h)) verdict.Fault($"{sensor}: half a sample at {order}");
            else samples.Add(new(order, at, value, p.Value, h.Value));
        }
        return samples;
    }

    /// <summary>Measured readings by order; one order twice is a fault.</summary>
    internal static SortedDictionary<ReadingOrder, (Instant At, double Value)> Good(ITimeline timeline, SensorId sensor, Quantity quantity, Verdict verdict)
    {
        var readings = new SortedDictionary<ReadingOrder, (Instant, double)>();
        foreach (var reading in timeline.Read(sensor, quantity, new(0), Instant.Max))
        {
            if (!reading.TryGetValue(out var value)) continue; // a failed read is no measurement of the chip's
            if (!readings.TryAdd(reading.Order, (reading.At, value))) verdict.Fault($"{sensor} {quantity}: {reading.Order} is stored twice");
        }
        return readings;
    }

    private sealed record Sample(ReadingOrder Order, Instant At, double Temperature, double Pressure, double Humidity);
}
