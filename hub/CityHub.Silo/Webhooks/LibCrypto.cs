using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <summary>Ed25519 by the system's OpenSSL 3 (libcrypto), which every .NET on Linux stands on for its TLS.</summary>
public sealed partial class LibCrypto : IEd25519
{
    private const string Library = "libcrypto.so.3";
    private const int Ed25519 = 1087;   // EVP_PKEY_ED25519, openssl/obj_mac.h
    private const int SignatureBytes = 64;

    public string? Missing { get; } = NativeLibrary.TryLoad(Library, out _) ? null : $"this machine has no {Library} (package libssl3)";

    public byte[] PublicKey(ReadOnlySpan<byte> seed)
    {
        using var key = Private(seed);
        var bytes = new byte[SigningKey.PublicBytes];
        var length = (nuint)bytes.Length;
        Check(EVP_PKEY_get_raw_public_key(key, bytes, ref length) == 1 && length == SigningKey.PublicBytes);
        return bytes;
    }

    public byte[] Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message)
    {
        using var key = Private(seed);
        using var digest = Digest();
        Check(EVP_DigestSignInit(digest, 0, 0, 0, key) == 1);
        var signature = new byte[SignatureBytes];
        var length = (nuint)signature.Length;
        Check(EVP_DigestSign(digest, signature, ref length, message, (nuint)message.Length) == 1 && length == SignatureBytes);
        return signature;
    }

    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Available();
        using var key = EVP_PKEY_new_raw_public_key(Ed25519, 0, publicKey, (nuint)publicKey.Length);
        if (key.IsInvalid) return false;   // 32 bytes that are no point of the curve
        using var digest = Digest();
        Check(EVP_DigestVerifyInit(digest, 0, 0, 0, key) == 1);
        return EVP_DigestVerify(digest, signature, (nuint)signature.Length, message, (nuint)message.Length) == 1;
    }

    private Key Private(ReadOnlySpan<byte> seed)
    {
        Available();
        var key = EVP_PKEY_new_raw_private_key(Ed25519, 0, seed, (nuint)seed.Length);
        Check(!key.IsInvalid);
        return key;
    }

    private static Context Digest()
    {
        var digest = EVP_MD_CTX_new();
        Check(!digest.IsInvalid);
        return digest;
    }

    private void Available()
    {
        if (Missing is not null) throw new NotSupportedException(Missing);
    }

    private static void Check(bool went)
    {
        if (!went) throw new System.Security.Cryptography.CryptographicException("libcrypto refused an Ed25519 key or operation.");
    }

    [LibraryImport(Library)]
    private static partial Key EVP_PKEY_new_raw_private_key(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library)]
    private static partial Key EVP_PKEY_new_raw_public_key(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_get_raw_public_key(Key key, Span<byte> bytes, ref nuint length);

    [LibraryImport(Library)]
    private static partial Context EVP_MD_CTX_new();

    [LibraryImport(Library)]
    private static partial int EVP_DigestSignInit(Context digest, nint keyContext, nint type, nint engine, Key key);

    [LibraryImport(Library)]
    private static partial int EVP_DigestSign(Context digest, Span<byte> signature, ref nuint signatureLength, ReadOnlySpan<byte> message, nuint length);

    [LibraryImport(Library)]
    private static partial int EVP_DigestVerifyInit(Context digest, nint keyContext, nint type, nint engine, Key key);

    [LibraryImport(Library)]
    private static partial int EVP_DigestVerify(Context digest, ReadOnlySpan<byte> signature, nuint signatureLength, ReadOnlySpan<byte> message, nuint length);

    [LibraryImport(Library)]
    private static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    private static partial void EVP_MD_CTX_free(nint digest);

    private sealed class Key() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle()
        {
            EVP_PKEY_free(handle);
            return true;
        }
    }

    private sealed class Context() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle()
        {
            EVP_MD_CTX_free(handle);
            return true;
        }
    }
}
