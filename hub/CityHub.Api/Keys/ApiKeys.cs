using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using CityHub.Api.Http;
using CityHub.Silo.Register;
using SmartCity.Readings;

namespace CityHub.Api.Keys;

/// <summary>
/// API keys: <c>chk_</c> and 32 random bytes as base64url. The register keeps their SHA-256 alone: with 256 random bits there is nothing to
/// guess or to salt. The register names a key; the role stands in that name, as in <c>admin:first</c>.
/// </summary>
public sealed class ApiKeys(IRegister register, TimeProvider wall)
{
    public const string Prefix = "chk_";
    private const int RandomBytes = 32;
    private static readonly int KeyLength = Prefix.Length + Base64Url.GetEncodedLength(RandomBytes);
    private const int MostRemembered = 1_024;

    // Keys that were good once: they go on being served while their address is refused for the bad keys of others.
    private readonly ConcurrentDictionary<string, KeyHolder> _good = new(StringComparer.Ordinal);

    /// <summary>Whether a text has the shape of a key. What has not is never looked up.</summary>
    public static bool HasShape(string key) => key.Length == KeyLength && key.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Whose key it is, if it was seen to be good before; never asks the register.</summary>
    public KeyHolder? Remembered(string key) => HasShape(key) ? _good.GetValueOrDefault(Convert.ToHexString(Hash(key))) : null;

    /// <summary>Whose key it is, or null.</summary>
    public KeyHolder? Find(string key)
    {
        if (!HasShape(key)) return null;
        var hash = Hash(key);
        var shown = Convert.ToHexString(hash);
        if (_good.TryGetValue(shown, out var holder)) return holder;
        if (register.FindKey(hash) is not { } name || Parse(name) is not { } found) return null;
        if (_good.Count < MostRemembered) _good[shown] = found;
        return found;
    }

    /// <summary>Makes a key. The text that is returned is the only copy there will ever be.</summary>
    public async Task<string> Issue(KeyHolder holder)
    {
        var key = New();
        await Keep(holder, key);
        return key;
    }

    internal static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    internal Task Keep(KeyHolder holder, string key) => register.AddKey($"{Words.Of(holder.Role)}:{holder.Name}", Hash(key), Instant.From(wall.GetUtcNow()));

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static KeyHolder? Parse(string name) =>
        name.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && Words.Role(name[..colon]) is { } role ? new(name[(colon + 1)..], role) : null;
}
