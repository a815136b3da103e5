using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Telemetry;
using CityHub.Silo.Timeline;
using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;

namespace CityHub.Silo.Twins;

/// <summary>
/// What hosts the twins. The twins themselves are pure (<see cref="SmartCity.Twins.NodeTwin"/>); an engine gives each of them one owner at a time, feeds it
/// messages and time, and hands over what it brought to light.
/// </summary>
public interface ITwinEngine : ITwinViews
{
    /// <summary>Where messages go in, by the hash of their node.</summary>
    IReadOnlyList<Mailbox> Mailboxes { get; }

    /// <summary>Before <see cref="Run"/>: puts the twins back as their checkpoints have them.</summary>
    void Restore(IEnumerable<NodeCheckpoint> checkpoints);

    /// <summary>Before <see cref="Run"/>: rows that were stored after those checkpoints were taken, in their order.</summary>
    void Replay(TimelineBlock block);

    /// <summary>Handles messages until cancelled. Faults when one of its loops dies.</summary>
    Task Run(CancellationToken stopping);

    /// <summary>Puts rules in force. Before <see cref="Run"/> or while it runs.</summary>
    void Use(RuleSet rules);

    /// <summary>The hub went online in a group, or is no longer: nobody is believed to be there until it speaks.</summary>
    void OnlineChanged(string group, bool online);

    /// <summary>Takes from every shard what is to be made durable.</summary>
    Task<IReadOnlyList<Cut>> Cut(CutRequest request, CancellationToken cancel);

    /// <summary>Gives cuts back for their next use.</summary>
    void Return(IReadOnlyList<Cut> cuts);

    /// <summary>Hands a command to the node that has the output, if it is there. What answers it is told to <see cref="OutputCommands.Heard"/>.</summary>
    void Say(OutputCommand command);

    /// <summary>Hands a call to its node, if it is there. What its births answer is told to <see cref="NodeCalls.Heard"/>.</summary>
    void Say(NodeCall call);
}

/// <summary>What is asked of twins.</summary>
public interface ITwinViews
{
    IReadOnlyList<NodeView> Nodes();
    IReadOnlyList<SensorView> Sensors();

    /// <summary>Appends the newest value of a quantity of every sensor that has it, in no order.</summary>
    Task Latest(Quantity quantity, List<LatestValue> into);

    SensorView? Sensor(SensorId id);
}
