using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Rig;

/// <summary>Debian's InfluxDB 1.6 as a process of our own on a free loopback port, with a folder of its own. It can be killed and started again on both.</summary>
public sealed class InfluxServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string? _user, _password;
    private Child? _child;

    private InfluxServer(string folder, string? user, string? password) =>
        (_folder, _user, _password, Port, BackupPort) = (folder, user, password, Ports.Free(), Ports.Free());

    public int Port { get; }

    private int BackupPort { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    public Child Process => _child ?? throw new InvalidOperationException("InfluxDB is down");

    public static HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(60) };

    /// <param name="folder">Its files; made if missing.</param>
    /// <param name="cold">Whether it compacts what it has as soon as nothing more comes, in the place of hours later.</param>
    /// <param name="user">With a password: its administrator, and nobody else gets in.</param>
    public static async Task<InfluxServer> Start(string folder, string? user = null, string? password = null, bool cold = false)
    {
        Directory.CreateDirectory(folder);
        var server = new InfluxServer(folder, user, password);
        await File.WriteAllTextAsync(server.Configuration, $"""
            reporting-disabled = true
            bind-address = "127.0.0.1:{server.BackupPort}"
            [meta]
              dir = "{folder}/meta"
            [data]
              dir = "{folder}/data"
              wal-dir = "{folder}/wal"
              query-log-enabled = false
              {(cold ? "cache-snapshot-write-cold-duration = \"2s\"\n  compact-full-write-cold-duration = \"5s\"" : "")}
            [http]
              bind-address = "127.0.0.1:{server.Port}"
              auth-enabled = {(user is null ? "false" : "true")}
              log-enabled = false
            [monitor]
              store-enabled = false
            [continuous_queries]
              enabled = false
            """);
        await server.Up();
        if (user is not null) (await server.Ask($"CREATE USER \"{user}\" WITH PASSWORD '{password}' WITH ALL PRIVILEGES")).Dispose();
        return server;
    }

    public async Task Up()
    {
        _child = Child.Start(Path.Combine(_folder, "influxd.log"), Program, "-config", Configuration);
        await Until.True(() => Ports.Listens(Port) || _child.HasExited, "InfluxDB listens");
        if (_child.HasExited) throw new InvalidOperationException("InfluxDB did not start:\n" + _child.Tail());
    }

    /// <summary>kill -9.</summary>
    public async Task Kill() => await Process.Kill();

    /// <summary>Its answer to InfluxQL; stamps in nanoseconds.</summary>
    public async Task<JsonDocument> Ask(string influxQl, string database = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, $"query?epoch=ns&db={Uri.EscapeDataString(database)}"))
        {
            Content = new FormUrlEncodedContent([new("q", influxQl)]),
        };
        Sign(request);
        using var answer = await Http.SendAsync(request);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Rows of the first statement's series, each with its series' tags.</summary>
    public async Task<IReadOnlyList<(IReadOnlyDictionary<string, string> Tags, IReadOnlyDictionary<string, JsonElement> Columns)>> Rows(string influxQl, string database)
    {
        using var answer = await Ask(influxQl, database);
        var result = answer.RootElement.GetProperty("results")[0];
        if (result.TryGetProperty("error", out var error) && error.GetString()!.StartsWith("database not found", StringComparison.Ordinal)) return []; // nothing is in it yet
        if (result.TryGetProperty("error", out error)) throw new InvalidOperationException($"{influxQl}: {error.GetString()}");
        var rows = new List<(IReadOnlyDictionary<string, string>, IReadOnlyDictionary<string, JsonElement>)>();
        if (!result.TryGetProperty("series", out var all)) return rows;
        foreach (var series in all.EnumerateArray())
        {
            var tags = series.TryGetProperty("tags", out var named) ? named.EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.GetString()!) : [];
            var columns = series.GetProperty("columns").EnumerateArray().Select(column => column.GetString()!).ToArray();
            foreach (var row in series.GetProperty("values").EnumerateArray())
            {
                rows.Add((tags, columns.Zip(row.EnumerateArray()).ToDictionary(pair => pair.First, pair => pair.Second.Clone())));
            }
        }
        return rows;
    }

    /// <summary>Posts ready-made line protocol, as any client would.</summary>
    public async Task<HttpResponseMessage> Write(string database, ReadOnlyMemory<byte> lines)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, $"write?precision=ns&db={Uri.EscapeDataString(database)}")) { Content = new ReadOnlyMemoryContent(lines) };
        Sign(request);
        return await Http.SendAsync(request);
    }

    /// <summary>Bytes of its data and log files.</summary>
    public long Bytes => new DirectoryInfo(_folder).EnumerateFiles("*", SearchOption.AllDirectories)
        .Where(file => file.Extension is ".tsm" or ".wal").Sum(file => file.Length);

    public async ValueTask DisposeAsync()
    {
        if (_child is not null) await _child.DisposeAsync();
    }

    private string Configuration => Path.Combine(_folder, "influxdb.conf");

    private static string Program => File.Exists("/usr/bin/influxd") ? "/usr/bin/influxd" : throw new InvalidOperationException("influxdb is not installed; ./city test installs it");

    private void Sign(HttpRequestMessage request)
    {
        if (_user is null) return;
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_user}:{_password}"))));
    }
}
