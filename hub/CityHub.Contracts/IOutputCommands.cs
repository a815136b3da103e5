using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Contracts;

/// <summary>What people ask of outputs: sirens, beacons, relays.</summary>
public interface IOutputCommands
{
    /// <summary>Writes a command down and sees to it. One whose id is known already is not asked again: the one that stands is returned, whatever it asks.
    /// Null: too many wait already.</summary>
    Task<OutputCommand?> Ask(OutputCommand command, CancellationToken cancel);

    /// <summary>What was asked of a sensor's outputs, newest first.</summary>
    IReadOnlyList<OutputCommand> List(SensorId sensor, int limit);
}
