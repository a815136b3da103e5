using SensorNode.Devices;
using SmartCity.Devices;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings;

/// <summary>What a loop hands on of one device: measures become readings with one stamp and one order, and faults are counted and told once.</summary>
public sealed class SampleLoopDevice(string device, IReadingSink sink, IClockTrust clock, TimeProvider time, SampleLoopFaults faults)
{
    private readonly SampleLoopStamps _stamps = new(time);

    /// <summary>Hands on one sample.</summary>
    /// <param name="atNs">When it was measured, monotonic nanoseconds.</param>
    public void Give(Lane lane, long atNs, ReadOnlySpan<Measure> measures)
    {
        var at = _stamps.Stamp(atNs);
        var order = ReadingOrder.Of(sink.Boot, sink.NextSample());
        var trust = clock.Now();
        Span<Reading> sample = new Reading[measures.Length];
        ReadFault? fault = null;
        for (var i = 0; i < measures.Length; i++)
        {
            sample[i] = measures[i].At(at, order, trust);
            fault ??= measures[i].Fault;
        }
        faults.Saw(device, fault);
        sink.Take(device, lane, sample);
    }

    /// <summary>Counts turns that were left out because the one before took too long.</summary>
    public void LeftOut(long turns) => faults.LeftOut(turns);
}
