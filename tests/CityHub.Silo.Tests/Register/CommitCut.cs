using System.Net;
using System.Net.Sockets;

namespace CityHub.Silo.Tests.Register;

/// <summary>Stands between a hub and PostgreSQL, and cuts the line once: before a commit reaches the server, or before its answer comes back.</summary>
internal sealed class CommitCut : IDisposable
{
    private static readonly byte[] Commit = "commit\0"u8.ToArray();

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;
    private volatile bool _armed;
    private bool _reaches;

    public CommitCut(int server)
    {
        _server = server;
        _listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public bool IsArmed => _armed;

    /// <param name="reaches">Whether the server still gets the commit.</param>
    public void Arm(bool reaches) => (_reaches, _armed) = (reaches, true);

    public void Dispose() => _listener.Dispose();

    private async Task Accept()
    {
        try
        {
            while (true) _ = Serve(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var hub = client;
        using var server = new TcpClient { NoDelay = true };
        hub.NoDelay = true;
        await server.ConnectAsync(IPAddress.Loopback, _server);
        await await Task.WhenAny(There(hub.GetStream(), server), server.GetStream().CopyToAsync(hub.GetStream()));
    }

    private async Task There(NetworkStream from, TcpClient server)
    {
        var buffer = new byte[65_536];
        while (await from.ReadAsync(buffer) is var read and > 0)
        {
            if (_armed && buffer.AsSpan(0, read).IndexOf(Commit) >= 0)
            {
                _armed = false;
                // Half-closed first: the server does all of what it was sent before it sees the end of the line.
                if (_reaches) await server.GetStream().WriteAsync(buffer.AsMemory(0, read));
                server.Client.Shutdown(SocketShutdown.Send);
                return;
            }
            await server.GetStream().WriteAsync(buffer.AsMemory(0, read));
        }
    }
}
