using System.Text;
using SmartCity.Readings;

namespace SmartCity.Sparkplug.Tests;

public sealed class TopicTests
{
    private static readonly NodeKey Node = new("north", "pole-7");

    [Theory]
    [InlineData("spBv1.0/north/NBIRTH/pole-7", MessageKind.NBirth, null)]
    [InlineData("spBv1.0/north/NDEATH/pole-7", MessageKind.NDeath, null)]
    [InlineData("spBv1.0/north/NDATA/pole-7", MessageKind.NData, null)]
    [InlineData("spBv1.0/north/NCMD/pole-7", MessageKind.NCmd, null)]
    [InlineData("spBv1.0/north/DBIRTH/pole-7/bme280", MessageKind.DBirth, "bme280")]
    [InlineData("spBv1.0/north/DDEATH/pole-7/bme280", MessageKind.DDeath, "bme280")]
    [InlineData("spBv1.0/north/DDATA/pole-7/bme280", MessageKind.DData, "bme280")]
    [InlineData("spBv1.0/north/DCMD/pole-7/bme280", MessageKind.DCmd, "bme280")]
    [Tck("tck-id-topic-structure", "tck-id-topic-structure-namespace-a", "tck-id-topics-nbirth-topic", "tck-id-topics-ndeath-topic", "tck-id-topics-ndata-topic",
        "tck-id-topics-ncmd-topic", "tck-id-topics-dbirth-topic", "tck-id-topics-ddeath-topic", "tck-id-topics-ddata-topic", "tck-id-topics-dcmd-topic",
        "tck-id-topic-structure-namespace-device-id-associated-message-types")]
    public void Topics_of_nodes_and_devices_are_written_and_read(string text, MessageKind kind, string? device)
    {
        var written = device is null ? SparkplugTopic.Of(kind, Node) : SparkplugTopic.Of(kind, new DeviceKey(Node, device));
        Assert.Equal(text, written.ToString());
        Assert.True(SparkplugTopic.TryParse(text, out var read, out _));
        Assert.Equal(written, read);
        Assert.Equal((kind, Node, device), (read.Kind, read.NodeKey, read.Device));
    }

    [Fact]
    [Tck("tck-id-host-topic-phid-birth-topic", "tck-id-host-topic-phid-death-topic")]
    public void The_state_topic_names_the_host()
    {
        Assert.Equal("spBv1.0/STATE/city-1", SparkplugTopic.State("city-1").ToString());
        Assert.True(SparkplugTopic.TryParse("spBv1.0/STATE/city-1", out var read, out _));
        Assert.Equal((MessageKind.State, "city-1"), (read.Kind, read.Node));
    }

    [Theory]
    [InlineData("", TopicFault.NotSparkplug)]
    [InlineData("senml/north/pole-7", TopicFault.NotSparkplug)]
    [InlineData("spAv1.0/north/NBIRTH/pole-7", TopicFault.NotSparkplug)]
    [InlineData("SPBV1.0/north/NBIRTH/pole-7", TopicFault.NotSparkplug)]
    [InlineData("spBv1.0", TopicFault.WrongLevels)]
    [InlineData("spBv1.0/north", TopicFault.WrongLevels)]
    [InlineData("spBv1.0/north/NBIRTH", TopicFault.WrongLevels)]
    [InlineData("spBv1.0/STATE/city-1/more", TopicFault.UnknownKind)]
    [InlineData("spBv1.0/north/NBIRTH/pole-7/bme280", TopicFault.WrongLevels)]
    [InlineData("spBv1.0/north/DBIRTH/pole-7", TopicFault.WrongLevels)]
    [InlineData("spBv1.0/north/DBIRTH/pole-7/a/b", TopicFault.WrongLevels)]
    [InlineData("spBv1.0/north/DBIRTH/pole-7/a/b/c/d/e/f", TopicFault.WrongLevels)]
    [InlineData("spBv1.0/north/nbirth/pole-7", TopicFault.UnknownKind)]
    [InlineData("spBv1.0/north/BIRTH/pole-7", TopicFault.UnknownKind)]
    [InlineData("spBv1.0//NBIRTH/pole-7", TopicFault.EmptyId)]
    [InlineData("spBv1.0/north/NBIRTH/", TopicFault.EmptyId)]
    [InlineData("spBv1.0/north/DBIRTH/pole-7/", TopicFault.EmptyId)]
    [InlineData("spBv1.0/STATE/", TopicFault.EmptyId)]
    [InlineData("spBv1.0/no+rth/NBIRTH/pole-7", TopicFault.BadCharacter)]
    [InlineData("spBv1.0/north/NBIRTH/#", TopicFault.BadCharacter)]
    [InlineData("spBv1.0/north/NBIRTH/a\u0000b", TopicFault.BadCharacter)]
    [Tck("tck-id-topic-structure-namespace-device-id-non-associated-message-types")]
    public void What_is_no_topic_gets_a_reason(string text, TopicFault expected)
    {
        Assert.False(SparkplugTopic.TryParse(text, out _, out var fault));
        Assert.Equal(expected, fault);
    }

