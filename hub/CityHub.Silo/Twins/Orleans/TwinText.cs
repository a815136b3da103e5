using System.Text.Json;
using System.Text.Json.Serialization;
using CityHub.Contracts;
using SmartCity.Telemetry;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>What a group's twins show, on its way to another silo.</summary>
internal sealed record TwinPage(IReadOnlyList<NodeView> Nodes, IReadOnlyList<SensorView> Sensors);

/// <summary>Twins, commands and calls as JSON. A later release may add properties: what an earlier one does not know it leaves out.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(TwinPage))]
[JsonSerializable(typeof(OutputCommand))]
[JsonSerializable(typeof(NodeCall))]
[JsonSerializable(typeof(List<DistrictValue>))]
internal sealed partial class TwinText : JsonSerializerContext
{
    public static byte[] Write(TwinPage page) => JsonSerializer.SerializeToUtf8Bytes(page, Default.TwinPage);

    public static byte[] Write(OutputCommand command) => JsonSerializer.SerializeToUtf8Bytes(command, Default.OutputCommand);

    public static byte[] Write(NodeCall call) => JsonSerializer.SerializeToUtf8Bytes(call, Default.NodeCall);

    public static byte[] Write(List<DistrictValue> values) => JsonSerializer.SerializeToUtf8Bytes(values, Default.ListDistrictValue);

    /// <exception cref="JsonException">Another release wrote it, in a way that this one does not read.</exception>
    public static TwinPage Page(byte[] text) => JsonSerializer.Deserialize(text, Default.TwinPage) ?? throw new JsonException("null");

    /// <inheritdoc cref="Page"/>
    public static OutputCommand Command(byte[] text) => JsonSerializer.Deserialize(text, Default.OutputCommand) ?? throw new JsonException("null");

    /// <inheritdoc cref="Page"/>
    public static NodeCall Call(byte[] text) => JsonSerializer.Deserialize(text, Default.NodeCall) ?? throw new JsonException("null");

    /// <inheritdoc cref="Page"/>
    public static List<DistrictValue> Values(byte[] text) => JsonSerializer.Deserialize(text, Default.ListDistrictValue) ?? throw new JsonException("null");
}
