using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SmartCity.Mqtt;

public abstract class Ends(MqttClientKind kind)
{
    private static readonly MqttTopic Death = new("city/death");
    private static readonly MqttWill Will = new(Death, "bdSeq 7"u8.ToArray(), MqttQos.AtLeastOnce, Retain: false);

    [Fact]
    public void The_broker_publishes_the_will_of_a_connection_that_is_dropped()
    {
        using var broker = new Broker();
        using var reader = Hear("reader", broker.Port).OpenAndWait().SubscribeAndWait("city/death");
        using var node = WithWill(broker, Will).OpenAndWait();
        node.Link.Drop();
        reader.AwaitMessages(1);
        Assert.Equal("bdSeq 7", Encoding.UTF8.GetString(reader.Messages.Single().Payload));
        Assert.Equal(MqttEndReason.Closed, node.AwaitEnd().Reason);
    }

    [Fact]
    public void The_next_connection_of_the_same_link_has_the_next_will()
    {
        using var broker = new Broker();
        using var reader = Hear("reader", broker.Port).OpenAndWait().SubscribeAndWait("city/death");
        using var node = WithWill(broker, Will).OpenAndWait();
        node.Link.Drop();
        reader.AwaitMessages(1);
        node.AwaitEnd();
        node.Connect = node.Connect with { Will = Will with { Payload = "bdSeq 8"u8.ToArray() } };
        node.OpenAndWait().Link.Drop();
        reader.AwaitMessages(2);
        Assert.Equal(["bdSeq 7", "bdSeq 8"], reader.Messages.Select(message => Encoding.UTF8.GetString(message.Payload)));
    }

    [Fact]
    public void A_closed_connection_sends_what_is_queued_and_leaves_no_will()
    {
        using var broker = new Broker();
        using var reader = Hear("reader", broker.Port).OpenAndWait().SubscribeAndWait("city/#");
        using var node = WithWill(broker, Will).OpenAndWait();
        for (var i = 0; i < 1000; i++) Assert.Equal(MqttVerdict.Accepted, node.Link.Publish(new("city/last-words"), "x"u8, MqttQos.AtMostOnce));
        node.Link.Close();
        Assert.Equal(MqttEndReason.Closed, node.AwaitEnd().Reason);
        reader.AwaitMessages(1000);
        using var other = Hear("other", broker.Port).OpenAndWait();
        other.Link.Publish(new("city/after"), "y"u8, MqttQos.AtLeastOnce); // a will would have come before it
        reader.AwaitMessages(1001);
        Assert.Equal("city/after", reader.Messages.Last().Topic);
        Assert.DoesNotContain(reader.Messages, message => message.Topic == Death.Name);
    }

    [Fact]
    public void A_killed_broker_is_noticed_and_its_successor_can_be_joined()
    {
        using var broker = new Broker();
        using var node = Hear("node", broker.Port).OpenAndWait();
        broker.Kill();
        Assert.Equal(MqttEndReason.ConnectionLost, node.AwaitEnd().Reason);
        node.Open();
        Until.True(() => node.Ends.Count == 2, () => "an attempt without a broker did not end");
        Assert.Equal(MqttEndReason.Unreachable, node.Ends.Last().Reason);
        broker.Start();
        node.OpenAndWait().SubscribeAndWait("city/#");
        node.Link.Publish(new("city/data"), "again"u8, MqttQos.AtMostOnce);
        node.AwaitMessages(1);
    }

    [Fact]
    public void Wrong_credentials_are_refused_by_name()
    {
        using var broker = new Broker("allow_anonymous false");
        using var node = Hear("node", broker.Port);
        node.Connect = node.Connect with { User = "node", Password = "not the password" };
        node.Open();
        Assert.Equal(MqttEndReason.RefusedNotAuthorised, node.AwaitEnd().Reason);
    }

    [Fact]
    public void A_password_is_not_printed()
    {
        var connect = new MqttConnect { Host = "broker", ClientId = "node", User = "u", Password = "secret" };
        Assert.DoesNotContain("secret", connect.ToString());
    }

    [Fact]
    public void A_host_that_accepts_and_says_nothing_is_given_up()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var node = Hear("node", ((IPEndPoint)silent.LocalEndpoint).Port);
        node.Connect = node.Connect with { ConnectTimeout = TimeSpan.FromMilliseconds(200) };
        node.Open();
        Assert.Equal(MqttEndReason.TimedOut, node.AwaitEnd().Reason);
    }

    [Fact]
    public void A_host_without_an_address_is_named_so()
    {
        using var node = Hear("node", 1883);
        node.Connect = node.Connect with { Host = "no-such-host.invalid" };
        node.Open();
        Assert.Equal(MqttEndReason.HostNotFound, node.AwaitEnd().Reason);
    }

    [Fact]
    public void A_second_opening_of_an_open_link_is_a_mistake()
    {
        using var broker = new Broker();
        using var node = Hear("node", broker.Port).OpenAndWait();
        Assert.Throws<InvalidOperationException>(() => node.Open());
    }

    [Fact]
    public void A_TLS_file_that_is_not_there_is_refused_at_once()
    {
        using var node = Hear("node", 1883);
        node.Connect = node.Connect with { Tls = new("/nowhere/ca.pem") };
        Assert.Throws<ArgumentException>(() => node.Open());
    }

    [Fact]
    public void Publishers_on_many_threads_meet_a_closing_link_without_harm()
    {
        using var broker = new Broker();
        using var node = Hear("node", broker.Port);
        for (var round = 0; round < 20; round++)
        {
            var ends = node.Ends.Count;
            node.OpenAndWait();
            var seen = 0;
            var publishers = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
            {
                while (node.Link.Publish(Death, "x"u8, MqttQos.AtMostOnce) != MqttVerdict.NotConnected) Interlocked.Increment(ref seen);
            })).ToList();
            publishers.ForEach(thread => thread.Start());
            Until.True(() => Volatile.Read(ref seen) > 100, () => "nothing was published");
            node.Link.Drop();
            publishers.ForEach(thread => thread.Join());
            Until.True(() => node.Ends.Count > ends, () => "no end");
        }
        Assert.All(node.Ends, end => Assert.Equal(MqttEndReason.Closed, end.Reason));
    }

    private Ear WithWill(Broker broker, MqttWill will)
    {
        var node = Hear("node", broker.Port);
        node.Connect = node.Connect with { Will = will };
        return node;
    }

    private Ear Hear(string clientId, int port) => new(kind, clientId, port);
}
