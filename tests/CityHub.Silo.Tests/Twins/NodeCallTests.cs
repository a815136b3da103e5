using CityHub.Contracts;
using Rig;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Silo.Tests.Twins;

/// <summary>Calls to nodes over a real broker; what the node answers, and when, is the test's matter.</summary>
[Collection("hub")]
public sealed class NodeCallTests
{
    private static readonly NodeKey Key = new("city", "pole-1");

    private static NodeCall Call(string id, string? devices = """{"climate":{"interval":"2s"}}""", bool reboot = false) =>
        new(id, Key, NodeCall.Write(id, "Anna B", devices, false, reboot), "Anna B", "slow it down", Instant.From(TimeProvider.System.GetUtcNow()));

    private static async Task<NodeRig> Pole(HubRig rig, bool terms = true)
    {
        var node = new NodeRig("pole-1") { Terms = terms ? new("", "") : null };
        await node.Start(rig.Broker.Port);
        await Until.True(() => rig.City.Nodes().Any(view => view is { Presence: Presence.Online, Sensors: 1 }), "the node is there");
        return node;
    }

    private static async Task Becomes(HubRig rig, string id, NodeCallState state) => await Until.True(
        () => rig.City.Calls.List(Key, 10).Any(call => call.Id == id && call.State == state), () => $"call {id} is {state}; {string.Join(", ", rig.City.Calls.List(Key, 10))}");

    [Fact]
    public async Task A_call_is_sent_until_the_node_answers_it_by_its_id()
    {
        await using var rig = await HubRig.Start();
        await using var node = await Pole(rig);
        Assert.Equal(NodeCallVerdict.Asked, await rig.City.Calls.Ask(Call("a1")));
        await Until.True(() => node.TermsAsked.Count >= 2, "it is sent again while no answer comes");
        Assert.All(node.TermsAsked, text => Assert.Equal("""{"by":"anna-b","id":"a1","devices":{"climate":{"interval":"2s"}}}""", text));
        Assert.Equal(NodeCallVerdict.OtherWaits, await rig.City.Calls.Ask(Call("a2")));
        node.Terms = new("", "a0: taken at noon"); // of another call
        node.Birth();
        node.Terms = new("{ by: anna-b, id: a1, devices: {} }", "a1: taken at one");
        node.Birth();
        await Becomes(rig, "a1", NodeCallState.Taken);
        Assert.Equal("taken at one", rig.City.Calls.List(Key, 1).Single().Answer);
        await Until.True(() => rig.City.Nodes().Single().Terms == node.Terms.InForce, "what is in force can be seen");
    }

    [Fact]
    public async Task What_a_node_refuses_stands_with_its_words()
    {
        await using var rig = await HubRig.Start();
        await using var node = await Pole(rig);
        await rig.City.Calls.Ask(Call("a1"));
        await Until.True(() => !node.TermsAsked.IsEmpty, "it is sent");
        node.Terms = new("", "a1: refused at one: devices.climate: is no key here");
        node.Birth();
        await Becomes(rig, "a1", NodeCallState.Refused);
        Assert.Equal(("Anna B", "slow it down"), (rig.City.Calls.List(Key, 1).Single().By, rig.City.Calls.List(Key, 1).Single().Why));
    }

    [Fact]
    public async Task A_call_without_an_answer_is_an_alert_until_a_later_one_is_answered()
    {
        await using var rig = await HubRig.Start(HubRig.Heat, ("Hub:CommandLimit", "00:00:01"), ("Desk:RoundEvery", "00:00:00.100"));
        await using var node = await Pole(rig);
        await rig.City.Calls.Ask(Call("a1"));
        await Becomes(rig, "a1", NodeCallState.Unanswered);
        await Until.True(async () => (await rig.Episodes()).Any(one => one.Rule == "hub-node-unanswered"), "there is an alert");
        Assert.Contains("Anna B", (await rig.Episodes()).Single(one => one.Rule == "hub-node-unanswered").Message, StringComparison.Ordinal);
        node.Terms = new("", "a1: taken at last"); // late, and it counts
        node.Birth();
        await Becomes(rig, "a1", NodeCallState.Taken);
        Assert.Empty(rig.Get<CityHub.Silo.Twins.GroupHosts>().UnansweredCalls);
    }

    [Fact]
    public async Task A_call_that_waits_goes_on_after_a_restart_of_the_hub()
    {
        await using var rig = await HubRig.Start();
        await using var node = await Pole(rig);
        await rig.City.Calls.Ask(Call("a1"));
        await rig.StopHub();
        await rig.StartHub();
        await Until.True(() => rig.City.Nodes().Single().Presence == Presence.Online, "the node is there again");
        node.TermsAsked.Clear();
        await Until.True(() => !node.TermsAsked.IsEmpty, "what waited is sent again");
        node.Terms = new("", "a1: taken");
        node.Birth();
        await Becomes(rig, "a1", NodeCallState.Taken);
    }

    [Fact]
    public async Task A_node_that_takes_no_terms_can_be_asked_for_new_births_and_no_more()
    {
        await using var rig = await HubRig.Start(HubRig.Heat, ("Hub:CommandLimit", "00:00:03"));
        await using var node = await Pole(rig, terms: false);
        await rig.City.Calls.Ask(Call("a1", devices: null));
        await Becomes(rig, "a1", NodeCallState.Taken);
        Assert.True(node.RebirthsAsked >= 1);
        await rig.City.Calls.Ask(Call("a2", reboot: true));
        await Becomes(rig, "a2", NodeCallState.Unanswered);
        Assert.Empty(node.TermsAsked);
    }
}