    [Theory]
    [InlineData("north", TopicFault.None)]
    [InlineData("Straße 7, 🌧", TopicFault.None)]
    [InlineData("", TopicFault.EmptyId)]
    [InlineData("a+b", TopicFault.BadCharacter)]
    [InlineData("a/b", TopicFault.BadCharacter)]
    [InlineData("a#b", TopicFault.BadCharacter)]
    [InlineData("a\nb", TopicFault.BadCharacter)]
    [Tck("tck-id-intro-group-id-string", "tck-id-intro-group-id-chars", "tck-id-intro-edge-node-id-string", "tck-id-intro-edge-node-id-chars", "tck-id-intro-device-id-string",
        "tck-id-intro-device-id-chars", "tck-id-topic-structure-namespace-valid-group-id", "tck-id-topic-structure-namespace-valid-edge-node-id", "tck-id-topic-structure-namespace-valid-device-id")]
    public void Ids_are_any_text_but_for_what_mqtt_keeps_for_itself(string id, TopicFault expected)
    {
        Assert.Equal(expected, SparkplugId.Check(id));
        if (expected == TopicFault.None) return;
        Assert.Throws<ArgumentException>(() => SparkplugTopic.Of(MessageKind.NBirth, new NodeKey(id, "n")));
        Assert.Throws<ArgumentException>(() => SparkplugTopic.Of(MessageKind.NBirth, new NodeKey("g", id)));
        Assert.Throws<ArgumentException>(() => SparkplugTopic.Of(MessageKind.DBirth, new DeviceKey(Node, id)));
        Assert.Throws<ArgumentException>(() => SparkplugTopic.State(id));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_text() => Assert.Equal(TopicFault.BadCharacter, SparkplugId.Check("a\uD800b"));

    [Fact]
    public void An_id_may_have_256_characters_and_not_257()
    {
        Assert.Equal(TopicFault.None, SparkplugId.Check(new string('a', 256)));
        Assert.Equal(TopicFault.IdTooLong, SparkplugId.Check(new string('a', 257)));
    }

    [Fact]
    public void A_kind_has_its_own_kind_of_topic()
    {
        Assert.Throws<ArgumentException>(() => SparkplugTopic.Of(MessageKind.DData, Node));
        Assert.Throws<ArgumentException>(() => SparkplugTopic.Of(MessageKind.NData, new DeviceKey(Node, "d")));
    }

    [Fact]
    public void The_cache_gives_what_parsing_gives_and_forgets_at_its_limit()
    {
        var cache = new TopicCache(2);
        foreach (var text in (string[])["spBv1.0/a/NDATA/1", "spBv1.0/a/NDATA/2", "spBv1.0/a/NDATA/1", "spBv1.0/a/NDATA/3", "spBv1.0/a/DDATA/1/d"])
        {
            Assert.True(cache.TryParse(Encoding.UTF8.GetBytes(text), out var topic, out _));
            Assert.Equal(text, topic.ToString());
        }
        Assert.False(cache.TryParse("spBv1.0/a/NDATA"u8, out _, out var fault));
        Assert.Equal(TopicFault.WrongLevels, fault);
        Assert.False(cache.TryParse([0x73, 0xFF], out _, out fault));
        Assert.Equal(TopicFault.BadCharacter, fault);
        Assert.False(cache.TryParse(new byte[5000], out _, out fault));
        Assert.Equal(TopicFault.IdTooLong, fault);
    }
}
