using System.Collections.Concurrent;
using SensorNode.Devices;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Readings;

/// <summary>The newest relative humidity of each device of a node, for those that must be corrected by another's. Thread-safe.</summary>
public sealed class AirMoisture
{
    /// <summary>How old it may be.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, (PercentHumidity Humidity, long AtNs)> _newest = new(StringComparer.Ordinal);

    public void Saw(string device, Measure measure, long atNs)
    {
        if (measure.Quantity == Quantity.RelativeHumidity && measure.TryGetValue(out var percent)) _newest[device] = (new(percent), atNs);
    }

    /// <summary>What a device last measured, if that is fresh at a moment; null: not known, or nobody was asked.</summary>
    public PercentHumidity? Of(string? device, long atNs) =>
        device is not null && _newest.TryGetValue(device, out var newest) && atNs - newest.AtNs < Fresh.ToNs() ? newest.Humidity : null;
}
