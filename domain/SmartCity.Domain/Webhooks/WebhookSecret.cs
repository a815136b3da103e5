using System.Diagnostics.CodeAnalysis;

namespace SmartCity.Webhooks;

/// <summary>Why a text is no signing secret.</summary>
public enum SecretFault : byte
{
    None,

    /// <summary>It does not begin with <c>whsec_</c>.</summary>
    NoPrefix,

    /// <summary>What follows the prefix is not standard base64 with padding.</summary>
    NotBase64,

    /// <summary>Fewer than 24 bytes.</summary>
    TooShort,

    /// <summary>More than 64 bytes.</summary>
    TooLong,
}

/// <summary>
/// A symmetric signing secret of one endpoint (Standard Webhooks 1.0.0, signature scheme): 24 to 64 random bytes, shown as <c>whsec_</c> and base64.
/// Its <see cref="ToString"/> hides it, so that no log and no error can tell it.
/// </summary>
public sealed class WebhookSecret
{
    public const string Prefix = "whsec_";
    public const int MinBytes = 24;
    public const int MaxBytes = 64;

    /// <summary>Bytes of a secret that the hub makes: 256 bits, the strength of the hash.</summary>
    public const int NewBytes = 32;

    private readonly byte[] key;

    private WebhookSecret(byte[] key) => this.key = key;

    /// <summary>Key of the HMAC.</summary>
    public ReadOnlySpan<byte> Key => key;

    /// <summary>The text that is given to the receiver once.</summary>
    public string Reveal() => Prefix + Convert.ToBase64String(key);

    /// <param name="random">24 to 64 bytes from a cryptographic source.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer or more bytes.</exception>
    public static WebhookSecret Create(ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(random.Length, MinBytes, nameof(random));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(random.Length, MaxBytes, nameof(random));
        return new(random.ToArray());
    }

    /// <summary>Reads a secret from its text, or says why it is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out WebhookSecret? secret, out SecretFault fault)
    {
        secret = null;
        fault = SecretFault.NoPrefix;
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        var encoded = text.AsSpan(Prefix.Length);

        // Twice the length that 64 bytes need is enough to tell "too long" from "not base64" without decoding whatever was sent.
        Span<byte> bytes = stackalloc byte[2 * MaxBytes];
        if (encoded.Length > bytes.Length * 4 / 3)
        {
            fault = SecretFault.TooLong;
            return false;
        }

        if (encoded.ContainsAny(" \t\r\n") || !Convert.TryFromBase64Chars(encoded, bytes, out var length)) fault = SecretFault.NotBase64;
        else if (length < MinBytes) fault = SecretFault.TooShort;
        else if (length > MaxBytes) fault = SecretFault.TooLong;
        else
        {
            fault = SecretFault.None;
            secret = new(bytes[..length].ToArray());
        }

        return secret is not null;
    }

    public override string ToString() => Prefix + "(hidden)";
}
