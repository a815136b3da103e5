using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;

namespace SensorNode.Readings;

/// <summary>Samples and faults: counted always, told when a device's fault changes.</summary>
public sealed partial class SampleLoopFaults(ILogger<SampleLoopFaults> log)
{
    private static readonly Meter Meter = new("SensorNode");
    private static readonly Counter<long> Samples = Meter.CreateCounter<long>("sensornode_samples", description: "Samples taken, failed ones included.");
    private static readonly Counter<long> Failures = Meter.CreateCounter<long>("sensornode_read_failures", description: "Samples with a fault, by reason.");
    private static readonly Counter<long> Lost = Meter.CreateCounter<long>("sensornode_edges_lost", description: "Edges lost to a full kernel buffer.");

    private static readonly Counter<long> TurnsLeftOut = Meter.CreateCounter<long>("sensornode_turns_left_out", description: "Samples that were not taken because the one before took too long.");

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (ReadFault Fault, int InARow)> _standing = new(StringComparer.Ordinal);

    /// <summary>Takes note of a sample.</summary>
    /// <param name="fault">The first fault in it; null when there was none.</param>
    public void Saw(string device, ReadFault? fault)
    {
        Samples.Add(1);
        if (fault is { } counted) Failures.Add(1, new KeyValuePair<string, object?>("reason", counted.ToString()));
        lock (_lock)
        {
            var stood = _standing.TryGetValue(device, out var standing);
            if (fault is not { } now)
            {
                if (!stood) return;
                _standing.Remove(device);
                Recovered(device, standing.InARow);
                return;
            }
            _standing[device] = (now, stood ? standing.InARow + 1 : 1);
            if (!stood || standing.Fault != now) Failed(device, now);
        }
    }

    /// <summary>The devices that could not be read the last time, and why.</summary>
    public IReadOnlyDictionary<string, ReadFault> Standing()
    {
        lock (_lock) return _standing.ToDictionary(device => device.Key, device => device.Value.Fault, StringComparer.Ordinal);
    }

    public void LostEdges(uint count)
    {
        if (count > 0) Lost.Add(count);
    }

    public void LeftOut(long turns)
    {
        if (turns > 0) TurnsLeftOut.Add(turns);
    }

    [LoggerMessage(LogLevel.Warning, "Device {Device} cannot be read: {Fault}")]
    private partial void Failed(string device, ReadFault fault);

    [LoggerMessage(LogLevel.Information, "Device {Device} can be read again after {Failures} failed samples")]
    private partial void Recovered(string device, int failures);
}
