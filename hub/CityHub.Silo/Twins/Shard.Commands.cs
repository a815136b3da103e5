using SmartCity.Readings;
using SmartCity.Sparkplug;
using SmartCity.Telemetry;

namespace CityHub.Silo.Twins;

/// <summary>Commands to outputs: on their way out, and the readings that answer them.</summary>
internal sealed partial class Shard
{
    /// <summary>Hands a command to its node, if that is there. What answers it is a reading that was taken after everything that is known of the output now.</summary>
    public void Say(DeviceKey device, OutputCommand command)
    {
        var now = Instant.From(_parts.Wall.GetUtcNow());
        if (!_nodes.TryGetValue(device.Node, out var node) || !node.Sensors.TryGetValue(device.Device, out var sensor)) return;
        if (node.Session?.Switch(device.Device, command.Output, command.On, command.Id, now) is not { } message) return;
        if (sensor.Awaited?.Command.Id != command.Id)
        {
            var known = sensor.Twin.TryGetLive(command.Output, out var live) ? live.Newest.Order : default;
            sensor.Awaited = new(command, node.Twin.Ledger.Epoch, sensor.BornWith > known ? sensor.BornWith : known);
        }
        _parts.Voice.Say(device, message.Payload);
    }

    /// <summary>Hands a call to its node, if that is born and can take it: a node without terms can give birth, and no more.</summary>
    public void Say(NodeCall call)
    {
        if (!_nodes.TryGetValue(call.Node, out var node) || node.Session is not { Presence: SessionPresence.Online } session) return;
        var now = Instant.From(_parts.Wall.GetUtcNow());
        if (session.Terms is not null) _parts.Voice.Say(call.Node, HostCommands.Terms(call.Node, call.Text, now).Payload);
        else if (call.AsksForBirthsAlone && _parts.Voice.Say(call.Node, HostCommands.Rebirth(call.Node, now).Payload)) node.BirthsAskedBy = call.Id;
    }

    private void HearAnswer(NodeActor node, EdgeTerms? terms)
    {
        if (terms is not null) _parts.Calls.Heard(node.Key, terms.Answer);
        else if (node.BirthsAskedBy is { } call) _parts.Calls.Heard(node.Key, $"{call}: born again");
        node.BirthsAskedBy = null;
    }

    private void HearAnswer(SensorActor sensor, AwaitedAnswer awaited, in Reading reading)
    {
        if (reading.Quantity != awaited.Command.Output || !reading.TryGetValue(out var value) || value != 0 != awaited.Command.On) return;
        if (sensor.Node.Twin.Ledger.Epoch == awaited.Epoch && reading.Order <= awaited.After) return;
        sensor.Awaited = null;
        _parts.Commands.Heard(awaited.Command);
    }

    /// <summary>The newest value that a birth tells of an output was taken before any command that follows: what its backlog still brings is no answer.</summary>
    private void NoteBirthOfOutputs(SensorActor sensor)
    {
        sensor.BornWith = default;
        foreach (ref readonly var item in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_readings))
        {
            if (QuantityCatalogue.Of(item.Reading.Quantity).IsOutput && item.Reading.Order > sensor.BornWith) sensor.BornWith = item.Reading.Order;
        }
    }
}

/// <summary>A command whose answer is waited for.</summary>
/// <param name="Epoch">Of the ledger when it was first sent: orders of different ones cannot be compared.</param>
/// <param name="After">The newest reading of the output that was known then.</param>
internal sealed record AwaitedAnswer(OutputCommand Command, uint Epoch, ReadingOrder After);
