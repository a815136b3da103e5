using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using YamlDotNet.RepresentationModel;

namespace SensorNode.Options;

/// <summary>
/// The JSON Schema of the node file, for editors: made from what the reader itself asks, so that the two cannot disagree. The reader is led
/// through a file of each kind of device, in which everything is there.
/// </summary>
public static class NodeFileSchema
{
    // What decides which further keys are asked for.
    private static readonly string[] Devices =
    [
        "chip: bme280", "chip: scd41", "chip: bh1750", "chip: ina219", "chip: ads1115", "chip: adxl345", "chip: sgp40", "chip: sgp41", "chip: ds18b20", "chip: pms5003", "chip: contact", "chip: output", "chip: speed-trap",
        "chip: hc-sr04, quantity: bay-occupied", "chip: hc-sr04, quantity: water-level",
        "chip: pulse, quantity: vehicle-count", "chip: pulse, quantity: rain-depth", "chip: pulse, quantity: wind-speed",
    ];

    /// <summary>The schema, indented.</summary>
    public static string Text()
    {
        var root = new SchemaNode();
        var devices = new List<SchemaNode>();
        foreach (var device in Devices)
        {
            var stream = new YamlStream();
            stream.Load(new StringReader($"devices: [ {{ name: any, {device} }} ]"));
            var entry = new SchemaNode();
            NodeFileReader.Describe((YamlMappingNode)stream.Documents[0].RootNode, root, entry);
            foreach (var given in device.Split(", ").Select(pair => pair.Split(": ")))
            {
                entry.Key(given[0]).Value(optional: false, json => json.WriteString("const", given[1]));
            }
            devices.Add(entry);
        }
        root.Key("devices").Items(NodeFileReader.MaxDevices).OneOf = devices;
        root.Key("simulate").Key("devices").KeysAreNames();
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("title", "The node file of a SensorNode");
            json.WriteString("description", "See docs/node-file.md. What a schema cannot say (buses that exist, addresses used once) SensorNode check does.");
            root.WriteContent(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray()).ReplaceLineEndings("\n") + "\n";
    }
}
