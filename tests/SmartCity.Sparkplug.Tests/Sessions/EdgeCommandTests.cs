using SmartCity.Telemetry;

namespace SmartCity.Sparkplug.Tests;

public sealed class EdgeCommandTests
{
    private const string Commands = "spBv1.0/north/NCMD/pole-7";
    private const string State = "spBv1.0/STATE/city-1";

    [Fact]
    public void A_node_hears_its_commands_and_its_host_at_qos_1()
    {
        Assert.Equal([new(Commands, 1), new(State, 1)], new EdgeSession(Pole.Node, null).Subscriptions);
        Assert.Equal([new(Commands, 1)], new EdgeSession(Pole.Node with { PrimaryHost = null }, null).Subscriptions);
    }

    [Fact]
    [Tck("tck-id-operational-behavior-data-commands-rebirth-action-1", "tck-id-operational-behavior-data-commands-rebirth-action-2",
        "tck-id-operational-behavior-data-commands-ncmd-rebirth-verb", "tck-id-operational-behavior-data-commands-ncmd-rebirth-name",
        "tck-id-operational-behavior-data-commands-ncmd-rebirth-value", "tck-id-topics-ncmd-mqtt", "tck-id-topics-ncmd-timestamp", "tck-id-topics-ncmd-payload",
        "tck-id-payloads-ncmd-timestamp", "tck-id-payloads-ncmd-seq", "tck-id-payloads-ncmd-qos", "tck-id-payloads-ncmd-retain", "tck-id-operational-behavior-data-commands-ncmd-verb",
        "tck-id-payloads-name-cmd-requirement")]
    public void A_rebirth_request_stops_the_data_until_all_births_are_out_again()
    {
        var session = Pole.Born();
        var request = HostCommands.Rebirth(Pole.Key, Pole.At(1));
        Assert.Equal((Commands, (byte)0, false), (request.Topic, request.Qos, request.Retain));
        var payload = Pole.Decode(request);
        Assert.Equal((null, (ulong)Pole.At(1).UnixMilliseconds), (payload.Seq, payload.Timestamp));
        var metric = Assert.Single(payload.Metrics);
        Assert.Equal(("Node Control/Rebirth", new MetricValue.Boolean(true), null), (metric.Name, metric.Value, metric.Alias));

        var outcome = session.OnCommand(request.Topic, request.Payload);
        Assert.True(outcome.Rebirth);
        var reading = Pole.Temperature(1, 1, 20);
        Assert.Null(session.Data(Pole.At(1), "bme280", Pole.Batch(1, reading), [reading], false));
        Assert.Equal(3, session.Birth(Pole.At(1), Pole.Outbox, []).Count);
        Assert.NotNull(session.Data(Pole.At(1), "bme280", Pole.Batch(1, reading), [reading], false));
    }

    [Fact]
    public void A_rebirth_of_false_asks_for_nothing()
    {
        var outcome = Pole.Born().OnCommand(Commands, Command(new Metric { Name = MetricNames.Rebirth, DataType = DataType.Boolean, Value = new MetricValue.Boolean(false) }));
        Assert.False(outcome.Rebirth);
    }

    [Fact]
    [Tck("tck-id-operational-behavior-data-commands-ncmd-metric-name", "tck-id-operational-behavior-data-commands-ncmd-metric-value")]
    public void The_hubs_answer_comes_by_alias_alone_and_is_read()
    {
        var edge = Pole.Connected();
        var hub = new HostSession(Pole.Key);
        var answer = new LedgerAnswer(Pole.Outbox.Outbox, [new(Lane.Raw, 7, [new(9, 12)])]);
        Assert.Null(hub.Answer(answer, Pole.Start)); // no birth, no alias
        foreach (var birth in edge.Birth(Pole.Start, Pole.Outbox, [])) Pole.Hear(hub, birth);
        var command = hub.Answer(answer, Pole.At(1))!.Value;
        var metric = Assert.Single(Pole.Decode(command).Metrics);
        Assert.Equal((null, null, true), (metric.Name, metric.DataType, metric.Alias is not null));
        Assert.Null(Pole.Decode(command).Seq);
        var outcome = edge.OnCommand(command.Topic, command.Payload);
        Assert.Equal((CommandFault.None, false, 0), (outcome.Fault, outcome.Rebirth, outcome.Unknown));
        Assert.Equal(Describe.Value(answer), Describe.Value(outcome.Answer));
    }

