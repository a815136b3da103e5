using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Rig;
using SmartCity.Mqtt;

namespace Bench;

/// <summary>
/// Sensor publish to webhook received: the hub (durable, signed, retried) and Node-RED (neither) in turns on brokers of the same build.
/// Both post on the rising edge only; a thousand sensors, 2 % of readings hot, each followed by one that clears.
/// </summary>
internal static class Alert
{
    private const int Nodes = 100, Devices = 10;
    private const double HotShare = 0.02;
    public static readonly double[] Rates = [1000, 10_000, 20_000];

    private static readonly string[] Columns = ["", "messages/s", "alerts", "received", "p50 ms", "p99 ms", "p99 range", "CPU us/message", "peak MB", "broker us/message", "bench us/message"];

    /// <summary>Both sides compile what runs hot; short of this the compiler is what is measured.</summary>
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(15);

    public static async Task<Table> Run(string folder, string nodeRedFolder, IReadOnlyList<double> rates, int pairs, TimeSpan length)
    {
        var table = new Table($"alert: {Nodes * Devices} sensors, {HotShare:0 %} hot, {pairs} pairs of {length.TotalSeconds:0} s in turns; medians, ranges in brackets", Columns);
        foreach (var rate in rates)
        {
            var hub = new List<Side>();
            var peer = new List<Side>();
            for (var i = 0; i < pairs; i++)
            {
                hub.Add(await Hub(Path.Combine(folder, "hub"), rate, length));
                peer.Add(await NodeRedSide(Path.Combine(folder, "peer"), nodeRedFolder, rate, length));
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {rate:0}/s pair {i + 1}: hub p99 {hub[^1].P99:0.0} ms, {hub[^1].Cpu:0.0} us; Node-RED p99 {peer[^1].P99:0.0} ms, {peer[^1].Cpu:0.0} us"));
            }
            Row(table, "hub, durable, signed", rate, hub);
            Row(table, "Node-RED, neither", rate, peer);
            if (rate != 10_000) continue;
            table.Ask("p50 at 10,000/s", Median(hub, s => s.P50), "ms", "at most", 5);
            table.Ask("p99 at 10,000/s", Median(hub, s => s.P99), "ms", "at most", 50);
            table.Ask("p99 to Node-RED's, median of paired ratios", Percentiles.Median(hub.Zip(peer, (h, p) => h.P99 / p.P99)), "", "at most", 2);
            table.Ask("CPU per message to Node-RED's, median of paired ratios", Percentiles.Median(hub.Zip(peer, (h, p) => h.Cpu / p.Cpu)), "", "at most", 0.25);
            table.Ask("alerts not received", hub.Sum(s => s.Sent - s.Received), "", "at most", 0);
        }
        return table;
    }

    /// <summary>The hub alone at one rate, for looking closer.</summary>
    public static async Task<Table> At(string folder, double rate, TimeSpan length)
    {
        var side = await Hub(folder, rate, length);
        var table = new Table($"alert: the hub alone for {length.TotalSeconds:0} s", Columns);
        Row(table, "hub, durable, signed", rate, [side]);
        foreach (var (name, count, p50, p99) in side.Stages) table.Row(name, "", count, "", p50, p99, "", "", "", "", "");
        return table;
    }

    private static double Median(IEnumerable<Side> sides, Func<Side, double> figure) => Percentiles.Median(sides.Select(figure));

    private static void Row(Table table, string name, double rate, List<Side> sides) => table.Row(name, rate, sides.Sum(s => s.Sent), sides.Sum(s => s.Received),
        Median(sides, s => s.P50), Median(sides, s => s.P99), string.Create(CultureInfo.InvariantCulture, $"[{sides.Min(s => s.P99):0.0} to {sides.Max(s => s.P99):0.0}]"),
        Median(sides, s => s.Cpu), Median(sides, s => s.Megabytes), Median(sides, s => s.BrokerCpu), Median(sides, s => s.BenchCpu));

