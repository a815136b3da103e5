namespace CityHub.Silo.Webhooks;

/// <summary>Ed25519 (RFC 8032), which .NET has not. Thread-safe.</summary>
public interface IEd25519
{
    /// <summary>Why it is not to be had on this machine; null: it is.</summary>
    string? Missing { get; }

    /// <param name="seed">32 bytes: the private half.</param>
    /// <returns>32 bytes.</returns>
    /// <exception cref="NotSupportedException">It is <see cref="Missing"/>.</exception>
    byte[] PublicKey(ReadOnlySpan<byte> seed);

    /// <param name="seed">32 bytes: the private half.</param>
    /// <returns>64 bytes.</returns>
    /// <exception cref="NotSupportedException">It is <see cref="Missing"/>.</exception>
    byte[] Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message);

    /// <exception cref="NotSupportedException">It is <see cref="Missing"/>.</exception>
    bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
}
