using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rig;

/// <summary>
/// Stands between an MQTT client and its broker and keeps every packet that the client sends, as it is on the wire: what a client really
/// says, and in which order, is read here and nowhere else.
/// </summary>
public sealed class PacketTap : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _broker;
    private readonly Lock _gate = new();
    private readonly List<MqttPacket> _packets = [];
    private readonly CancellationTokenSource _closing = new();

    public PacketTap(int brokerPort)
    {
        _broker = brokerPort;
        _listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What came so far, over all connections; pings left out.</summary>
    public IReadOnlyList<MqttPacket> Packets
    {
        get { lock (_gate) return [.. _packets.Where(packet => packet.Type != MqttPacketType.PingRequest)]; }
    }

    public void Dispose()
    {
        _closing.Cancel();
        _listener.Stop();
        _closing.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true) _ = Serve(await _listener.AcceptTcpClientAsync(_closing.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the tap is closed
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var up = client;
        using var down = new TcpClient();
        try
        {
            await down.ConnectAsync(IPAddress.Loopback, _broker);
            up.NoDelay = down.NoDelay = true;
            await Task.WhenAny(Keep(up.GetStream(), down.GetStream()), down.GetStream().CopyToAsync(up.GetStream()));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // either end is gone: so is the connection
        }
    }

    private async Task Keep(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        var kept = 0;
        while (true)
        {
            if (kept == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
            var read = await from.ReadAsync(buffer.AsMemory(kept));
            if (read == 0) return;
            kept += read;
            var at = 0;
            while (MqttPacket.TryRead(buffer.AsSpan(at, kept - at), out var length, out var packet))
            {
                lock (_gate) _packets.Add(packet); // noted before the broker can act on it
                at += length;
            }
            await to.WriteAsync(buffer.AsMemory(kept - read, read));
            buffer.AsSpan(at, kept - at).CopyTo(buffer);
            kept -= at;
        }
    }
}

/// <summary>The kinds of packets that a client sends, by their numbers in MQTT 3.1.1, section 2.2.1.</summary>
public enum MqttPacketType : byte
{
    Connect = 1,
    Publish = 3,
    PublishAcknowledged = 4,
    Subscribe = 8,
    PingRequest = 12,
    Disconnect = 14,
}

/// <summary>One packet of MQTT 3.1.1: its first byte, and what follows its length.</summary>
public sealed record MqttPacket(byte First, byte[] Body)
{
    private const byte HasWill = 0x04;

    public MqttPacketType Type => (MqttPacketType)(First >> 4);

    /// <summary>CONNECT: the flags of section 3.1.2.3.</summary>
    public bool CleanSession => (Flags & 0x02) != 0;

    /// <summary>CONNECT: topic, payload, QoS and retain of the will; null without one.</summary>
    public (string Topic, byte[] Payload, int Qos, bool Retain)? Will
    {
        get
        {
            if ((Flags & HasWill) == 0) return null;
            var at = 10;
            Field(ref at); // the client's id
            var topic = Encoding.UTF8.GetString(Field(ref at));
            return (topic, Field(ref at), Flags >> 3 & 3, (Flags & 0x20) != 0);
        }
    }

    /// <summary>PUBLISH: where, with which QoS and retain, and what.</summary>
    public (string Topic, byte[] Payload, int Qos, bool Retain) Message
    {
        get
        {
            var at = 0;
            var topic = Encoding.UTF8.GetString(Field(ref at));
            var qos = First >> 1 & 3;
            return (topic, Body[(qos > 0 ? at + 2 : at)..], qos, (First & 1) != 0);
        }
    }

    /// <summary>SUBSCRIBE: the filters with their QoS.</summary>
    public IReadOnlyList<(string Filter, int Qos)> Filters
    {
        get
        {
            var filters = new List<(string, int)>();
            for (var at = 2; at < Body.Length;)
            {
                var filter = Encoding.UTF8.GetString(Field(ref at));
                filters.Add((filter, Body[at++]));
            }
            return filters;
        }
    }

    private byte Flags => Body[7]; // after the protocol's name (6 bytes) and level

    /// <summary>The packet at the start of the bytes, if it is there whole.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out int length, out MqttPacket packet)
    {
        (length, packet) = (0, null!);
        var remaining = 0;
        for (var i = 1; i < bytes.Length && i <= 4; i++)
        {
            remaining |= (bytes[i] & 0x7F) << 7 * (i - 1);
            if (bytes[i] >= 0x80) continue;
            length = i + 1 + remaining;
            if (length > bytes.Length) return false;
            packet = new(bytes[0], bytes[(i + 1)..length].ToArray());
            return true;
        }
        return false;
    }

    private byte[] Field(ref int at)
    {
        var size = BinaryPrimitives.ReadUInt16BigEndian(Body.AsSpan(at));
        var field = Body[(at + 2)..(at + 2 + size)];
        at += 2 + size;
        return field;
    }
}
