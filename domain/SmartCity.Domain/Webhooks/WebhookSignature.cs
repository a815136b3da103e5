using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SmartCity.Readings;

namespace SmartCity.Webhooks;

/// <summary>What a receiver found out about a message.</summary>
public enum SignatureVerdict : byte
{
    Verified,

    /// <summary>Id, timestamp or signature is missing or empty.</summary>
    HeaderMissing,

    /// <summary>The timestamp is not a whole number of seconds.</summary>
    TimestampUnreadable,

    /// <summary>Signed longer ago than the tolerance: perhaps a replay.</summary>
    TooOld,

    /// <summary>Signed further ahead than the tolerance: one of the two clocks is wrong.</summary>
    TooNew,

    /// <summary>No signature in the list was made with a secret of ours over these bytes.</summary>
    NoMatch,
}

/// <summary>
/// Standard Webhooks 1.0.0, symmetric scheme: <c>v1,</c> and base64 of HMAC-SHA256 over <c>id.timestamp.body</c>, where the timestamp
/// is that of the attempt in Unix seconds and the body is the exact bytes sent. Several signatures, separated by spaces, stand side by side while a secret is rotated.
/// </summary>
public static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    /// <summary>How far the attempt's timestamp may lie from the receiver's clock, either way; at exactly this distance it is accepted.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Signatures looked at in one header; a longer list is not an honest one.</summary>
    public const int MaxSignatures = 16;

    /// <summary>What an Ed25519 signature begins with; base64 of its 64 bytes follows. Who verifies with a secret passes over it, as over any version that it does not know.</summary>
    public const string AsymmetricVersion = "v1a,";

    private const string Version = "v1,";
    private const int SignatureBytes = HMACSHA256.HashSizeInBytes;

    /// <summary>The value of <c>webhook-signature</c>: one signature per secret, in their order.</summary>
    /// <param name="id">The message's id, without a full stop: it is a separator in what is signed.</param>
    /// <param name="timestamp">Unix seconds of this attempt.</param>
    /// <exception cref="ArgumentException">No secret, or a full stop in the id.</exception>
    public static string Sign(string id, long timestamp, ReadOnlySpan<byte> body, params ReadOnlySpan<WebhookSecret> secrets)
    {
        if (secrets.IsEmpty) throw new ArgumentException("A message is signed with at least one secret.", nameof(secrets));
        if (id.Contains('.')) throw new ArgumentException("A message id holds no full stop.", nameof(id));
        Span<byte> hash = stackalloc byte[SignatureBytes];
        var text = new StringBuilder(48 * secrets.Length);
        foreach (var secret in secrets)
        {
            Hash(secret, id, timestamp.ToString(CultureInfo.InvariantCulture), body, hash);
            if (text.Length > 0) text.Append(' ');
            text.Append(Version).Append(Convert.ToBase64String(hash));
        }

        return text.ToString();
    }

    /// <summary>The bytes that every scheme signs: <c>id.timestamp.body</c>.</summary>
    /// <exception cref="ArgumentException">A full stop in the id.</exception>
    public static byte[] Signed(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        if (id.Contains('.')) throw new ArgumentException("A message id holds no full stop.", nameof(id));
        return [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")), .. body];
    }

    /// <summary>Checks a message as its receiver must: the timestamp first, then the signatures in constant time.</summary>
    /// <param name="secrets">Those in force; two while they are rotated.</param>
    /// <param name="now">The receiver's wall clock.</param>
    public static SignatureVerdict Verify(string? id, string? timestamp, string? signatures, ReadOnlySpan<byte> body, ReadOnlySpan<WebhookSecret> secrets, Instant now)
    {
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(timestamp) || string.IsNullOrEmpty(signatures)) return SignatureVerdict.HeaderMissing;
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var signedAt)) return SignatureVerdict.TimestampUnreadable;
        var nowSeconds = now.UnixMilliseconds / 1000;   // whole seconds, as the stamp has: 300.9 s by our clock's milliseconds is still 300
        var tolerance = (long)Tolerance.TotalSeconds;
        if (signedAt < nowSeconds - tolerance) return SignatureVerdict.TooOld;
        if (signedAt > nowSeconds + tolerance) return SignatureVerdict.TooNew;

        Span<byte> expected = stackalloc byte[SignatureBytes];
        Span<byte> given = stackalloc byte[SignatureBytes + 1];
        var matched = false;
        foreach (var secret in secrets)
        {
            Hash(secret, id, timestamp, body, expected);
            var left = MaxSignatures;
            foreach (var range in signatures.AsSpan().Split(' '))
            {
                if (left-- == 0) break;
                var one = signatures.AsSpan()[range];
                if (!one.StartsWith(Version, StringComparison.Ordinal)) continue;
                if (!Convert.TryFromBase64Chars(one[Version.Length..], given, out var length)) continue;
                matched |= CryptographicOperations.FixedTimeEquals(given[..length], expected);   // no early leave: the time tells nothing
            }
        }

        return matched ? SignatureVerdict.Verified : SignatureVerdict.NoMatch;
    }

    private static void Hash(WebhookSecret secret, string id, string timestamp, ReadOnlySpan<byte> body, Span<byte> hash)
    {
        var length = Encoding.UTF8.GetByteCount(id) + timestamp.Length + 2 + body.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        var at = Encoding.UTF8.GetBytes(id, rented);
        rented[at++] = (byte)'.';
        at += Encoding.ASCII.GetBytes(timestamp, rented.AsSpan(at));
        rented[at++] = (byte)'.';
        body.CopyTo(rented.AsSpan(at));
        HMACSHA256.HashData(secret.Key, rented.AsSpan(0, length), hash);
        ArrayPool<byte>.Shared.Return(rented);
    }
}
