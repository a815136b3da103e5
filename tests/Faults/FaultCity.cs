using System.Collections.Concurrent;
using System.Text.Json;
using Rig;

namespace Faults;

/// <summary>A small city of real processes: broker, hub, nodes behind a link that can be cut, and a department that writes down what it gets.</summary>
internal sealed class FaultCity : IAsyncDisposable
{
    public const string Group = "city";
    private readonly string _folder;
    private readonly List<NodeProcess> _nodes = [];
    private WebhookSink? _sink;

    private FaultCity(string folder) => _folder = folder;

    public Broker Broker { get; private set; } = null!;

    public HubProcess Hub { get; private set; } = null!;

    public Tap Tap { get; private set; } = null!;

    /// <summary>Between nodes and broker.</summary>
    public FaultyLink NodeLink { get; private set; } = null!;

    /// <summary>Between hub and broker.</summary>
    public FaultyLink HubLink { get; private set; } = null!;

    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    /// <summary>Episodes that were delivered as raised, and under which message ids.</summary>
    public ConcurrentDictionary<string, ConcurrentDictionary<string, int>> Delivered { get; } = [];

    public string Witness => Path.Combine(_folder, "witness");

    public string Rules => Path.Combine(_folder, "rules");

    public static async Task<FaultCity> Start(string folder, int nodes)
    {
        var city = new FaultCity(folder);
        Directory.CreateDirectory(city.Rules);
        await File.WriteAllTextAsync(Path.Combine(city.Rules, "faults.yaml"), RuleText);
        // A short queue: a stalled subscriber loses messages at the broker, as it would under a city's load.
        city.Broker = await Broker.Start(Path.Combine(folder, "broker"), "max_queued_messages 20", "max_queued_bytes 20000");
        city.NodeLink = new(city.Broker.Port);
        city.HubLink = new(city.Broker.Port);
        city.Tap = new(city.Broker.Port);
        await city.Tap.Open();
        city._sink = await WebhookSink.Start((headers, body) =>
        {
            city.Record(headers["webhook-id"].ToString(), body);
            return 204;
        });
        city.Hub = await HubProcess.Start(Path.Combine(folder, "hub"), city.HubLink.Port, city.Rules);
        await city.Hub.Subscribe("operations", city._sink.Port);
        for (var i = 1; i <= nodes; i++)
        {
            var node = new NodeProcess(folder, $"node-{i}", city.NodeLink.Port, city.Witness, i);
            city._nodes.Add(node);
            await node.Up();
        }
        return city;
    }

    /// <summary>Messages that the hub has queued and not delivered.</summary>
    public async Task<int> Undelivered()
    {
        using var json = JsonDocument.Parse(await Hub.Http.GetStringAsync("/v1/deliveries?state=pending"));
        return json.RootElement.ValueKind == JsonValueKind.Array ? json.RootElement.GetArrayLength() : json.RootElement.GetProperty("deliveries").GetArrayLength();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        if (Hub is not null) await Hub.DisposeAsync();
        if (Tap is not null) Tap.Dispose();
        if (NodeLink is not null) await NodeLink.DisposeAsync();
        if (HubLink is not null) await HubLink.DisposeAsync();
        if (Broker is not null) await Broker.DisposeAsync();
        if (_sink is not null) await _sink.DisposeAsync();
    }

    private void Record(string id, byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        if (json.RootElement.GetProperty("type").GetString() != "episode.raised") return;
        var episode = json.RootElement.GetProperty("data").GetProperty("episode").GetString()!;
        Delivered.GetOrAdd(episode, _ => []).AddOrUpdate(id, 1, (_, times) => times + 1);
    }

    private const string RuleText = """
        districts:
          harbour: Harbour
        rules:
          - id: heat
            quantity: air-temperature
            above: 40
            clear: 38
            severity: major
          - id: heat-held
            quantity: air-temperature
            above: 40
            clear: 38
            for: 3s
            severity: critical
          - id: smoke
            quantity: smoke
            above: 0.5
            clear: 0.5
            severity: critical
            late: raise
        """;
}

/// <summary>A node process with an outbox of its own. It can be killed and started again.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string _file;
    private readonly int _port;
    private readonly string _witness;
    private Child? _child;
    private long _downSince;

    public NodeProcess(string folder, string name, int port, string witness, int seed)
    {
        (_folder, Name, _port, _witness) = (folder, name, port, witness);
        Directory.CreateDirectory(Path.Combine(folder, "nodes"));
        _file = Path.Combine(folder, "nodes", name + ".yaml");
        File.WriteAllText(_file, NodeText(name, seed));
    }

    public string Name { get; }

    /// <summary>Unix milliseconds of each kill -9.</summary>
    public List<long> Kills { get; } = [];

    public List<Outage> Outages { get; } = [];

    public Child Process => _child ?? throw new InvalidOperationException("the node is down");

    public async Task Up()
    {
        _child = Child.Start(Path.Combine(_folder, "nodes", Name + ".log"), "dotnet", Products.Node, "run", _file, "--broker", $"127.0.0.1:{_port}",
            "--outbox", Path.Combine(_folder, "nodes", Name), "--witness", _witness);
        if (_downSince > 0) Outages.Add(new(_downSince, Now() + 3000)); // it starts, and looks at its lines
        await Task.CompletedTask;
    }

    public async Task Kill()
    {
        await Process.Kill();
        _downSince = Now();
        Kills.Add(_downSince);
    }

    /// <summary>Sends what its outbox still holds, samples nothing, and ends when the hub has answered for all of it.</summary>
    public async Task Drain()
    {
        await using var drain = Child.Start(Path.Combine(_folder, "nodes", Name + ".log"), "dotnet", Products.Node, "drain", _file, "--broker", $"127.0.0.1:{_port}",
            "--outbox", Path.Combine(_folder, "nodes", Name));
        await Until.True(() => drain.HasExited, $"{Name} is drained", TimeSpan.FromMinutes(2));
        if (drain.ExitCode != 0) throw new InvalidOperationException($"{Name} could not be drained:\n{drain.Tail()}");
    }

    public Task<bool> Stop() => Process.Stop(TimeSpan.FromSeconds(30));

    public async ValueTask DisposeAsync()
    {
        if (_child is not null) await _child.DisposeAsync();
    }

    private static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private static string NodeText(string name, int seed) => $$"""
        node: {{name}}
        group: {{FaultCity.Group}}
        clock: trusted
        broker:
          host: 127.0.0.1
        outbox:
          directory: outbox
        place:
          district: harbour
          site: quay-{{seed}}
        buses:
          i2c-1: { i2c: 1 }
          lines: { gpio: 0 }
        devices:
          - { name: climate, chip: bme280, bus: i2c-1, address: 0x76, interval: 100ms }
          - { name: roof, chip: bme280, bus: i2c-1, address: 0x77, interval: 200ms }
          - { name: smoke, chip: contact, quantity: smoke, bus: lines, line: 1, interval: 1s }
          - { name: door, chip: contact, quantity: door-open, bus: lines, line: 2, interval: 1s }
        simulate:
          seed: {{seed}}
          devices:
            climate:
              incidents:
                - { at: {{2 + seed}}s, for: 6s, every: 17s, temperature: 46 }
            roof:
              incidents:
                - { at: {{5 + seed}}s, for: 4s, every: 23s, temperature: 44 }
            smoke:
              incidents:
                - { at: {{3 + seed}}s, for: 5s, every: 19s, closed: true }
            door:
              incidents:
                - { at: {{4 + seed}}s, for: 5s, every: 13s, closed: true }
        """;
}
