using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Contracts;

/// <summary>What became of asking.</summary>
public enum NodeCallVerdict : byte
{
    /// <summary>Written down, and sent until the node answers.</summary>
    Asked,

    /// <summary>The node has not answered an earlier call yet.</summary>
    OtherWaits,

    /// <summary>Too many calls wait.</summary>
    TooMany,
}

/// <summary>What people ask of nodes from afar: terms of their devices, self-tests, new births, restarts. One at a time for each node.</summary>
public interface INodeCalls
{
    Task<NodeCallVerdict> Ask(NodeCall call);

    /// <summary>What was asked of a node, newest first.</summary>
    IReadOnlyList<NodeCall> List(NodeKey node, int limit);
}
