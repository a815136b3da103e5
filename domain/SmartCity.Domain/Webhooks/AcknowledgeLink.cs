using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Webhooks;

/// <summary>What a link to acknowledge an episode turns out to be.</summary>
public enum LinkVerdict : byte
{
    Good,

    /// <summary>It was ours, and its time is over.</summary>
    Expired,

    /// <summary>Not made with our key, or changed since.</summary>
    Forged,
}

/// <summary>
/// A link by which one subscription can acknowledge one episode until an instant, without a key: HMAC-SHA256 over all three, its first 128 bits. It is used up by
/// the acknowledgement itself, of which each subscription has one per episode.
/// </summary>
public static class AcknowledgeLink
{
    /// <summary>How long it is good for, from the message that carries it.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public const int KeyBytes = 32;

    private const int MacBytes = 16;

    /// <summary>The path below the hub's address, without a slash before it: characters that need no escaping anywhere.</summary>
    public static string Path(ReadOnlySpan<byte> key, string subscription, EpisodeId episode, Instant expires) =>
        string.Create(CultureInfo.InvariantCulture, $"a/{subscription}/{episode.Value}/{Seconds(expires)}/{Mac(key, subscription, episode, Seconds(expires))}");

    /// <param name="expires">Unix seconds, as the path has them.</param>
    /// <param name="mac">The last part of the path.</param>
    /// <param name="now">Wall clock.</param>
    public static LinkVerdict Verify(ReadOnlySpan<byte> key, string subscription, EpisodeId episode, string expires, string mac, Instant now)
    {
        if (!long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var until)) return LinkVerdict.Forged;
        var ours = Encoding.ASCII.GetBytes(Mac(key, subscription, episode, until));
        if (!CryptographicOperations.FixedTimeEquals(ours, Encoding.UTF8.GetBytes(mac))) return LinkVerdict.Forged;
        return now.UnixMilliseconds < until * 1000 ? LinkVerdict.Good : LinkVerdict.Expired;
    }

    private static long Seconds(Instant at) => at.UnixMilliseconds / 1000;

    private static string Mac(ReadOnlySpan<byte> key, string subscription, EpisodeId episode, long expires)
    {
        var text = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"acknowledge\n{subscription}\n{episode.Value}\n{expires}"));
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, text, hash);
        return Base64Url.EncodeToString(hash[..MacBytes]);
    }
}
