using System.Globalization;
using Rig;

namespace ReadingPath;

/// <summary>A node process with a simulated BME280 and a simulated smoke contact, whose chips log what they gave out. It can be killed and started again.</summary>
public sealed class PoleNode : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string _file;
    private readonly int _port;
    private Child? _child;

    /// <param name="smoke">Whether the contact closes after 2 s, and stays closed.</param>
    public PoleNode(string folder, string name, int brokerPort, bool smoke, string group = "city")
    {
        (_folder, Name, _port, Group) = (Path.Combine(folder, "nodes"), name, brokerPort, group);
        Directory.CreateDirectory(_folder);
        _file = Path.Combine(_folder, name + ".yaml");
        File.WriteAllText(_file, Text(name, smoke, group));
    }

    public string Name { get; }

    public string Group { get; }

    public string Climate => $"{Group}.{Name}.climate";

    public string Smoke => $"{Group}.{Name}.smoke";

    /// <summary>What its BME280 gave out, by the chip's own log.</summary>
    public IReadOnlyList<Given> Given => WitnessLog.Read(Path.Combine(_folder, "witness", $"{Name}.climate.witness"));

    public Child Process => _child ?? throw new InvalidOperationException("the node is down");

    public void Up() => _child = Child.Start(Path.Combine(_folder, Name + ".log"), "dotnet", Products.Node, "run", _file,
        "--broker", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}"), "--outbox", Path.Combine(_folder, Name), "--witness", Path.Combine(_folder, "witness"));

    public async ValueTask DisposeAsync()
    {
        if (_child is not null) await _child.DisposeAsync();
    }

    private static string Text(string name, bool smoke, string group) => $$"""
        node: {{name}}
        group: {{group}}
        clock: trusted
        broker:
          host: 127.0.0.1
        outbox:
          directory: outbox
        place:
          district: harbour
          site: quay
        buses:
          i2c-1: { i2c: 1 }
          lines: { gpio: 0 }
        devices:
          - { name: climate, chip: bme280, bus: i2c-1, address: 0x76, interval: 250ms }
          - { name: smoke, chip: contact, quantity: smoke, bus: lines, line: 1, interval: 1s }
        simulate:
          seed: 11
          devices:
            climate: { scenario: waterfront }
            smoke:
              incidents:
                - { at: {{(smoke ? "2s" : "23h")}}, for: 1h, closed: true }
        """;
}
