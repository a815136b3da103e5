using System.Runtime.CompilerServices;
using System.Text.Json;
using SensorNode.Options;

namespace SensorNode.Tests.Devices;

public class NodeFileSchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(NodeFileSchema.Text()).RootElement;

    [Fact]
    public void The_published_schema_is_what_the_reader_asks()
    {
        var published = Path.Combine(Root(), "docs", "node-file.schema.json");
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1") File.WriteAllText(published, NodeFileSchema.Text());
        Assert.True(File.Exists(published) && File.ReadAllText(published) == NodeFileSchema.Text(),
            "docs/node-file.schema.json is stale. Write it anew: UPDATE_DOCS=1 dotnet test tests/SensorNode.Tests --filter NodeFileSchema");
    }

    [Fact]
    public void It_knows_what_is_required_and_what_is_not()
    {
        Assert.Equal(["broker", "buses", "devices", "group", "node", "outbox"], Required(Schema).Union(["broker", "outbox"]).Order());
        Assert.Equal(["host"], Required(Key(Schema, "broker")));
        Assert.Equal(["address", "bus", "calibrate", "chip", "interval", "name", "place", "power", "report"], Device("bme280").GetProperty("properties").EnumerateObject().Select(key => key.Name));
        Assert.Equal(["bus", "chip", "name"], Required(Device("bme280")));
        Assert.Equal(["bus", "chip", "line", "mm-per-tip", "name", "quantity"], Required(Device("pulse", "rain-depth")));
    }

    [Fact]
    public void It_has_the_ranges_of_the_reader()
    {
        var address = Key(Device("bme280"), "address");
        Assert.Equal((0x76, 0x77), (address.GetProperty("minimum").GetInt32(), address.GetProperty("maximum").GetInt32()));
        Assert.Equal(["kernel", "trusted"], Key(Schema, "clock").GetProperty("enum").EnumerateArray().Select(word => word.GetString()!));
        Assert.Equal(255, Key(Key(Schema, "buses").GetProperty("additionalProperties"), "i2c").GetProperty("maximum").GetInt32());
        Assert.Equal(NodeFileReader.MaxDevices, Key(Schema, "devices").GetProperty("maxItems").GetInt32());
        var pm = Key(Key(Device("pms5003"), "calibrate"), "pm2.5");
        Assert.Equal(["gain", "humidity-from", "kappa", "offset"], pm.GetProperty("properties").EnumerateObject().Select(key => key.Name));
    }

    [Fact]
    public void No_object_of_it_takes_a_key_that_the_reader_refuses()
    {
        var open = new List<string>();
        void Look(JsonElement at, string path)
        {
            if (at.ValueKind == JsonValueKind.Array) foreach (var item in at.EnumerateArray()) Look(item, path);
            if (at.ValueKind != JsonValueKind.Object) return;
            if (at.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() == "object" && !at.TryGetProperty("additionalProperties", out _)) open.Add(path);
            foreach (var member in at.EnumerateObject()) Look(member.Value, $"{path}.{member.Name}");
        }
        Look(Schema, "");
        Assert.Empty(open);
    }

    private static JsonElement Key(JsonElement schema, string key) => schema.GetProperty("properties").GetProperty(key);

    private static IEnumerable<string> Required(JsonElement schema) => schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()!) : [];

    private static JsonElement Device(string chip, string? quantity = null) => Key(Schema, "devices").GetProperty("items").GetProperty("oneOf").EnumerateArray().First(device =>
        Key(device, "chip").GetProperty("const").GetString() == chip && (quantity is null || Key(device, "quantity").GetProperty("const").GetString() == quantity));

    private static string Root([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "SmartCity.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
