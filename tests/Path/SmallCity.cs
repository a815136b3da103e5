using System.Net.Http.Json;
using System.Text.Json;
using Rig;

// Whole cities of processes, one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace ReadingPath;

/// <summary>Broker, hub and a department, each a process or port of its own, in a folder of their own.</summary>
public sealed class SmallCity : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("city-path-");
    private readonly List<IAsyncDisposable> _parts = [];

    private SmallCity()
    {
    }

    public string Folder => _folder.FullName;

    public Broker Broker { get; private set; } = null!;

    public HubProcess Hub { get; private set; } = null!;

    public Department Department { get; private set; } = null!;

    /// <param name="rules">Folder of rules; null: smoke at once, and heat above 40.</param>
    /// <param name="department">What the department is called; it gets what is meant for it, and what is meant for anyone.</param>
    /// <param name="options">More settings of the hub.</param>
    public static async Task<SmallCity> Start(string? rules = null, string department = "fire", params string[] options)
    {
        var city = new SmallCity();
        if (rules is null)
        {
            rules = Path.Combine(city.Folder, "rules");
            Directory.CreateDirectory(rules);
            await File.WriteAllTextAsync(Path.Combine(rules, "small.yaml"), RuleText);
        }
        city.Broker = city.Own(await Broker.Start(Path.Combine(city.Folder, "broker")));
        city.Hub = city.Own(await HubProcess.Start(Path.Combine(city.Folder, "hub"), city.Broker.Port, rules, options));
        city.Department = city.Own(await Department.Start());
        city.Department.Secret = await city.Hub.Subscribe(department, city.Department.Port);
        return city;
    }

    /// <summary>Ends with the city.</summary>
    public T Own<T>(T part) where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }

    /// <summary>A node with a BME280 and a smoke contact, up.</summary>
    public PoleNode Node(string name, string smoke = "closed")
    {
        var node = Own(new PoleNode(Folder, name, Broker.Port, smoke == "closed"));
        node.Up();
        return node;
    }

    /// <summary>Publishes through Mosquitto's own client.</summary>
    public async Task Publish(string topic, byte[] payload)
    {
        var file = Path.Combine(Folder, Guid.NewGuid().ToString("n"));
        await File.WriteAllBytesAsync(file, payload);
        await using var client = Child.Start(Path.Combine(Folder, "mosquitto_pub.log"), "mosquitto_pub", "-h", "127.0.0.1", "-p", $"{Broker.Port}", "-t", topic, "-f", file);
        Assert.Equal(0, await client.End());
    }

    /// <summary>What the API answers; null: 404.</summary>
    public async Task<JsonElement?> Find(string path)
    {
        using var answer = await Hub.Http.GetAsync(new Uri(path, UriKind.Relative));
        if (answer.StatusCode == System.Net.HttpStatusCode.NotFound) return null;
        Assert.True(answer.IsSuccessStatusCode, $"GET {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async Task<JsonElement[]> List(string path) => [.. (await Find(path) ?? throw new InvalidOperationException($"GET {path}: 404")).EnumerateArray()];

    /// <summary>The newest value of a quantity, once it is as wanted.</summary>
    public async Task<Live> Live(string sensor, string quantity, Func<Live, bool>? wanted = null)
    {
        Live? found = null;
        await Until.True(async () =>
        {
            if (await Find($"/v1/sensors/{sensor}") is not { } body) return false;
            foreach (var value in body.GetProperty("values").EnumerateArray())
            {
                if (value.GetProperty("quantity").GetString() != quantity || value.GetProperty("value").ValueKind != JsonValueKind.Number) continue;
                found = new(value.GetProperty("at").GetDateTimeOffset(), value.GetProperty("value").GetDouble(), value.GetProperty("unit").GetString()!);
            }
            return found is not null && wanted?.Invoke(found) != false;
        }, () => $"{quantity} of {sensor} is as wanted; last it was {found?.ToString() ?? "not there"}");
        return found!;
    }

    /// <summary>A node as the API shows it, once it is as wanted.</summary>
    public async Task<JsonElement> NodeView(string name, Func<JsonElement, bool> wanted)
    {
        JsonElement found = default;
        await Until.True(async () =>
        {
            found = (await List("/v1/nodes")).FirstOrDefault(node => node.GetProperty("node").GetString() == name);
            return found.ValueKind == JsonValueKind.Object && wanted(found);
        }, $"node {name} is as wanted");
        return found;
    }

    /// <summary>The alert of a rule on a sensor, once there is one.</summary>
    public async Task<JsonElement> Alert(string rule, string sensor, Func<JsonElement, bool>? wanted = null)
    {
        JsonElement found = default;
        await Until.True(async () =>
        {
            found = (await List($"/v1/alerts?sensor={sensor}")).FirstOrDefault(alert => alert.GetProperty("rule").GetString() == rule);
            return found.ValueKind == JsonValueKind.Object && wanted?.Invoke(found) != false;
        }, $"there is an alert of {rule} on {sensor} as wanted");
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts)) await part.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private const string RuleText = """
        districts:
          harbour: Harbour
        rules:
          - id: smoke
            quantity: smoke
            above: 0
            severity: critical
            late: raise
            department: fire
            message: A smoke contact has closed.
          - id: heat
            quantity: air-temperature
            above: 40
            clear: 38
            severity: major
            department: fire
            message: It is hot.
        """;
}

/// <summary>The newest value of a quantity, as the API tells it.</summary>
public sealed record Live(DateTimeOffset At, double Value, string Unit);
