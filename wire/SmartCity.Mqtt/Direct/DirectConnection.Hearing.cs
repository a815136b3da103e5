using System.Diagnostics.Metrics;

namespace SmartCity.Mqtt.Direct;

/// <summary>What comes in.</summary>
internal sealed partial class DirectConnection
{
    /// <summary>Packets over this are passed over, acknowledged if they ask for it, and counted in <c>mqtt_oversize</c>: no broker's word takes all memory.</summary>
    public const int LongestPacketBytes = 16 * 1024 * 1024;

    private const int BufferBytes = 128 * 1024; // holds the longest topic and what stands before it

    /// <summary>
    /// While messages keep coming they are read so much of time's worth at once: to wake for each costs the broker, this thread and whoever handles
    /// them more than the message itself. Who comes alone does not wait.
    /// </summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(2);

    /// <summary>A burst as long as this pays for its waking: no need to wait for more.</summary>
    private const int LongBurstBytes = 16 * 1024;

    private static readonly Counter<long> Oversize = new Meter("SmartCity.Mqtt").CreateCounter<long>("mqtt_oversize", description: "Messages over 16 MiB, which were passed over.");

    private byte[] _buffer = new byte[BufferBytes];
    private int _filled;
    private long _passing; // bytes still to come of a packet that is passed over
    private bool _inBurst; // messages were heard since the last end was said

    private MqttEnd Read()
    {
        while (true)
        {
            var since = _time.GetTimestamp();
            var got = _wire.Read(_buffer.AsSpan(_filled));
            if (got == 0) return new(MqttEndReason.ConnectionLost, 0);
            var awaited = _time.GetElapsedTime(since);
            _speech.Heard();
            _filled += got;
            var (used, end) = Hear(_buffer.AsSpan(0, _filled));
            var heard = _inBurst;
            EndBurst();
            if (end is { } over) return over;
            Keep(used);
            if (heard && got < LongBurstBytes && awaited < Gathering) Gather();
        }
    }

    private void EndBurst()
    {
        if (!_inBurst) return;
        _inBurst = false;
        Guarded(static to => to.OnBurstEnd());
    }

    private void Gather()
    {
        lock (_gathering)
        {
            if (!_dropping) Monitor.Wait(_gathering, Gathering);
        }
    }

    /// <summary>Hears every whole packet, under one taking of the lock.</summary>
    private (int Used, MqttEnd? End) Hear(ReadOnlySpan<byte> bytes)
    {
        var at = (int)Math.Min(_passing, bytes.Length);
        _passing -= at;
        lock (_speaking)
        {
            while (at < bytes.Length)
            {
                if (_dropping || _over) return (at, new(MqttEndReason.Closed, 0));
                var verdict = PacketReader.Header(bytes[at..], out var header);
                if (verdict == PacketVerdict.Malformed) return (at, new(MqttEndReason.ProtocolError, 0));
                if (verdict == PacketVerdict.Partial)
                {
                    if (header.End <= LongestPacketBytes) break;
                    verdict = PassOver(header, bytes[(at + header.Start)..]);
                    if (verdict == PacketVerdict.Malformed) return (at, new(MqttEndReason.ProtocolError, 0));
                    if (verdict == PacketVerdict.Partial) break;
                    _passing = header.End - (bytes.Length - at);
                    at = bytes.Length;
                    break;
                }
                if (Hear(header, bytes.Slice(at + header.Start, header.Length)) is { } end) return (at, end);
                at += header.End;
            }
        }
        _speech.SayAcknowledgements();
        return (at, null);
    }

    private MqttEnd? Hear(PacketHeader header, ReadOnlySpan<byte> body)
    {
        if (header.Kind == PacketKind.ConnAck != !_connected) return new(MqttEndReason.ProtocolError, 0); // the first word, and only that [MQTT-3.2.0-1]
        switch (header.Kind)
        {
            case PacketKind.Publish:
                if (PacketReader.Publish(header.Flags, body, out var packet) != PacketVerdict.Whole) return new(MqttEndReason.ProtocolError, 0);
                _inBurst = true;
                try
                {
                    _handler.OnMessage(packet.Topic, packet.Payload, packet.Qos, packet.Retain);
                }
                catch (Exception failure)
                {
                    _handlerFailed(failure);
                }
                if (packet.Qos == MqttQos.AtLeastOnce) _speech.Acknowledge(packet.Id);
                return null;
            case PacketKind.ConnAck:
                return Accepted(PacketReader.Number(header.Kind, body));
            case PacketKind.PubAck:
                _speech.Acknowledged(PacketReader.Number(header.Kind, body));
                return null;
            case PacketKind.SubAck:
                if (_speech.Answered(PacketReader.Number(header.Kind, body)) is not { } filter) return null;
                var granted = body[2] <= (byte)MqttQos.AtLeastOnce;
                Call(to => to.OnSubscribed(filter, granted));
                return null;
            default:
                _speech.PingAnswered();
                return null;
        }
    }

    /// <summary>Null: the broker lets us in.</summary>
    private MqttEnd? Accepted(int code)
    {
        if (code != 0) return DirectEnds.OfRefusal(code);
        lock (_life)
        {
            if (_cause is not null) return new(MqttEndReason.Closed, 0);
            _connected = true;
        }
        _speech.Begin();
        Wake(KeepAlive, _connect.KeepAlive / 4, _connect.KeepAlive / 4);
        Call(static to => to.OnConnected());
        return null;
    }

    private void KeepAlive()
    {
        if (!_speech.KeepAlive()) EndBy(MqttEndReason.KeepAliveExpired);
    }

    /// <summary>Whole: acknowledged and counted, as far as that can be said yet.</summary>
    private PacketVerdict PassOver(PacketHeader header, ReadOnlySpan<byte> bodySoFar)
    {
        var verdict = PacketReader.Publish(header.Flags, bodySoFar, out var packet);
        if (verdict != PacketVerdict.Whole) return verdict;
        Oversize.Add(1);
        if (packet.Qos == MqttQos.AtLeastOnce) _speech.Acknowledge(packet.Id);
        return PacketVerdict.Whole;
    }

    /// <summary>Moves what is not used yet to the front, with room for the rest of it.</summary>
    private void Keep(int used)
    {
        var rest = _buffer.AsSpan(used, _filled - used);
        // How long the next packet is tells its header, if that is here.
        var verdict = PacketReader.Header(rest, out var header);
        var needed = verdict == PacketVerdict.Partial && header.End > BufferBytes && header.End <= LongestPacketBytes ? header.End : BufferBytes;
        if (needed != _buffer.Length)
        {
            var other = new byte[needed];
            rest.CopyTo(other);
            _buffer = other;
        }
        else rest.CopyTo(_buffer);
        _filled -= used;
    }
}
