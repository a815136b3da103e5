using System.Globalization;
using System.Text;
using System.Text.Json;
using SmartCity.Readings;

namespace SmartCity.Sparkplug;

/// <summary>What a host says of itself on its STATE topic, retained, QoS 1 (Sparkplug 3.0, section 6.4.26 and 5.4).</summary>
/// <param name="Online">Whether it is there.</param>
/// <param name="Timestamp">When it connected; a will carries the same one as the birth that follows it.</param>
public readonly record struct HostState(bool Online, Instant Timestamp)
{
    private const int MaxBytes = 1024;

    /// <summary>JSON in UTF-8, as in <c>{"online":true,"timestamp":1668114759262}</c>.</summary>
    public byte[] Encode() =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"online\":{(Online ? "true" : "false")},\"timestamp\":{Timestamp.UnixMilliseconds}}}"));

    /// <summary>False when the bytes are not such an object: other people's members are passed over, ours must be there and of their types.</summary>
    /// <remarks>Token by token: what a serializer brings along costs a small node 2 MB.</remarks>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out HostState state)
    {
        state = default;
        if (bytes.Length > MaxBytes) return false;
        bool? online = null;
        long? at = null;
        try
        {
            var json = new Utf8JsonReader(bytes);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return false;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var (isOnline, isTimestamp) = (json.ValueTextEquals("online"u8), json.ValueTextEquals("timestamp"u8));
                json.Read();
                if (isOnline) online = json.TokenType switch { JsonTokenType.True => true, JsonTokenType.False => false, _ => null };
                else if (isTimestamp) at = json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var whole) ? whole : null;
                else json.Skip();
                if (isOnline && online is null || isTimestamp && at is null) return false;
            }
            json.Read(); // throws when something follows the object
        }
        catch (JsonException)
        {
            return false;
        }
        if (online is not { } said || at is not (>= 0 and var stamp) || stamp > Instant.Max.UnixMilliseconds) return false;
        state = new(said, new(stamp));
        return true;
    }
}
