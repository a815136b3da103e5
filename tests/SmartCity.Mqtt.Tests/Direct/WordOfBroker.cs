using System.Net;
using System.Net.Sockets;

namespace SmartCity.Mqtt.Direct;

/// <summary>The other end of one connection, which says what a test wants, where no real broker can be made to say it.</summary>
public sealed class WordOfBroker : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private Socket? _peer;

    public WordOfBroker() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Takes the connection and reads its CONNECT.</summary>
    public void Accept()
    {
        _peer = _listener.AcceptSocket();
        _peer.ReceiveTimeout = 30_000;
        Read();
    }

    public void Say(params byte[] bytes) => _peer!.Send(bytes);

    /// <summary>The next packet that the client says, without its header if that has two bytes.</summary>
    public (byte First, byte[] Body) Read()
    {
        var header = Exactly(2);
        return (header[0], Exactly(header[1]));
    }

    public void Dispose()
    {
        _peer?.Dispose();
        _listener.Dispose();
    }

    private byte[] Exactly(int count)
    {
        var bytes = new byte[count];
        for (var have = 0; have < count;)
        {
            var got = _peer!.Receive(bytes, have, count - have, SocketFlags.None);
            if (got == 0) throw new EndOfStreamException();
            have += got;
        }
        return bytes;
    }
}
