using System.Net;
using System.Net.Sockets;

namespace Rig;

public static class Ports
{
    /// <summary>A loopback port that nobody listened on a moment ago. Below the ports that the kernel hands out by itself (from 32768),
    /// so that a test beside us that asks for any port does not get this one before its owner is up.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
    }

    public static bool Listens(int port)
    {
        using var probe = new TcpClient();
        try
        {
            probe.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
