using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using SmartCity.Watch;

namespace Bench;

/// <summary>
/// From the raising of an episode to its arrival at a department, beside Prometheus Alertmanager: in turns, the same episodes to the same fifty endpoints, of which five hang
/// and five fail every other time. Ours is committed, synced, signed and written down; Alertmanager holds it in memory (group_wait 0 s, each episode a group).
/// Each episode is meant for one department, and is over two seconds later. Ours runs within the bench, with the endpoints; so processor time is not compared.
/// </summary>
internal static class Delivery
{
    private static readonly TimeSpan Over = TimeSpan.FromSeconds(2), Settling = TimeSpan.FromSeconds(45);   // the head of our schedule is over after 40 s

    private static readonly TimeProvider Wall = TimeProvider.System;

    private sealed record Side(double P50, double P99, double FlakyP99, int Raised, int Waiting, int Lost, int OutOfOrder);

    public static async Task<Table> Run(string folder, int pairs, TimeSpan length, int rate)
    {
        var table = new Table($"delivery: {rate} episodes/s over {Endpoints.Count} departments' endpoints, {Endpoints.Hung} hung, {Endpoints.Failing} failing half the time; {pairs} pairs of {length.TotalSeconds:0} s in turns, medians; the healthy ones' times",
            "", "episodes", "p50 ms", "p99 ms", "failing ones' p99 ms", "wait for an attempt", "lost", "out of order");
        var hub = new List<Side>();
        var peer = new List<Side>();
        await Ours(Path.Combine(folder, "warm"), TimeSpan.FromSeconds(5), rate);   // what runs hot is compiled before it counts
        for (var i = 0; i < pairs; i++)
        {
            hub.Add(await Ours(Path.Combine(folder, $"hub-{i}"), length, rate));
            peer.Add(await Alertmanager(Path.Combine(folder, $"peer-{i}"), length, rate));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  pair {i + 1}: hub p99 {hub[^1].P99:0.0} ms, lost {hub[^1].Lost}; Alertmanager p99 {peer[^1].P99:0.0} ms, lost {peer[^1].Lost}"));
        }
        Row(table, "hub, durable, signed", hub);
        Row(table, "Alertmanager, in memory", peer);
        table.Ask("p99 of the healthy", Median(hub, side => side.P99), "ms", "at most", 100);
        table.Ask("p99 to Alertmanager's, median of paired ratios", Percentiles.Median(hub.Zip(peer, (h, p) => h.P99 / p.P99)), "", "at most", 1);
        table.Ask("lost by the hub", hub.Sum(side => side.Lost), "", "at most", 0);
        table.Ask("out of order from the hub", hub.Sum(side => side.OutOfOrder), "", "at most", 0);
        return table;
    }

    private static async Task<Side> Ours(string folder, TimeSpan length, int rate)
    {
        await using var endpoints = await Endpoints.Start();
        await using var hub = await DeliveryHub.Start(folder, endpoints.Url);
        var sent = await Load(endpoints, length, rate, (episode, sensor, department) => hub.Raise(episode, sensor, department), hub.Clear);
        return await Settle(endpoints, sent, hub.Waiting);
    }

