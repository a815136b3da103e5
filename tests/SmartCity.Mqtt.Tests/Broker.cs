using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SmartCity.Mqtt;

/// <summary>A real Mosquitto of the test's own, on a free loopback port, with its own folder. Can be killed and started again on the same port.</summary>
public sealed class Broker : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("broker");
    private Process? _process;

    public int Port { get; } = FreePort();

    /// <param name="settings">Further lines of mosquitto.conf; by default everybody may connect.</param>
    public Broker(params string[] settings)
    {
        // By root it would become the user mosquitto, who may not read the test's keys.
        string[] lines =
        [
            $"listener {Port} 127.0.0.1", "set_tcp_nodelay true", "persistence false", "max_queued_messages 0", "max_inflight_messages 0",
            "log_type error", $"user {Environment.UserName}", .. settings.Length == 0 ? ["allow_anonymous true"] : settings,
        ];
        File.WriteAllLines(Path.Combine(_folder.FullName, "mosquitto.conf"), lines);
        Start();
    }

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public void Start()
    {
        var start = new ProcessStartInfo("/usr/sbin/mosquitto") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(PathOf("mosquitto.conf"));
        _process = Process.Start(start)!;
        Until.True(Answers, () => $"mosquitto did not start on port {Port.ToString(CultureInfo.InvariantCulture)}");
    }

    /// <summary>kill -9, and gone.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        if (_process is not null) Kill();
        _folder.Delete(recursive: true);
    }

    private bool Answers()
    {
        using var probe = new TcpClient();
        try
        {
            probe.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>Waits for a condition of a real process: a poll with a generous deadline.</summary>
public static class Until
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static void True(Func<bool> condition, Func<string> otherwise)
    {
        if (!SpinWait.SpinUntil(condition, Deadline)) Assert.Fail(otherwise());
    }
}
