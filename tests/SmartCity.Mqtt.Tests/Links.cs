using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SmartCity.Mqtt;

public abstract class Links(MqttClientKind kind)
{
    private static readonly MqttTopic Data = new("city/data");

    [Fact]
    public void A_message_arrives_as_it_was_sent()
    {
        using var broker = new Broker();
        using var reader = Hear("reader", broker.Port).OpenAndWait().SubscribeAndWait("city/+");
        using var writer = Hear("writer", broker.Port).OpenAndWait();
        Assert.Equal(MqttVerdict.Accepted, writer.Link.Publish(new("city/Zschopau–Süd"), "äöü"u8, MqttQos.AtLeastOnce));
        reader.AwaitMessages(1);
        var (topic, payload, qos, retain) = Assert.Single(reader.Messages);
        Assert.Equal(("city/Zschopau–Süd", "äöü", MqttQos.AtLeastOnce, false), (topic, Encoding.UTF8.GetString(payload), qos, retain));
    }

    [Fact]
    public void A_retained_message_greets_a_later_subscriber_and_says_so()
    {
        using var broker = new Broker();
        using var writer = Hear("writer", broker.Port).OpenAndWait();
        writer.Link.Publish(Data, "here"u8, MqttQos.AtLeastOnce, retain: true);
        Until.True(() => writer.Link.QueuedBytes == 0, () => "the broker did not acknowledge");
        using var reader = Hear("reader", broker.Port).OpenAndWait().SubscribeAndWait("city/data");
        reader.AwaitMessages(1);
        Assert.True(reader.Messages.Single().Retain);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256 * 1024)]
    public void A_payload_of_any_size_arrives_whole(int bytes)
    {
        using var broker = new Broker();
        using var reader = Hear("reader", broker.Port).OpenAndWait().SubscribeAndWait("city/data");
        using var writer = Hear("writer", broker.Port).OpenAndWait();
        var payload = RandomNumberGenerator.GetBytes(bytes);
        writer.Link.Publish(Data, payload, MqttQos.AtMostOnce);
        reader.AwaitMessages(1);
        Assert.Equal(payload, reader.Messages.Single().Payload);
    }

    [Fact]
    public void Fifty_thousand_messages_arrive_each_once_and_in_order()
    {
        using var broker = new Broker();
        using var reader = Hear("reader", broker.Port).OpenAndWait().SubscribeAndWait("city/data", MqttQos.AtMostOnce);
        using var writer = Hear("writer", broker.Port).OpenAndWait();
        var payload = new byte[90];
        for (var i = 0; i < 50_000; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(payload, i);
            Until.True(() => writer.Link.Publish(Data, payload, MqttQos.AtMostOnce) == MqttVerdict.Accepted, () => "the queue never emptied");
        }
        reader.AwaitMessages(50_000);
        Assert.Equal(Enumerable.Range(0, 50_000), reader.Messages.Select(message => BinaryPrimitives.ReadInt32LittleEndian(message.Payload)));
        Until.True(() => writer.Link.QueuedBytes == 0, () => $"{writer.Link.QueuedBytes} bytes are still held as queued");
    }

    [Fact]
    public void A_queue_over_its_limit_refuses_and_later_says_that_there_is_room()
    {
        using var broker = new Broker();
        using var writer = Hear("writer", broker.Port);
        writer.Connect = writer.Connect with { QueueLimitBytes = 100_000, MaxInflight = 1 };
        writer.OpenAndWait();
        var payload = new byte[10_000];
        var verdicts = Enumerable.Range(0, 1000).Select(_ => writer.Link.Publish(Data, payload, MqttQos.AtLeastOnce)).ToList();
        Assert.Contains(MqttVerdict.QueueFull, verdicts);
        Until.True(() => writer.Link.QueuedBytes == 0, () => "the queue did not empty");
        Until.True(() => writer.Writable > 0, () => "nobody said that there is room");
        Assert.Equal(MqttVerdict.Accepted, writer.Link.Publish(Data, payload, MqttQos.AtLeastOnce));
    }

    [Fact]
    public void A_sender_that_asks_for_room_is_told_when_there_is()
    {
        using var broker = new Broker();
        using var writer = Hear("writer", broker.Port).OpenAndWait();
        Assert.True(writer.Link.HasRoom(1));
        for (var told = 1; told <= 20; told++)
        {
            for (var i = 0; i < 200; i++) writer.Link.Publish(Data, new byte[10_000], MqttQos.AtMostOnce);
            if (writer.Link.HasRoom(1000)) continue; // it was quicker than we
            var before = Volatile.Read(ref writer.Writable);
            Until.True(() => writer.Link.HasRoom(1000) || Volatile.Read(ref writer.Writable) > before, () => "nobody said that there is room");
        }
        Until.True(() => writer.Link.HasRoom(1), () => "the queue did not empty");
    }

    [Fact]
    public void A_message_over_the_limit_alone_still_goes()
    {
        using var broker = new Broker();
        using var reader = Hear("reader", broker.Port).OpenAndWait().SubscribeAndWait("city/data");
        using var writer = Hear("writer", broker.Port);
        writer.Connect = writer.Connect with { QueueLimitBytes = 100 };
        writer.OpenAndWait();
        Assert.Equal(MqttVerdict.Accepted, writer.Link.Publish(Data, new byte[101], MqttQos.AtMostOnce));
        reader.AwaitMessages(1);
    }

    [Fact]
    public void Nothing_is_taken_while_not_connected()
    {
        using var broker = new Broker();
        using var writer = Hear("writer", broker.Port);
        Assert.Equal(MqttVerdict.NotConnected, writer.Link.Publish(Data, "x"u8, MqttQos.AtLeastOnce));
        Assert.Equal(MqttVerdict.NotConnected, writer.Link.Subscribe("#", MqttQos.AtLeastOnce));
        writer.OpenAndWait().Link.Close();
        Assert.Equal(MqttVerdict.NotConnected, writer.Link.Publish(Data, "x"u8, MqttQos.AtLeastOnce));
    }

    [Fact]
    public void What_throws_in_a_handler_ends_neither_connection_nor_process()
    {
        using var broker = new Broker();
        using var reader = Hear("reader", broker.Port).OpenAndWait().SubscribeAndWait("city/data");
        reader.OnMessageDo = () => throw new InvalidOperationException("a bug in a handler");
        using var writer = Hear("writer", broker.Port).OpenAndWait();
        for (var i = 0; i < 3; i++) writer.Link.Publish(Data, "x"u8, MqttQos.AtLeastOnce);
        reader.AwaitMessages(3);
        Assert.True(reader.Link.IsConnected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/+/b")]
    [InlineData("a/#")]
    [InlineData("a\0b")]
    public void A_topic_name_with_what_MQTT_forbids_cannot_be_built(string name) => Assert.ThrowsAny<ArgumentException>(() => new MqttTopic(name));

    [Fact]
    public void A_topic_name_has_at_most_65535_bytes()
    {
        Assert.Equal(65_535, new MqttTopic(new string('x', 65_535)).Utf8.Length);
        Assert.Throws<ArgumentException>(() => new MqttTopic(new string('x', 65_536)));
    }

    private Ear Hear(string clientId, int port) => new(kind, clientId, port);
}
