using System.Text;
using SmartCity.Readings;

namespace SmartCity.Sparkplug.Tests;

public sealed class HostPresenceTests
{
    private const string Topic = "spBv1.0/STATE/city-1";
    private static readonly Instant At = new(1_668_114_759_262);

    [Fact]
    [Tck("tck-id-payloads-state-will-message-qos", "tck-id-payloads-state-will-message-retain", "tck-id-payloads-state-will-message-payload",
        "tck-id-operational-behavior-host-application-connect-will-topic",
        "tck-id-operational-behavior-host-application-connect-will-payload", "tck-id-operational-behavior-host-application-connect-will-qos",
        "tck-id-operational-behavior-host-application-connect-will-retained", "tck-id-host-topic-phid-death-payload", "tck-id-host-topic-phid-death-qos",
        "tck-id-host-topic-phid-death-retain", "tck-id-host-topic-phid-death-payload-timestamp-connect",
        "tck-id-host-topic-phid-death-payload-connect", "tck-id-operational-behavior-host-application-death-payload")]
    public void The_will_says_offline_with_the_time_of_connecting()
    {
        var will = new HostPresence("city-1").Connect(At);
        Assert.Equal((Topic, (byte)1, true), (will.Topic, will.Qos, will.Retain));
        Assert.Equal("""{"online":false,"timestamp":1668114759262}""", Encoding.UTF8.GetString(will.Payload));
    }

    [Fact]
    [Tck("tck-id-payloads-state-birth", "tck-id-payloads-state-birth-payload", "tck-id-host-topic-phid-birth-qos", "tck-id-host-topic-phid-birth-retain",
        "tck-id-host-topic-phid-birth-payload", "tck-id-host-topic-phid-birth-payload-timestamp", "tck-id-operational-behavior-host-application-connect-birth-topic",
        "tck-id-operational-behavior-host-application-connect-birth-payload", "tck-id-operational-behavior-host-application-connect-birth-qos",
        "tck-id-operational-behavior-host-application-connect-birth-retained", "tck-id-message-flow-phid-sparkplug-state-publish-payload",
        "tck-id-message-flow-phid-sparkplug-state-publish-payload-timestamp", "tck-id-conformance-primary-host", "tck-id-intro-sparkplug-host-state", "tck-id-components-ph-state")]
    public void The_birth_says_online_with_the_stamp_of_its_will()
    {
        var presence = new HostPresence("city-1");
        presence.Connect(At);
        var birth = presence.Online();
        Assert.Equal((Topic, (byte)1, true), (birth.Topic, birth.Qos, birth.Retain));
        Assert.Equal("""{"online":true,"timestamp":1668114759262}""", Encoding.UTF8.GetString(birth.Payload));
    }

    [Fact]
    [Tck("tck-id-operational-behavior-host-application-death-topic", "tck-id-operational-behavior-host-application-death-qos",
        "tck-id-operational-behavior-host-application-death-retained", "tck-id-host-topic-phid-death-payload-timestamp-disconnect-clean", "tck-id-host-topic-phid-death-payload-disconnect-clean")]
    public void The_death_says_offline_with_the_time_of_leaving()
    {
        var presence = new HostPresence("city-1");
        presence.Connect(At);
        presence.Online();
        var death = presence.Death(At + TimeSpan.FromSeconds(5));
        Assert.Equal((Topic, (byte)1, true), (death.Topic, death.Qos, death.Retain));
        Assert.True(HostState.TryDecode(death.Payload, out var state));
        Assert.Equal(new(false, At + TimeSpan.FromSeconds(5)), state);
    }

    [Fact]
    [Tck("tck-id-message-flow-hid-sparkplug-state-message-delivered")]
    public void An_offline_of_our_own_while_we_are_online_is_answered_with_our_birth()
    {
        var presence = new HostPresence("city-1");
        presence.Connect(At);
        var offline = new HostState(false, At).Encode();
        Assert.Null(presence.OnState(Topic, offline)); // before our birth it is only what the server kept
        var birth = presence.Online();
        var again = presence.OnState(Topic, offline);
        Assert.Equal(birth.Payload, again!.Value.Payload);
        Assert.Null(presence.OnState(Topic, birth.Payload));
        Assert.Null(presence.OnState("spBv1.0/STATE/city-2", offline));
        Assert.Null(presence.OnState(Topic, "offline"u8));
        presence.Death(At);
        Assert.Null(presence.OnState(Topic, offline));
    }

    [Fact]
    public void The_host_subscribes_the_namespace_and_its_own_state_with_it() =>
        Assert.Equal([new("spBv1.0/#", 1)], new HostPresence("city-1").Subscriptions);

    [Theory]
    [InlineData("""{"online":true,"timestamp":5}""", true)]
    [InlineData("""{"timestamp":5,"more":{"x":[1]},"online":true}""", true)]
    [InlineData("""{"online":true}""", false)]
    [InlineData("""{"timestamp":5}""", false)]
    [InlineData("""{"online":"true","timestamp":5}""", false)]
    [InlineData("""{"online":true,"timestamp":"5"}""", false)]
    [InlineData("""{"online":true,"timestamp":-1}""", false)]
    [InlineData("""{"online":true,"timestamp":253402300800000}""", false)]
    [InlineData("""{"online":true,"timestamp":5.5}""", false)]
    [InlineData("""{"online":true,"timestamp":5}}""", false)]
    [InlineData("""{"online":true,"timestamp":5} x""", false)]
    [InlineData("""{"online":true,"timestamp":5""", false)]
    [InlineData("""{"online":null,"timestamp":5}""", false)]
    [InlineData("""{"online":false,"timestamp":5,"online":true}""", true)]
    [InlineData("""{"\u006fnline":true,"timestamp":5}""", true)]
    [InlineData("ONLINE", false)]
    [InlineData("null", false)]
    [InlineData("[]", false)]
    [InlineData("", false)]
    public void A_state_is_an_object_with_both_members_and_nothing_else_is(string json, bool taken)
    {
        Assert.Equal(taken, HostState.TryDecode(Encoding.UTF8.GetBytes(json), out var state));
        if (taken) Assert.Equal(new(true, new(5)), state);
    }
}