    private static async Task<Side> Alertmanager(string folder, TimeSpan length, int rate)
    {
        Directory.CreateDirectory(folder);
        await using var endpoints = await Endpoints.Start();
        var port = Rig.Ports.Free();
        var yaml = new StringBuilder("route:\n  receiver: r0\n  group_by: ['...']\n  group_wait: 0s\n  group_interval: 1s\n  repeat_interval: 4h\n  routes:\n");
        for (var i = 0; i < Endpoints.Count; i++) yaml.Append(CultureInfo.InvariantCulture, $"  - {{ receiver: r{i}, matchers: [ 'department=\"dept-{i}\"' ] }}\n");
        yaml.Append("receivers:\n");
        for (var i = 0; i < Endpoints.Count; i++) yaml.Append(CultureInfo.InvariantCulture, $"- {{ name: r{i}, webhook_configs: [ {{ url: '{endpoints.Url(i)}', send_resolved: true }} ] }}\n");
        var settings = Path.Combine(folder, "alertmanager.yml");
        await File.WriteAllTextAsync(settings, yaml.ToString());
        await using var process = Rig.Child.Start(Path.Combine(folder, "log"), "prometheus-alertmanager", $"--config.file={settings}", $"--storage.path={folder}/data", $"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=");
        await Rig.Until.True(() => process.HasExited || Rig.Ports.Listens(port), () => "alertmanager listens: " + process.Tail());
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}/") };
        var gate = new SemaphoreSlim(64);
        async Task Post(string episode, string sensor, string department, DateTimeOffset? ends)
        {
            await gate.WaitAsync();
            try
            {
                var labels = new Dictionary<string, string> { ["alertname"] = "heat", ["episode"] = episode, ["sensor"] = sensor, ["department"] = department, ["severity"] = "major" };
                object alert = ends is { } at ? new { labels, endsAt = at } : new { labels, annotations = new { summary = "Over 40 degrees" } };
                using var answer = await http.PostAsJsonAsync("api/v2/alerts", new[] { alert });
                answer.EnsureSuccessStatusCode();
            }
            finally
            {
                gate.Release();
            }
        }
        var sent = await Load(endpoints, length, rate, (episode, sensor, department) => Post(episode, sensor, department, null), (episode, sensor, department) => Post(episode, sensor, department, Wall.GetUtcNow()));
        return await Settle(endpoints, sent, () => Task.FromResult(0));
    }

    /// <summary>Raises at an even rate, and ends each episode after <see cref="Over"/>. Returns how many are for endpoints that do not hang.</summary>
    private static async Task<int> Load(Endpoints endpoints, TimeSpan length, int rate, Func<string, string, string, Task> raise, Func<string, string, string, Task> clear)
    {
        var started = Wall.GetTimestamp();
        var ends = new Queue<(TimeSpan At, string Episode, string Sensor, string Department)>();
        var calls = new List<Task>();
        var (made, answered) = (0, 0);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5), Wall);
        while (await tick.WaitForNextTickAsync())
        {
            var now = Wall.GetElapsedTime(started);
            while (ends.TryPeek(out var end) && end.At <= now)
            {
                ends.Dequeue();
                calls.Add(clear(end.Episode, end.Sensor, end.Department));
            }
            while (now < length && made < now.TotalSeconds * rate)
            {
                var (sensor, endpoint) = ($"sensor-{made}", made % Endpoints.Count);
                var episode = EpisodeId.Of("heat", new(sensor), 1, (ulong)made).Value;
                endpoints.Raised(episode);
                calls.Add(raise(episode, sensor, $"dept-{endpoint}"));
                ends.Enqueue((now + Over, episode, sensor, $"dept-{endpoint}"));
                if (!Endpoints.Hangs(endpoint)) answered++;
                made++;
            }
            if (now >= length && ends.Count == 0) break;
        }
        await Task.WhenAll(calls);
        return answered;
    }

    /// <summary>Waits until everything has come, at most for <see cref="Settling"/>. What neither came nor waits is lost.</summary>
    private static async Task<Side> Settle(Endpoints endpoints, int sent, Func<Task<int>> waits)
    {
        var until = Wall.GetUtcNow() + Settling;
        while ((endpoints.RaisesSeen < sent || endpoints.EndsSeen < sent) && Wall.GetUtcNow() < until) await Task.Delay(TimeSpan.FromMilliseconds(100), Wall);
        var waiting = await waits();
        return new(endpoints.Healthy.At(0.5), endpoints.Healthy.At(0.99), endpoints.Flaky.At(0.99), sent, waiting, (2 * sent) - endpoints.RaisesSeen - endpoints.EndsSeen - waiting, endpoints.OutOfOrder);
    }

    private static double Median(IEnumerable<Side> sides, Func<Side, double> figure) => Percentiles.Median(sides.Select(figure));

    private static void Row(Table table, string name, List<Side> sides) => table.Row(name, sides.Sum(side => side.Raised), Median(sides, side => side.P50), Median(sides, side => side.P99),
        Median(sides, side => side.FlakyP99), sides.Sum(side => side.Waiting), sides.Sum(side => side.Lost), sides.Sum(side => side.OutOfOrder));
}
