using System.Globalization;
using Rig;

namespace ReadingPath;

/// <summary>A node process with a simulated siren, and a smoke contact; the siren's line has a log of its own. It can be killed and started again.</summary>
public sealed class SirenNode : IAsyncDisposable
{
    private readonly string _folder, _file;
    private readonly int _port;
    private Child? _child;

    public SirenNode(string folder, int brokerPort, string mostOn, string more = "")
    {
        (_folder, _port) = (Path.Combine(folder, "siren-node"), brokerPort);
        Directory.CreateDirectory(_folder);
        _file = Path.Combine(_folder, "node.yaml");
        File.WriteAllText(_file, $$"""
            node: siren-1
            group: city
            clock: trusted
            broker: { host: 127.0.0.1 }
            outbox: { directory: outbox }
            place: { district: harbour }
            buses: { lines: { gpio: 0 } }
            devices:
              - { name: siren, chip: output, quantity: siren, bus: lines, line: 23, max-on: {{mostOn}}, interval: 1s }
              - { name: smoke, chip: contact, quantity: smoke, bus: lines, line: 1, interval: 1s }
            {{more}}
            """);
    }

    public string Siren => "city.siren-1.siren";

    public string Smoke => "city.siren-1.smoke";

    /// <summary>The levels that the siren's line was set to, by its own log.</summary>
    public bool[] Levels => File.Exists(Log) ? [.. File.ReadLines(Log).Select(line => line.Split(' ')[2] == "1")] : [];

    public Child Process => _child ?? throw new InvalidOperationException("the node is down");

    private string Log => Path.Combine(_folder, "witness", "siren-1.siren.witness");

    public void Up() => _child = Child.Start(Path.Combine(_folder, "node.log"), "dotnet", Products.Node, "run", _file,
        "--broker", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}"), "--outbox", Path.Combine(_folder, "outbox"), "--witness", Path.Combine(_folder, "witness"));

    public async ValueTask DisposeAsync()
    {
        if (_child is not null) await _child.DisposeAsync();
    }
}
