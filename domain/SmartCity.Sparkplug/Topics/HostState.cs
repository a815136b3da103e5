using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCity.Readings;

namespace SmartCity.Sparkplug;

/// <summary>What a host says of itself on its STATE topic, retained, QoS 1 (Sparkplug 3.0, section 6.4.26 and 5.4).</summary>
/// <param name="Online">Whether it is there.</param>
/// <param name="Timestamp">When it connected; a will carries the same one as the birth that follows it.</param>
public readonly record struct HostState(bool Online, Instant Timestamp)
{
    private const int MaxBytes = 1024;

    /// <summary>JSON in UTF-8, as in <c>{"online":true,"timestamp":1668114759262}</c>.</summary>
    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(new Wire { Online = Online, Timestamp = Timestamp.UnixMilliseconds }, HostStateJson.Default.Wire);

    /// <summary>False when the bytes are not such an object: other people's members are passed over, ours must be there and of their types.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out HostState state)
    {
        state = default;
        if (bytes.Length > MaxBytes) return false;
        try
        {
            if (JsonSerializer.Deserialize(bytes, HostStateJson.Default.Wire) is not { Online: { } online, Timestamp: { } at }) return false;
            if (at < 0 || at > Instant.Max.UnixMilliseconds) return false;
            state = new(online, new(at));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    internal sealed class Wire
    {
        [JsonPropertyName("online")] public bool? Online { get; set; }
        [JsonPropertyName("timestamp")] public long? Timestamp { get; set; }
    }
}

[JsonSerializable(typeof(HostState.Wire))]
internal sealed partial class HostStateJson : JsonSerializerContext;
