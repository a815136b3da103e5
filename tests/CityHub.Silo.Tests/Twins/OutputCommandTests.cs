using Rig;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Silo.Tests.Twins;

/// <summary>Commands to outputs over a real broker; what the node answers, and when, is the test's matter.</summary>
public sealed class OutputCommandTests
{
    private static OutputCommand Switch(NodeRig node, bool on, string id) => new(id, new(node.Sensor), Quantity.Siren, on, "anna", "drill", Instant.From(TimeProvider.System.GetUtcNow()));

    private static async Task<NodeRig> Siren(HubRig rig)
    {
        var node = await new NodeRig("pole-1", device: "siren", quantities: Quantity.Siren).Start(rig.Broker.Port);
        node.Send(Lane.Alert, 1, node.Reading(0, quantity: Quantity.Siren));
        await Until.True(() => rig.City.Sensor(new(node.Sensor)) is { Values.Count: 1 }, "the siren has told its state");
        return node;
    }

    private static async Task Becomes(HubRig rig, NodeRig node, string id, OutputCommandState state) => await Until.True(
        () => rig.City.Commands.List(new(node.Sensor), 10).Any(command => command.Id == id && command.State == state), () => $"command {id} is {state}; {string.Join(", ", rig.City.Commands.List(new(node.Sensor), 10))}");

    [Fact]
    public async Task A_command_counts_as_done_when_its_node_tells_the_value_back_and_not_before()
    {
        await using var rig = await HubRig.Start();
        await using var node = await Siren(rig);
        await rig.City.Commands.Ask(Switch(node, true, "a"), default);
        await Until.True(() => node.Writes.Count >= 2, "it is sent again while no answer comes");
        Assert.All(node.Writes, write => Assert.Equal(("siren", true, "a"), write));
        node.Send(Lane.Raw, 1, node.Reading(0, quantity: Quantity.Siren)); // another value is no answer
        node.Send(Lane.Alert, 2, node.Reading(1, quantity: Quantity.Siren));
        await Becomes(rig, node, "a", OutputCommandState.Answered);
    }

    [Fact]
    public async Task What_a_node_took_before_the_command_is_no_answer_even_if_it_comes_after_it()
    {
        await using var rig = await HubRig.Start();
        await using var node = await Siren(rig);
        var backlog = node.Reading(1, quantity: Quantity.Siren); // taken, and not sent yet
        node.Values.Add(new("siren", node.Reading(0, quantity: Quantity.Siren)));
        node.Birth();
        await Until.True(() => rig.City.Nodes().Single().Presence == Contracts.Presence.Online, "it is born again");
        await rig.City.Commands.Ask(Switch(node, true, "a"), default);
        await Until.True(() => !node.Writes.IsEmpty, "it is sent");
        node.Send(Lane.Alert, 2, backlog);
        await Until.True(() => node.IsAnswered(Lane.Alert, 2), "the backlog is stored");
        Assert.Equal(OutputCommandState.Waiting, rig.City.Commands.List(new(node.Sensor), 1).Single().State);
    }

    [Fact]
    public async Task A_command_that_is_not_answered_is_an_alert_of_its_sensor_until_a_later_one_is()
    {
        await using var rig = await HubRig.Start(HubRig.Heat, ("Hub:CommandLimit", "00:00:01"), ("Desk:RoundEvery", "00:00:00.100"));
        await using var node = await Siren(rig);
        await rig.City.Commands.Ask(Switch(node, true, "a"), default);
        await Becomes(rig, node, "a", OutputCommandState.Unanswered);
        await Until.True(async () => (await rig.Episodes()).Any(one => one.Rule == "hub-command-unanswered"), "there is an alert");
        var alert = (await rig.Episodes()).Single(one => one.Rule == "hub-command-unanswered");
        Assert.Equal((node.Sensor, "harbour", true), (alert.Sensor.Value, alert.District, alert.IsOpen));
        Assert.Contains("anna", alert.Message, StringComparison.Ordinal);
        Assert.Single(rig.UnansweredCommands);
        await rig.City.Commands.Ask(Switch(node, false, "b"), default);
        await Until.True(() => node.Writes.Any(write => write == ("siren", false, "b")), "the next one is sent");
        node.Send(Lane.Alert, 2, node.Reading(0, quantity: Quantity.Siren));
        await Becomes(rig, node, "b", OutputCommandState.Answered);
        Assert.Empty(rig.UnansweredCommands);
    }

    [Fact]
    public async Task A_later_command_takes_the_place_of_one_that_waits_and_what_waits_goes_on_after_a_restart()
    {
        await using var rig = await HubRig.Start();
        await using var node = await Siren(rig);
        await rig.City.Commands.Ask(Switch(node, true, "a"), default);
        await rig.City.Commands.Ask(Switch(node, false, "b"), default);
        await Becomes(rig, node, "a", OutputCommandState.Superseded);
        Assert.Equal("a", (await rig.City.Commands.Ask(Switch(node, true, "a"), default))!.Id); // known: not asked again
        await rig.StopHub();
        await rig.StartHub();
        await Until.True(() => rig.City.Nodes().Single().Presence == Contracts.Presence.Online, "the node is there again");
        node.Writes.Clear();
        await Until.True(() => node.Writes.Any(write => write == ("siren", false, "b")), "what waited is sent again");
        Assert.DoesNotContain(("siren", true, "a"), node.Writes);
        node.Send(Lane.Alert, 2, node.Reading(0, quantity: Quantity.Siren));
        await Becomes(rig, node, "b", OutputCommandState.Answered);
    }
}
