using System.Diagnostics.CodeAnalysis;

namespace SmartCity.Webhooks;

/// <summary>
/// A private signing key of one endpoint (Standard Webhooks 1.0.0, asymmetric scheme): an Ed25519 key (RFC 8032), shown as <c>whsk_</c> and base64 of its seed and its
/// public half. It never leaves the hub, and its <see cref="ToString"/> hides it; the receiver gets the public half alone, as <c>whpk_</c> and base64.
/// </summary>
public sealed class SigningKey
{
    public const string Prefix = "whsk_";
    public const string PublicPrefix = "whpk_";
    public const int SeedBytes = 32;
    public const int PublicBytes = 32;

    private readonly byte[] _bytes;

    private SigningKey(byte[] bytes) => _bytes = bytes;

    /// <summary>The private half (RFC 8032, 5.1.5).</summary>
    public ReadOnlySpan<byte> Seed => _bytes.AsSpan(0, SeedBytes);

    public ReadOnlySpan<byte> Public => _bytes.AsSpan(SeedBytes);

    /// <summary>What the register keeps.</summary>
    public string Reveal() => Prefix + Convert.ToBase64String(_bytes);

    /// <summary>What the receiver verifies with. No secret.</summary>
    public string PublicText => PublicPrefix + Convert.ToBase64String(Public);

    /// <exception cref="ArgumentOutOfRangeException">A half that is not 32 bytes.</exception>
    public static SigningKey Create(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> publicKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, SeedBytes, nameof(seed));
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, PublicBytes, nameof(publicKey));
        return new([.. seed, .. publicKey]);
    }

    /// <summary>Reads a key from what <see cref="Reveal"/> gave.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SigningKey? key)
    {
        key = null;
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        var bytes = new byte[SeedBytes + PublicBytes + 1];   // one more: a longer key is told apart from a whole one
        if (!Convert.TryFromBase64Chars(text.AsSpan(Prefix.Length), bytes, out var length) || length != SeedBytes + PublicBytes) return false;
        key = new(bytes[..length]);
        return true;
    }

    public override string ToString() => Prefix + "(hidden)";
}
