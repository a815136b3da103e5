using SensorNode.Readings;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Tests.Devices;

/// <summary>A sink that keeps what it took.</summary>
internal sealed class TakenSamples : IReadingSink
{
    private readonly List<(string Device, Lane Lane, Reading[] Sample)> _taken = [];
    private ulong _samples;

    public uint Boot => 7;

    public IReadOnlyList<(string Device, Lane Lane, Reading[] Sample)> All
    {
        get
        {
            lock (_taken) return [.. _taken];
        }
    }

    public ulong NextSample() => Interlocked.Increment(ref _samples);

    public void Take(string device, Lane lane, ReadOnlySpan<Reading> sample)
    {
        lock (_taken) _taken.Add((device, lane, sample.ToArray()));
    }

    public IReadOnlyList<(Lane Lane, Reading[] Sample)> Of(string device) => [.. All.Where(taken => taken.Device == device).Select(taken => (taken.Lane, taken.Sample))];
}
