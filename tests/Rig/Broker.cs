namespace Rig;

/// <summary>A Mosquitto of our own on a free loopback port. It can be killed and started again on the same port.</summary>
public sealed class Broker : IAsyncDisposable
{
    private readonly string _folder;
    private Child? _child;

    private Broker(string folder, int port) => (_folder, Port) = (folder, port);

    public int Port { get; }

    public Child Process => _child ?? throw new InvalidOperationException("the broker is down");

    /// <param name="folder">Its files; made if missing.</param>
    /// <param name="extra">More lines for its configuration.</param>
    public static async Task<Broker> Start(string folder, params string[] extra)
    {
        Directory.CreateDirectory(folder);
        var broker = new Broker(folder, Ports.Free());
        await File.WriteAllLinesAsync(broker.ConfigurationFile,
        [
            $"listener {broker.Port} 127.0.0.1", "allow_anonymous true", "persistence false", "set_tcp_nodelay true",
            "max_queued_messages 100000", "sys_interval 1", .. extra,
        ]);
        await broker.Up();
        return broker;
    }

    public async Task Up()
    {
        _child = Child.Start(Path.Combine(_folder, "mosquitto.log"), Program, "-c", ConfigurationFile);
        await Until.True(() => Ports.Listens(Port) || _child.HasExited, "the broker listens");
        if (_child.HasExited) throw new InvalidOperationException("the broker did not start:\n" + _child.Tail());
    }

    /// <summary>kill -9.</summary>
    public async Task Kill() => await Process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (_child is not null) await _child.DisposeAsync();
    }

    private string ConfigurationFile => Path.Combine(_folder, "mosquitto.conf");

    private static string Program => new[] { "/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto" }.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("mosquitto is not installed; ./city test installs it");
}
