using System.Buffers.Binary;
using System.Text;

namespace SmartCity.Mqtt.Direct;

/// <summary>Packets of a 3.1.1 client, one behind the other in one piece of memory that is used again. Not thread-safe.</summary>
internal sealed class PacketWriter
{
    /// <summary>MQTT's largest remaining length (section 2.2.3).</summary>
    public const int MostBytes = 268_435_455;

    private const int StartBytes = 4 * 1024;
    private const int KeepBytes = 1024 * 1024; // a rare large message does not hold its memory for ever

    private byte[] _bytes = new byte[StartBytes];
    private int _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public bool IsEmpty => _length == 0;

    public void Clear()
    {
        _length = 0;
        if (_bytes.Length > KeepBytes) _bytes = new byte[StartBytes];
    }

    /// <summary>CONNECT (section 3.1).</summary>
    public void Connect(MqttConnect connect)
    {
        var flags = (connect.CleanSession ? 0x02 : 0)
            | (connect.Will is { } last ? 0x04 | (int)last.Qos << 3 | (last.Retain ? 0x20 : 0) : 0)
            | (connect.User is not null ? 0x80 | (connect.Password is not null ? 0x40 : 0) : 0); // [MQTT-3.1.2-22]: no password without a user
        var rest = 10 + LengthOf(connect.ClientId);
        if (connect.Will is { } will) rest += 2 + will.Topic.Utf8.Length + 2 + will.Payload.Length;
        if (connect.User is { } user) rest += LengthOf(user) + (connect.Password is { } secret ? LengthOf(secret) : 0);
        Header(0x10, rest);
        Text("MQTT");
        Byte(4); // protocol level of 3.1.1
        Byte((byte)flags);
        Number((ushort)Math.Min(connect.KeepAlive.TotalSeconds, ushort.MaxValue));
        Text(connect.ClientId);
        if (connect.Will is { } said)
        {
            Counted(said.Topic.Utf8);
            Counted(said.Payload.Span);
        }
        if (connect.User is null) return;
        Text(connect.User);
        if (connect.Password is not null) Text(connect.Password);
    }

    /// <summary>PUBLISH (section 3.3).</summary>
    /// <param name="id">Packet identifier; 0 at QoS 0.</param>
    public void Publish(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, MqttQos qos, bool retain, ushort id)
    {
        Header((byte)(0x30 | (int)qos << 1 | (retain ? 1 : 0)), 2 + topic.Length + (qos == MqttQos.AtMostOnce ? 0 : 2) + payload.Length);
        Counted(topic);
        if (qos != MqttQos.AtMostOnce) Number(id);
        payload.CopyTo(Take(payload.Length));
    }

    /// <summary>SUBSCRIBE to one filter (section 3.8).</summary>
    public void Subscribe(ushort id, string filter, MqttQos qos)
    {
        Header(0x82, 2 + LengthOf(filter) + 1);
        Number(id);
        Text(filter);
        Byte((byte)qos);
    }

    /// <summary>PUBACK (section 3.4).</summary>
    public void PubAck(ushort id)
    {
        Header(0x40, 2);
        Number(id);
    }

    /// <summary>PINGREQ (section 3.12).</summary>
    public void PingReq() => Header(0xC0, 0);

    /// <summary>DISCONNECT (section 3.14).</summary>
    public void Disconnect() => Header(0xE0, 0);

    private static int LengthOf(string text) => 2 + Encoding.UTF8.GetByteCount(text);

    private void Header(byte first, int rest)
    {
        Byte(first);
        do
        {
            Byte((byte)(rest < 0x80 ? rest : rest & 0x7F | 0x80));
            rest >>= 7;
        }
        while (rest > 0);
    }

    private void Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Number(checked((ushort)length));
        Encoding.UTF8.GetBytes(text, Take(length));
    }

    private void Counted(ReadOnlySpan<byte> bytes)
    {
        Number(checked((ushort)bytes.Length));
        bytes.CopyTo(Take(bytes.Length));
    }

    private void Number(ushort number) => BinaryPrimitives.WriteUInt16BigEndian(Take(2), number);

    private void Byte(byte one) => Take(1)[0] = one;

    private Span<byte> Take(int count)
    {
        if (_bytes.Length - _length < count) Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, (long)_length + count)));
        var span = _bytes.AsSpan(_length, count);
        _length += count;
        return span;
    }
}
