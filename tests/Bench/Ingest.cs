using System.Globalization;
using System.Text.Json;
using Rig;

namespace Bench;

/// <summary>
/// How much a hub takes in, next to the bare limit: the same messages to a subscriber that only counts, and to the hub with twenty rules,
/// durable timeline and checkpoints. The rate is the highest offered one at which the broker drops nothing and everything arrives.
/// </summary>
internal static class Ingest
{
    private const int Nodes = 1000, Devices = 10, Metrics = 4, RuleCount = 20;

    public static async Task<Table> Run(string folder, int pairs, TimeSpan length)
    {
        var bare = new List<double>();
        var hub = new List<double>();
        HubRun? best = null;
        for (var i = 0; i < pairs; i++)
        {
            bare.Add(await Highest(rate => Bare(Path.Combine(folder, $"bare-{i}"), rate, length), "counter"));
            HubRun? last = null;
            hub.Add(await Highest(async rate =>
            {
                var run = await Hub(Path.Combine(folder, "hub"), rate, length, hotShare: 0);
                if (run.Held) last = run;
                return run.Held;
            }, "hub"));
            if (last is not null && (best is null || last.Rate > best.Rate)) best = last;
        }
        var ratio = Percentiles.Median(hub.Zip(bare, (h, b) => h / b));
        var half = await Hub(Path.Combine(folder, "half"), Percentiles.Median(hub) / 2, length, hotShare: 0.001);
        var table = new Table($"ingest: {Nodes * Devices:#,0} sensors on {Nodes:#,0} nodes, {Metrics} quantities a message, {RuleCount} rules, {pairs} pairs of {length.TotalSeconds:0} s",
            "", "messages/s", "readings/s", "CPU us/reading", "peak MB", "p50 ms", "p99 ms");
        table.Row("counts only", Percentiles.Median(bare), Percentiles.Median(bare) * Metrics, double.NaN, double.NaN, double.NaN, double.NaN);
        table.Row("hub, durable", Percentiles.Median(hub), Percentiles.Median(hub) * Metrics, best?.MicrosecondsPerReading ?? double.NaN, best?.PeakMegabytes ?? double.NaN, double.NaN, double.NaN);
        table.Row("hub at half load: publish to answered", half.Rate, half.Rate * Metrics, half.MicrosecondsPerReading, half.PeakMegabytes, half.Answer.At(0.5), half.Answer.At(0.99));
        table.Row("hub at half load: publish to alert", half.Rate, half.Rate * Metrics, double.NaN, double.NaN, half.Alert.At(0.5), half.Alert.At(0.99));
        table.Ask("hub to bare subscriber", ratio, "", "at least", 0.4);
        table.Ask("hub CPU", best?.MicrosecondsPerReading ?? double.NaN, "us a reading", "at most", 4);
        table.Ask("hub peak memory", best?.PeakMegabytes ?? double.NaN, "MB", "at most", 400);
        table.Ask("publish to alert at half load, p99", half.Alert.At(0.99), "ms", "at most", 50);
        return table;
    }

    /// <summary>The hub alone at one offered rate, for looking closer.</summary>
    public static async Task<Table> At(string folder, double rate, TimeSpan length)
    {
        var run = await Hub(folder, rate, length, hotShare: 0.001);
        var table = new Table(run.Held ? "hub at one rate: held" : "hub at one rate: NOT held", "", "messages/s", "readings/s", "CPU us/reading", "peak MB", "p50 ms", "p99 ms");
        table.Row("publish to answered", rate, rate * Metrics, run.MicrosecondsPerReading, run.PeakMegabytes, run.Answer.At(0.5), run.Answer.At(0.99));
        table.Row("publish to alert", rate, rate * Metrics, double.NaN, double.NaN, run.Alert.At(0.5), run.Alert.At(0.99));
        foreach (var (name, count, p50, p99) in run.Stages) table.Row(string.Create(CultureInfo.InvariantCulture, $"{name}, {count:#,0} times, at most"), double.NaN, double.NaN, double.NaN, double.NaN, p50, p99);
        return table;
    }

    /// <summary>The bare limit alone.</summary>
    public static async Task<Table> Limit(string folder, TimeSpan length)
    {
        var table = new Table("bare limit: a libmosquitto subscriber that only counts", "", "messages/s");
        table.Row("counts only", await Highest(rate => Bare(folder, rate, length), "counter"));
        return table;
    }