    private static async Task<Side> Hub(string folder, double rate, TimeSpan length)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        await using var broker = await Broker.Start(Path.Combine(folder, "broker"));
        await using var hub = await HubProcess.Start(Path.Combine(folder, "hub"), broker.Port, Rules.Write(Path.Combine(folder, "rules"), 1));
        using var city = await LoadCity.Open(broker.Port, Nodes, Devices, 1);
        await using var sink = await WebhookSink.Start((headers, body) => Clock!.Received(headers, body));
        await hub.Subscribe("operations", sink.Port, "episode.raised");
        await city.Birth();
        Clock = new(city, Devices);
        await city.Run(Math.Max(rate, 5000), Warm, answered: true, HotShare, TimeSpan.FromSeconds(10));
        await Until.True(() => Clock.Outstanding == 0, "the warm-up's alerts are delivered");
        var clock = Clock = new(city, Devices);
        var stages = await Stages.Look(hub.Http);
        var costs = new Costs(hub.Process, broker);
        var result = await city.Run(rate, length, answered: true, HotShare, TimeSpan.FromSeconds(5));
        var cpu = costs.PerMessage(result.Taken);
        var deadline = DateTimeOffset.UtcNow + TimeSpan.FromSeconds(10);
        while (clock.Outstanding > 0 && DateTimeOffset.UtcNow < deadline) await Task.Delay(20);
        return new(clock.Delivered + clock.Outstanding, clock.Delivered, clock.Latency.At(0.5), clock.Latency.At(0.99), cpu.Side, hub.Process.Figures().PeakBytes / 1e6, cpu.Broker, cpu.Bench) { Stages = [.. (await Stages.Look(hub.Http)).Since(stages)] };
    }

    private static AlertClock? Clock { get; set; }

    private static async Task<Side> NodeRedSide(string folder, string nodeRedFolder, double rate, TimeSpan length)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        await using var broker = await Broker.Start(Path.Combine(folder, "broker"));
        var load = await JsonLoad.Open(broker.Port, Nodes * Devices);
        await using var sink = await WebhookSink.Start((_, body) => load.Received(body));
        await using var nodeRed = await NodeRed.Start(nodeRedFolder, broker.Port, sink.Port);
        await load.AwaitListener(nodeRed);
        await load.Run(Math.Max(rate, 5000), Warm, HotShare);
        load.Begin();
        var costs = new Costs(nodeRed, broker);
        var taken = await load.Run(rate, length, HotShare);
        var cpu = costs.PerMessage(taken);
        var deadline = DateTimeOffset.UtcNow + TimeSpan.FromSeconds(10);
        while (load.Arrived < load.Sent && DateTimeOffset.UtcNow < deadline) await Task.Delay(20);
        return new(load.Sent, load.Arrived, load.Latency.At(0.5), load.Latency.At(0.99), cpu.Side, nodeRed.Figures().PeakBytes / 1e6, cpu.Broker, cpu.Bench);
    }

    /// <param name="Cpu">Of the side itself, microseconds a message; so are the broker's and the bench's own (generator and receiver).</param>
    private sealed record Side(int Sent, int Received, double P50, double P99, double Cpu, double Megabytes, double BrokerCpu, double BenchCpu)
    {
        public IReadOnlyList<(string Name, long Count, double P50, double P99)> Stages { get; init; } = [];
    }

    /// <summary>What the three processes used from here on.</summary>
    private sealed class Costs(Child side, Broker broker)
    {
        private readonly ProcessFigures _side = side.Figures(), _broker = broker.Process.Figures(), _bench = ProcessFigures.Of(Environment.ProcessId);

        public (double Side, double Broker, double Bench) PerMessage(long messages) => (
            (side.Figures().Cpu - _side.Cpu).TotalMicroseconds / messages,
            (broker.Process.Figures().Cpu - _broker.Cpu).TotalMicroseconds / messages,
            (ProcessFigures.Of(Environment.ProcessId).Cpu - _bench.Cpu).TotalMicroseconds / messages);
    }
}

/// <summary>The same load as plain JSON, for Node-RED: one topic a sensor, QoS 0.</summary>
internal sealed class JsonLoad(LoadLink link, int sensors)
{
    private readonly MqttTopic[] _topics = Enumerable.Range(0, sensors).Select(s => new MqttTopic($"bench/{s}")).ToArray();
    private readonly bool[] _clearNext = new bool[sensors];
    private readonly Dictionary<int, Queue<TimeSpan>> _sent = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Lock _lock = new();
    private readonly Random _random = new(1);
    private int _turn;

    public Percentiles Latency { get; private set; } = new();

    public int Sent { get; private set; }

    public int Arrived { get; private set; }

    public static async Task<JsonLoad> Open(int port, int sensors) => new(await LoadLink.Open(port, "json-load"), sensors);

    /// <summary>Node-RED listens on its port before its flow has subscribed: a first alert says that it has.</summary>
    public async Task AwaitListener(Child nodeRed)
    {
        await Until.True(() =>
        {
            if (nodeRed.HasExited) throw new InvalidOperationException("Node-RED ended:\n" + nodeRed.Tail());
            Publish(0, 20);
            Publish(0, 45, note: true);
            Publish(0, 20);
            lock (_lock) return Arrived > 0;
        }, "Node-RED posts an alert");
        await Task.Delay(500);
    }

    public void Begin()
    {
        lock (_lock)
        {
            _sent.Clear();
            (Sent, Arrived, Latency) = (0, 0, new());
        }
    }

    public async Task<long> Run(double rate, TimeSpan length, double hotShare)
    {
        var start = _clock.Elapsed;
        long taken = 0;
        while (_clock.Elapsed - start < length)
        {
            for (var due = (long)((_clock.Elapsed - start).TotalSeconds * rate); taken < due; taken++)
            {
                _turn = (_turn + 1) % sensors;
                var hot = !_clearNext[_turn] && _random.NextDouble() < hotShare / (1 - hotShare);
                _clearNext[_turn] = hot;
                Publish(_turn, hot ? 45 : 20 + taken % 100 * 0.01, note: hot);
            }
            await Task.Delay(1);
        }
        return taken;
    }

    public int Received(byte[] body)
    {
        var now = _clock.Elapsed;
        using var json = JsonDocument.Parse(body);
        var sensor = json.RootElement.GetProperty("sensor").GetInt32();
        lock (_lock)
        {
            if (!_sent.TryGetValue(sensor, out var queue) || !queue.TryDequeue(out var at)) return 204;
            Latency.Add((now - at).TotalMilliseconds);
            Arrived++;
        }
        return 204;
    }

    private void Publish(int sensor, double value, bool note = false)
    {
        if (note)
        {
            lock (_lock)
            {
                if (!_sent.TryGetValue(sensor, out var queue)) _sent[sensor] = queue = new();
                queue.Enqueue(_clock.Elapsed);
                Sent++;
            }
        }
        var text = string.Create(CultureInfo.InvariantCulture, $"{{\"s\":{sensor},\"v\":{value:0.00},\"t\":{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}}}");
        link.Publish(_topics[sensor], Encoding.UTF8.GetBytes(text));
    }
}
