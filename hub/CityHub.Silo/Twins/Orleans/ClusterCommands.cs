using CityHub.Contracts;
using CityHub.Silo.Register;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>Commands and calls go to whoever holds the group. While nobody can be reached they are written down, and seen to by whoever takes the group up.</summary>
internal sealed partial class ClusterCommands(GroupHosts hosts, IGrainFactory grains, ITwinViews twins, Places places, IRegister register, ILogger<ClusterCommands> log) : IOutputCommands, INodeCalls
{
    public async Task<OutputCommand?> Ask(OutputCommand command, CancellationToken cancel)
    {
        if ((twins.Sensor(command.Sensor)?.Device ?? places.DeviceOf(command.Sensor))?.Node.Group is not { } group) return await register.KeepCommand(command).WaitAsync(cancel);
        if (Here(group) is { } host) return await host.Commands.Ask(command, cancel);
        try
        {
            return await grains.GetGrain<IIngest>(group).Ask(TwinText.Write(command)).WaitAsync(cancel) is { } asked ? TwinText.Command(asked) : null;
        }
        catch (Exception fault) when (IsOfTheCluster(fault))
        {
            NotReached(group, command.Id, fault.Message);
            return await register.KeepCommand(command).WaitAsync(cancel); // one that did arrive is there already, by its id
        }
    }

    public IReadOnlyList<OutputCommand> List(SensorId sensor, int limit) => register.Commands(sensor, limit);

    public async Task<NodeCallVerdict> Ask(NodeCall call)
    {
        if (Here(call.Node.Group) is { } host) return await host.Calls.Ask(call);
        try
        {
            return (NodeCallVerdict)await grains.GetGrain<IIngest>(call.Node.Group).Call(TwinText.Write(call));
        }
        catch (Exception fault) when (IsOfTheCluster(fault))
        {
            NotReached(call.Node.Group, call.Id, fault.Message);
            await register.KeepCall(call);
            return NodeCallVerdict.Asked;
        }
    }

    public IReadOnlyList<NodeCall> List(NodeKey node, int limit) => register.Calls(node, limit);

    private GroupHost? Here(string group) => hosts.All.FirstOrDefault(host => host.Groups.Contains(group, StringComparer.Ordinal));

    private static bool IsOfTheCluster(Exception fault) => fault is OrleansException or TimeoutException or TenureLostException or ObjectDisposedException or InvalidOperationException;

    [LoggerMessage(LogLevel.Warning, "Who holds group {Group} cannot be reached: {Cause}. {Id} is written down, for whoever takes the group up.")]
    private partial void NotReached(string group, string id, string cause);
}
