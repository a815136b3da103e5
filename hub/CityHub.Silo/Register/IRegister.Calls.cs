using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Silo.Register;

/// <content>What was asked of nodes.</content>
public partial interface IRegister
{
    /// <summary>Writes a call and its line in the audit down, in one transaction. One whose id is there stays as it is.</summary>
    Task KeepCall(NodeCall call);

    /// <summary>Ends a call that waits, or one that was given up.</summary>
    Task EndCall(NodeCall call);

    /// <summary>Newest first.</summary>
    IReadOnlyList<NodeCall> Calls(NodeKey node, int limit);

    /// <summary>The newest call to each node, where it waits or was not answered.</summary>
    IReadOnlyList<NodeCall> StandingCalls();
}
