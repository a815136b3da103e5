using System.Text.Json;

namespace Rig;

/// <summary>Debian's VictoriaMetrics as a process of our own on a free loopback port: a server of the <c>/api/v2/write</c> dialect.</summary>
public sealed class VictoriaServer : IAsyncDisposable
{
    private readonly Child _child;

    private VictoriaServer(Child child, int port) => (_child, Address) = (child, new($"http://127.0.0.1:{port}/"));

    public Uri Address { get; }

    public static async Task<VictoriaServer> Start(string folder)
    {
        Directory.CreateDirectory(folder);
        var port = Ports.Free();
        var child = Child.Start(Path.Combine(folder, "victoria.log"), "victoria-metrics", $"-storageDataPath={Path.Combine(folder, "data")}", $"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=100y");
        await Until.True(() => Ports.Listens(port) || child.HasExited, "VictoriaMetrics listens");
        if (child.HasExited) throw new InvalidOperationException("VictoriaMetrics did not start:\n" + child.Tail());
        return new(child, port);
    }

    /// <summary>Stamps (Unix ms) and values of one metric, as it has them by now.</summary>
    public async Task<IReadOnlyList<(long At, double Value)>> Export(string metric)
    {
        (await InfluxServer.Http.GetAsync(new Uri(Address, "internal/force_flush"))).Dispose();
        var text = await InfluxServer.Http.GetStringAsync(new Uri(Address, $"api/v1/export?match[]={Uri.EscapeDataString(metric)}&start=0"));
        var points = new List<(long, double)>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(line);
            points.AddRange(json.RootElement.GetProperty("timestamps").EnumerateArray().Select(at => at.GetInt64()).Zip(json.RootElement.GetProperty("values").EnumerateArray().Select(value => value.GetDouble())));
        }
        points.Sort();
        return points;
    }

    public async ValueTask DisposeAsync() => await _child.DisposeAsync();
}