    /// <summary>Doubles until it no longer holds, then halves the gap to within 6 %. A failed rate is tried once more, so that a hiccup of the machine decides nothing.</summary>
    private static async Task<double> Highest(Func<double, Task<bool>> holds, string what)
    {
        double low = 0, high = 5000;
        while (high < 400_000 && await Twice(high))
        {
            low = high;
            high *= 2;
        }
        while (low > 0 && high / low > 1.06)
        {
            var middle = Math.Sqrt(low * high);
            if (await Twice(middle)) low = middle;
            else high = middle;
        }
        return low;

        async Task<bool> Twice(double rate)
        {
            var held = await holds(rate) || await holds(rate);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what}: {rate:0} messages/s {(held ? "held" : "not held")}"));
            return held;
        }
    }

    private static async Task<bool> Bare(string folder, double rate, TimeSpan length)
    {
        await using var broker = await Broker.Start(Path.Combine(folder, "broker"));
        var file = Path.Combine(folder, "count");
        File.Delete(file);
        await using var counter = Child.Start(Path.Combine(folder, "counter.log"), "dotnet", typeof(Ingest).Assembly.Location, "count", broker.Port.ToString(CultureInfo.InvariantCulture), file);
        await Until.True(() => File.Exists(file), "the counter runs");
        using var city = await LoadCity.Open(broker.Port, Nodes, Devices, Metrics);
        await city.Birth();
        var result = await city.Run(rate, length, answered: false, hotShare: 0, TimeSpan.FromSeconds(1));
        return result.Settled && result.Dropped == 0 && Counter.Read(file) == result.Taken;
    }

    private static async Task<HubRun> Hub(string folder, double rate, TimeSpan length, double hotShare)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        await using var broker = await Broker.Start(Path.Combine(folder, "broker"));
        await using var hub = await HubProcess.Start(Path.Combine(folder, "hub"), broker.Port, Rules.Write(Path.Combine(folder, "rules"), RuleCount));
        using var city = await LoadCity.Open(broker.Port, Nodes, Devices, Metrics);
        var alerts = new AlertClock(city, Devices);
        await using var sink = await WebhookSink.Start((headers, body) => Volatile.Read(ref alerts).Received(headers, body));
        await hub.Subscribe("operations", sink.Port, "episode.raised");
        await city.Birth();
        await city.Run(10_000, TimeSpan.FromSeconds(15), answered: true, hotShare, TimeSpan.FromSeconds(10)); // compiled, and the nodes' windows open
        await city.Run(rate, TimeSpan.FromSeconds(2), answered: true, hotShare, TimeSpan.FromSeconds(10)); // and as wide as this rate asks for
        await Until.True(() => alerts.Outstanding == 0, "the warm-up's alerts are delivered");
        Volatile.Write(ref alerts, new(city, Devices)); // those of a hub that was still being compiled count for nothing
        var stages = await Stages.Look(hub.Http);
        var before = hub.Process.Figures();
        var result = await city.Run(rate, length, answered: true, hotShare, TimeSpan.FromSeconds(3));
        var after = hub.Process.Figures();
        var look = await Stages.Look(hub.Http);
        var passed = look.Since(stages).ToList();
        var (collections, pause) = look.CollectionsSince(stages);
        passed.Add(("  garbage collected, mean pause", collections, pause, double.NaN));
        if (hotShare > 0) await Until.True(() => alerts.Outstanding == 0, "every alert is delivered", TimeSpan.FromSeconds(20));
        var readings = Math.Max(1, result.Taken * Metrics);
        return new(rate, result.Settled && result.Dropped == 0 && result.Resent == 0, (after.Cpu - before.Cpu).TotalMicroseconds / readings, after.PeakBytes / 1e6, result.Answer, alerts.Latency, passed);
    }

    private sealed record HubRun(double Rate, bool Held, double MicrosecondsPerReading, double PeakMegabytes, Percentiles Answer, Percentiles Alert, IReadOnlyList<(string Name, long Count, double P50, double P99)> Stages);
}

/// <summary>From a hot message falling due to its signed webhook received, by sensor: a sensor has one hot message at a time.</summary>
internal sealed class AlertClock
{
    private readonly LoadCity _city;
    private readonly int _devices;
    private readonly Dictionary<int, Queue<TimeSpan>> _sent = [];
    private readonly Lock _lock = new();

    public AlertClock(LoadCity city, int devices)
    {
        (_city, _devices) = (city, devices);
        city.Hot = (sensor, at) =>
        {
            lock (_lock)
            {
                if (!_sent.TryGetValue(sensor, out var queue)) _sent[sensor] = queue = new();
                queue.Enqueue(at);
                Outstanding++;
            }
        };
    }

    public Percentiles Latency { get; } = new();

    public int Outstanding { get; private set; }

    public int Delivered { get; private set; }

    public int Received(Microsoft.AspNetCore.Http.IHeaderDictionary headers, byte[] body)
    {
        var now = _city.Now;
        using var json = JsonDocument.Parse(body);
        if (json.RootElement.GetProperty("type").GetString() != "episode.raised") return 204;
        var sensor = LoadCity.SensorNumber(json.RootElement.GetProperty("data").GetProperty("sensor").GetString()!, _devices);
        lock (_lock)
        {
            if (_sent.TryGetValue(sensor, out var queue) && queue.TryDequeue(out var at))
            {
                Latency.Add((now - at).TotalMilliseconds);
                Outstanding--;
                Delivered++;
            }
        }
        return 204;
    }
}
