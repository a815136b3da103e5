using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Silo.Register;

/// <content>What was asked of outputs.</content>
public partial interface IRegister
{
    /// <summary>Writes a command and its line in the audit down, in one transaction, unless there is one with its id. Returns the one that stands.</summary>
    Task<OutputCommand> KeepCommand(OutputCommand command);

    /// <summary>Ends a command that waits, or answers one that was given up. What was answered or superseded stays so.</summary>
    Task EndCommand(string id, OutputCommandState state, Instant at);

    /// <summary>Newest first.</summary>
    IReadOnlyList<OutputCommand> Commands(SensorId sensor, int limit);

    /// <summary>The newest command of each output that waits or was not answered.</summary>
    IReadOnlyList<OutputCommand> StandingCommands();
}
