using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>A chip on a bus, measured in two steps or more, so that no chip keeps its bus waiting.</summary>
public interface IBusChip
{
    DevicePlan Plan { get; }

    /// <summary>A rhythm of its own, for a chip that must be looked after between its reports; it then gives measures only when there is something to tell. Null: its interval.</summary>
    TimeSpan? Turn => null;

    /// <summary>Whether what it gave last is news that must not wait.</summary>
    bool IsNews => false;

    /// <summary>Starts a measurement.</summary>
    ChipBegun Begin();

    /// <summary>Fetches the measurement: one measure per quantity, whatever happened.</summary>
    /// <returns>Null when all measures are there; else how long to wait before it is called again. A driver limits how often that is.</returns>
    TimeSpan? Collect(IList<Measure> into);
}

/// <summary>What became of starting a measurement.</summary>
/// <param name="Fault">Why it was not started; null when it was.</param>
/// <param name="ReadyAfter">How long to wait before collecting.</param>
public readonly record struct ChipBegun(ReadFault? Fault, TimeSpan ReadyAfter);