    [Fact]
    public void Writes_are_named_and_what_was_not_declared_is_passed_over_and_counted()
    {
        var outcome = Pole.Born().OnCommand(Commands, Command(
            new Metric { Name = "Place/District", Value = new MetricValue.Text("Neustadt") },
            new() { Name = "unheard of", Value = new MetricValue.Int(1) },
            new() { Alias = 9999, Value = new MetricValue.Int(1) },
            new() { Value = new MetricValue.Int(1) }));
        Assert.Equal(new MetricWrite(null, "Place/District", new MetricValue.Text("Neustadt")), Assert.Single(outcome.Writes));
        Assert.Equal(3, outcome.Unknown);
    }

    [Theory]
    [InlineData("another node's", "spBv1.0/north/NCMD/pole-8", "", CommandFault.NotOurs)]
    [InlineData("a device that we do not have", "spBv1.0/north/DCMD/pole-7/pump", "", CommandFault.NotOurs)]
    [InlineData("not a command", "spBv1.0/north/NDATA/pole-7", "", CommandFault.BadTopic)]
    [InlineData("not a topic", "x", "", CommandFault.BadTopic)]
    [InlineData("not a payload", Commands, "FF", CommandFault.BadPayload)]
    [InlineData("an answer that is none", Commands, "120F 0A0D4C65646765722F416E73776572", CommandFault.BadAnswer)]
    [InlineData("nothing asked", Commands, "", CommandFault.None)]
    public void A_command_that_cannot_be_read_gets_a_reason(string because, string topic, string hex, CommandFault expected)
    {
        var outcome = Pole.Born().OnCommand(topic, Convert.FromHexString(hex.Replace(" ", "")));
        Assert.True(expected == outcome.Fault, because);
        Assert.False(outcome.Rebirth);
    }

    [Fact]
    [Tck("tck-id-message-flow-edge-node-birth-publish-phid-wait", "tck-id-message-flow-edge-node-birth-publish-phid-wait-id", "tck-id-message-flow-edge-node-birth-publish-phid-wait-online",
        "tck-id-message-flow-edge-node-birth-publish-phid-wait-timestamp", "tck-id-operational-behavior-edge-node-birth-sequence-wait")]
    public void A_node_waits_for_its_own_host_to_be_online()
    {
        var session = new EdgeSession(Pole.Node, null);
        session.Connect(Pole.Start);
        Assert.False(session.MayBirth);
        Assert.Equal(StateOutcome.Ignored, session.OnState("spBv1.0/STATE/city-2", Pole.State(true, 0)));
        Assert.Equal(StateOutcome.Wait, session.OnState(State, Pole.State(false, 5)));
        Assert.Equal(StateOutcome.Ignored, session.OnState(State, Pole.State(true, 4.999)));
        Assert.False(session.MayBirth);
        Assert.Empty(session.Birth(Pole.Start, Pole.Outbox, []));
        Assert.Equal(StateOutcome.Malformed, session.OnState(State, "ONLINE"u8));
        Assert.Equal(StateOutcome.Malformed, session.OnState("spBv1.0/north/NCMD/pole-7", Pole.State(true, 9)));
        Assert.Equal(StateOutcome.Birth, session.OnState(State, Pole.State(true, 5)));
        Assert.True(session.MayBirth);
    }

    [Fact]
    [Tck("tck-id-operational-behavior-edge-node-termination-host-offline-timestamp")]
    public void Under_a_live_birth_an_offline_ends_the_session_unless_it_is_older_than_the_online()
    {
        var session = Pole.Connected();
        session.OnState(State, Pole.State(true, 10));
        session.Birth(Pole.Start, Pole.Outbox, []);
        Assert.Equal(StateOutcome.Ignored, session.OnState(State, Pole.State(false, 9.999)));
        Assert.True(session.MayPublishData);
        Assert.Equal(StateOutcome.Unchanged, session.OnState(State, Pole.State(true, 10)));
        Assert.Equal(StateOutcome.DieAndReconnect, session.OnState(State, Pole.State(false, 10)));
        Assert.NotNull(session.Death(Pole.At(11)));
        Assert.Equal(StateOutcome.Ignored, session.OnState(State, Pole.State(true, 12))); // what a connection brings that is over

        session.Connect(Pole.At(20));
        Assert.Equal(StateOutcome.Wait, session.OnState(State, Pole.State(false, 10)));
        Assert.Equal(StateOutcome.Birth, session.OnState(State, Pole.State(true, 15)));
    }

    [Fact]
    public void A_host_whose_clock_ran_ahead_is_heard_again_after_a_reconnect()
    {
        var session = Pole.Connected();
        session.OnState(State, Pole.State(true, 100_000));
        session.Disconnected();
        session.Connect(Pole.At(1));
        Assert.Equal(StateOutcome.Birth, session.OnState(State, Pole.State(true, 1)));
    }

    private static byte[] Command(params Metric[] metrics) => PayloadCodec.Encode(new() { Timestamp = 1, Metrics = metrics });
}
