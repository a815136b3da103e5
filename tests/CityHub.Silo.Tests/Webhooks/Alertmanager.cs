using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace CityHub.Silo.Tests.Webhooks;

/// <summary>Debian's own Alertmanager on a free port, with its data in a folder of its own and one receiver: ours.</summary>
internal sealed class Alertmanager : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Rig.Child _process;
    private readonly Receiver _receiver;
    private readonly HttpClient _http;

    private Alertmanager(string folder, Rig.Child process, Receiver receiver, HttpClient http) => (_folder, _process, _receiver, _http) = (folder, process, receiver, http);

    public static async Task<Alertmanager> Start()
    {
        var folder = Directory.CreateTempSubdirectory("alertmanager-").FullName;
        var receiver = await Receiver.Answering(200);
        var port = Rig.Ports.Free();
        var settings = Path.Combine(folder, "alertmanager.yml");
        await File.WriteAllTextAsync(settings, $$"""
            route: { receiver: fire, group_by: [alertname, sensor], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
            receivers: [{ name: fire, webhook_configs: [{ url: "{{receiver.Url}}", send_resolved: true }] }]
            """);
        var process = Rig.Child.Start(Path.Combine(folder, "log"), "prometheus-alertmanager", $"--config.file={settings}", $"--storage.path={folder}/data",
            $"--web.listen-address=127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", "--cluster.listen-address=", "--web.external-url=http://hub.example/");
        var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}/") };
        await Rig.Until.True(() => process.HasExited || Rig.Ports.Listens(port), "alertmanager listens");
        Assert.False(process.HasExited, process.Tail());
        return new(folder, process, receiver, http);
    }

    /// <summary>Tells it of an alert in the layout of its webhook, and returns the body that it sends for it.</summary>
    public async Task<JsonElement> Tell(JsonElement alert)
    {
        var before = _receiver.Requests.Count;
        var ends = alert.GetProperty("endsAt").GetString()!;
        var told = new Dictionary<string, object?>
        {
            ["labels"] = alert.GetProperty("labels"), ["annotations"] = alert.GetProperty("annotations"), ["startsAt"] = alert.GetProperty("startsAt").GetString(),
            ["generatorURL"] = alert.GetProperty("generatorURL").GetString(),
        };
        if (!ends.StartsWith("0001", StringComparison.Ordinal)) told["endsAt"] = ends;
        using var answer = await _http.PostAsJsonAsync("api/v2/alerts", new[] { told });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        await Rig.Until.True(() => _receiver.Requests.Count > before, "alertmanager has sent it");
        return JsonDocument.Parse(_receiver.Requests[^1].Body).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http.Dispose();
        await _receiver.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
