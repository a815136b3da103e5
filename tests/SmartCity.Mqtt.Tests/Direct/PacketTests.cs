using System.Text;
using CsCheck;

namespace SmartCity.Mqtt.Direct;

public sealed class PacketTests
{
    private static readonly Gen<(string Topic, byte[] Payload, bool Sure, bool Retain)> Messages =
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 200], Gen.OneOf(Gen.Byte.Array[0, 300], Gen.Byte.Array[16_000, 17_000]), Gen.Bool, Gen.Bool);

    /// <summary>Table 2.4 of MQTT 3.1.1: the ends of each size of the remaining length.</summary>
    [Theory]
    [InlineData("30 7F", 127, 2)]
    [InlineData("30 80 01", 128, 3)]
    [InlineData("30 FF 7F", 16_383, 3)]
    [InlineData("30 80 80 01", 16_384, 4)]
    [InlineData("30 FF FF 7F", 2_097_151, 4)]
    [InlineData("30 80 80 80 01", 2_097_152, 5)]
    [InlineData("30 FF FF FF 7F", 268_435_455, 5)]
    public void The_standards_remaining_lengths_are_read(string hex, int length, int start)
    {
        Assert.Equal(PacketVerdict.Partial, PacketReader.Header(Bytes(hex), out var header));
        Assert.Equal((PacketKind.Publish, length, start), (header.Kind, header.Length, header.Start));
    }

    [Theory]
    [InlineData("30 80 80 80 80 01")] // a remaining length of five bytes
    [InlineData("36 03 00 01 61")]    // QoS 3 [MQTT-3.3.1-4]
    [InlineData("34 05 00 01 61 00 01")] // QoS 2, which we never ask for
    [InlineData("30 02 00 00")]       // shorter than any topic
    [InlineData("00 00")]             // forbidden kinds
    [InlineData("F0 00")]
    [InlineData("10 00")]             // what only a client says
    [InlineData("82 00")]
    [InlineData("41 02 00 01")]       // flags that are not PUBACK's
    [InlineData("40 03 00 01 00")]    // lengths that are not theirs
    [InlineData("20 01 00")]
    [InlineData("D0 01 00")]
    [InlineData("90 02 00 01")]
    public void What_no_broker_says_is_named_malformed(string hex) => Assert.Equal(PacketVerdict.Malformed, PacketReader.Header(Bytes(hex), out _));

    [Theory]
    [InlineData(0x30, "00 00 61", PacketVerdict.Malformed)] // an empty topic [MQTT-4.7.3-1]
    [InlineData(0x32, "00 01 61 00 00", PacketVerdict.Malformed)] // an identifier of 0 [MQTT-2.3.1-1]
    [InlineData(0x32, "00 01 61 00 01", PacketVerdict.Whole)]
    [InlineData(0x32, "00 01 61 00", PacketVerdict.Partial)]
    [InlineData(0x30, "00 02 61", PacketVerdict.Partial)]
    [InlineData(0x30, "00", PacketVerdict.Partial)]
    public void A_publish_is_judged_by_its_topic_and_identifier(byte first, string body, object verdict) =>
        Assert.Equal((PacketVerdict)verdict, PacketReader.Publish((byte)(first & 0x0F), Bytes(body), out _));

    [Fact]
    public void What_is_written_is_read_again_wherever_the_bytes_are_cut() =>
        Gen.Select(Messages.List[1, 20], Gen.Int[1, 5000]).Sample((messages, step) =>
        {
            var writer = new PacketWriter();
            ushort id = 0;
            foreach (var (topic, payload, sure, retain) in messages)
            {
                writer.Publish(Encoding.UTF8.GetBytes(topic), payload, sure ? MqttQos.AtLeastOnce : MqttQos.AtMostOnce, retain, sure ? ++id : (ushort)0);
            }
            var all = writer.Written.Span;
            var at = 0;
            var read = 0;
            ushort seen = 0;
            for (var there = Math.Min(step, all.Length); ; there = Math.Min(all.Length, there + step))
            {
                while (PacketReader.Header(all[at..there], out var header) == PacketVerdict.Whole)
                {
                    var (topic, payload, sure, retain) = messages[read++];
                    Assert.Equal(PacketVerdict.Whole, PacketReader.Publish(header.Flags, all.Slice(at + header.Start, header.Length), out var packet));
                    Assert.Equal(topic, Encoding.UTF8.GetString(packet.Topic));
                    Assert.True(packet.Payload.SequenceEqual(payload));
                    Assert.Equal((sure ? MqttQos.AtLeastOnce : MqttQos.AtMostOnce, retain, sure ? ++seen : (ushort)0), (packet.Qos, packet.Retain, packet.Id));
                    at += header.End;
                }
                if (there == all.Length) break;
            }
            return read == messages.Count && at == all.Length;
        }, iter: 300);

    [Fact]
    public void No_bytes_make_it_throw_and_none_reach_over_their_end() =>
        Gen.Select(Gen.Byte, Gen.Byte.Array[0, 40]).Sample((first, rest) =>
        {
            byte[] bytes = [first, .. rest];
            if (PacketReader.Header(bytes, out var header) != PacketVerdict.Whole) return true;
            return header.End <= bytes.Length && (header.Kind != PacketKind.Publish || PacketReader.Publish(header.Flags, bytes.AsSpan(header.Start, header.Length), out _) != (PacketVerdict)99);
        }, iter: 1_000_000);

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
