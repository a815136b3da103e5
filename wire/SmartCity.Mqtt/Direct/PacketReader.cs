namespace SmartCity.Mqtt.Direct;

/// <summary>MQTT control packets that a broker sends to a 3.1.1 client that asks for no QoS 2 (section 2.2.1, table 2.1).</summary>
internal enum PacketKind : byte
{
    ConnAck = 2,
    Publish = 3,
    PubAck = 4,
    SubAck = 9,
    PingResp = 13,
}

/// <summary>What the bytes at hand hold.</summary>
internal enum PacketVerdict : byte
{
    Whole,

    /// <summary>More bytes are needed.</summary>
    Partial,

    /// <summary>No broker of MQTT 3.1.1 says this to us.</summary>
    Malformed,
}

/// <summary>The fixed header of a packet (section 2.2).</summary>
/// <param name="Flags">The lower four bits of the first byte.</param>
/// <param name="Start">Where its body begins.</param>
/// <param name="Length">Bytes of its body.</param>
internal readonly record struct PacketHeader(PacketKind Kind, byte Flags, int Start, int Length)
{
    public int End => Start + Length;
}

/// <summary>A PUBLISH without its fixed header (section 3.3). Valid as long as the bytes it was read from.</summary>
internal readonly ref struct PublishPacket
{
    public ReadOnlySpan<byte> Topic { get; init; }

    public ReadOnlySpan<byte> Payload { get; init; }

    public MqttQos Qos { get; init; }

    public bool Retain { get; init; }

    /// <summary>Packet identifier; 0 at QoS 0.</summary>
    public ushort Id { get; init; }
}

/// <summary>Reads what a broker sends. Never throws on any bytes.</summary>
internal static class PacketReader
{
    /// <summary>The first byte and a remaining length of at most four (section 2.2.3).</summary>
    public const int LongestHeader = 5;

    /// <summary>The kind, flags and extent of the packet that begins the bytes; whole only if all of its body is there too.</summary>
    public static PacketVerdict Header(ReadOnlySpan<byte> bytes, out PacketHeader header)
    {
        header = default;
        if (bytes.Length < 2) return PacketVerdict.Partial;
        var length = 0;
        var at = 1;
        for (var shift = 0; ; shift += 7, at++)
        {
            if (at == LongestHeader) return PacketVerdict.Malformed;
            if (at == bytes.Length) return PacketVerdict.Partial;
            length |= (bytes[at] & 0x7F) << shift;
            if (bytes[at] < 0x80) break;
        }
        header = new((PacketKind)(bytes[0] >> 4), (byte)(bytes[0] & 0x0F), at + 1, length);
        if (!IsAllowed(header)) return PacketVerdict.Malformed;
        return bytes.Length >= header.End ? PacketVerdict.Whole : PacketVerdict.Partial;
    }

    /// <summary>A PUBLISH from the bytes of its body, or from as many of them as hold topic and identifier: then the payload is cut.</summary>
    /// <param name="flags">Those of its header.</param>
    public static PacketVerdict Publish(byte flags, ReadOnlySpan<byte> body, out PublishPacket packet)
    {
        packet = default;
        if (body.Length < 2) return PacketVerdict.Partial;
        var topic = body[0] << 8 | body[1];
        var qos = (MqttQos)(flags >> 1 & 0b11);
        var payload = 2 + topic + (qos == MqttQos.AtMostOnce ? 0 : 2);
        if (topic == 0) return PacketVerdict.Malformed; // [MQTT-4.7.3-1]
        if (body.Length < payload) return PacketVerdict.Partial;
        var id = qos == MqttQos.AtMostOnce ? 0 : body[payload - 2] << 8 | body[payload - 1];
        if (qos != MqttQos.AtMostOnce && id == 0) return PacketVerdict.Malformed; // [MQTT-2.3.1-1]
        packet = new() { Topic = body.Slice(2, topic), Payload = body[payload..], Qos = qos, Retain = (flags & 1) != 0, Id = (ushort)id };
        return PacketVerdict.Whole;
    }

    /// <summary>The number by which CONNACK (its return code), PUBACK and SUBACK (packet identifier) say what they answer.</summary>
    public static ushort Number(PacketKind kind, ReadOnlySpan<byte> body) => kind == PacketKind.ConnAck ? body[1] : (ushort)(body[0] << 8 | body[1]);

    /// <summary>Flags and lengths that the standard fixes (table 2.2; sections 3.2, 3.4, 3.9, 3.13).</summary>
    private static bool IsAllowed(PacketHeader header) => header.Kind switch
    {
        PacketKind.Publish => (header.Flags >> 1 & 0b11) <= (int)MqttQos.AtLeastOnce && header.Length >= 3,
        PacketKind.ConnAck or PacketKind.PubAck => header is { Flags: 0, Length: 2 },
        PacketKind.SubAck => header is { Flags: 0, Length: 3 }, // we ask for one filter at a time
        PacketKind.PingResp => header is { Flags: 0, Length: 0 },
        _ => false,
    };
}
