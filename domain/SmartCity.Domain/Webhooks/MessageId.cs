using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using SmartCity.Watch;

namespace SmartCity.Webhooks;

/// <summary>Makes the <c>webhook-id</c>: the receiver's key for "have I had this already".</summary>
public static class MessageId
{
    public const string Prefix = "msg_";

    /// <summary><c>msg_</c> and 128 bits of SHA-256 over subscription, episode and the change's number in hex: the same change never gets two ids, whoever composes it and however often.</summary>
    public static string Of(string subscription, EpisodeId episode, long change)
    {
        var text = Encoding.UTF8.GetBytes(subscription + "\n" + episode.Value + "\n");
        var bytes = new byte[text.Length + sizeof(long)];
        text.CopyTo(bytes, 0);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(text.Length), change);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Prefix + Convert.ToHexStringLower(hash[..16]);
    }
}
