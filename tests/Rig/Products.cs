using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Rig;

/// <summary>Where the built programs lie.</summary>
public static class Products
{
    public static string Root { get; } = FindRoot();

    public static string Hub => Built("hub/CityHub.Api", "CityHub.Api.dll");

    public static string Node => Built("edge/SensorNode", "SensorNode.dll");

    public static string Department => Built("samples/Department", "Department.dll");

    public static string Faults => Built("tests/Faults", "Faults.dll");

    private static string Built(string project, string name)
    {
        // The configuration that we run in ourselves, so that a Debug test never runs a stale Release hub.
        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";
        var path = Path.Combine(Root, project, "bin", configuration, "net10.0", name);
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is not built: dotnet build -c {configuration} {project}");
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "SmartCity.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}

/// <summary>A hub process with stores of its own. It can be killed and started again on the same stores and port.</summary>
public sealed class HubProcess : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string[] _options;
    private Child? _child;

    private HubProcess(string folder, int port, string[] options) => (_folder, Port, _options, KeyFile) = (folder, port, options, Path.Combine(folder, "first-key"));

    public int Port { get; }

    public Child Process => _child ?? throw new InvalidOperationException("the hub is down");

    public string Stores => Path.Combine(_folder, "data");

    /// <summary>Where the hub wrote its first key.</summary>
    public string KeyFile { get; private set; }

    /// <summary>Calls its API with the first key.</summary>
    public HttpClient Http { get; private set; } = new();

    /// <param name="folder">Its files; kept between lives.</param>
    /// <param name="brokerPort">The broker on loopback.</param>
    /// <param name="rules">Folder of rule files.</param>
    /// <param name="options">More settings, as <c>--Section:Key=value</c>.</param>
    public static Task<HubProcess> Start(string folder, int brokerPort, string rules, params string[] options) => Start(folder, brokerPort, rules, null, options);

    /// <param name="first">Another hub with the same register, which made the first key.</param>
    public static async Task<HubProcess> Start(string folder, int brokerPort, string rules, HubProcess? first, params string[] options)
    {
        Directory.CreateDirectory(folder);
        var port = Ports.Free();
        var hub = new HubProcess(folder, port,
        [
            $"--Api:Listen=127.0.0.1:{port}", $"--Api:FirstKeyFile={Path.Combine(folder, "first-key")}", $"--Mqtt:Port={brokerPort}",
            $"--Stores:Directory={Path.Combine(folder, "data")}", $"--Rules:Directory={rules}", "--Webhooks:AllowedNetworks:0=127.0.0.0/8", .. options,
        ]);
        if (first is not null) hub.KeyFile = first.KeyFile;
        await hub.Up();
        return hub;
    }

    public async Task Up()
    {
        _child = Child.Start(Path.Combine(_folder, "hub.log"), ["dotnet", Products.Hub, .. _options]);
        await Until.True(Ready, "the hub is ready");
        if (_child.HasExited) throw new InvalidOperationException("the hub did not start:\n" + _child.Tail());
        Http.Dispose();
        Http = new() { BaseAddress = new($"http://127.0.0.1:{Port}") };
        Http.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(KeyFile)).Trim());
    }

    /// <summary>Subscribes a department and returns the secret.</summary>
    /// <param name="types">Types of messages; none: all.</param>
    public async Task<string> Subscribe(string department, int port, params string[] types)
    {
        using var answer = await Http.PostAsJsonAsync("/v1/subscriptions", new { department, url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/alert"), types });
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"the hub refused the subscription: {(int)answer.StatusCode} {text}");
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty("secret").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_child is null) return;
        await _child.Stop();
        await _child.DisposeAsync();
    }

    private async Task<bool> Ready()
    {
        if (_child!.HasExited) return true;
        try
        {
            using var probe = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
            using var answer = await probe.GetAsync(new Uri($"http://127.0.0.1:{Port}/readyz"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false; // not yet
        }
    }
}
