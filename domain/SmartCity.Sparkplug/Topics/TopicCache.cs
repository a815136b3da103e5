using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace SmartCity.Sparkplug;

/// <summary>
/// Topics by their bytes, parsed once each: a hub hears the same ten thousand topics all day. Faulty topics are not kept; when the limit is
/// reached all are forgotten, so that made-up topics cannot fill the memory. Not thread-safe.
/// </summary>
/// <param name="limit">Topics kept at most.</param>
public sealed class TopicCache(int limit)
{
    private const int MaxTopicBytes = 4096;

    private readonly Dictionary<byte[], SparkplugTopic> _topics = new(Utf8Comparer.Instance);

    public bool TryParse(ReadOnlySpan<byte> utf8, out SparkplugTopic topic, out TopicFault fault)
    {
        var lookup = _topics.GetAlternateLookup<ReadOnlySpan<byte>>();
        fault = TopicFault.None;
        if (lookup.TryGetValue(utf8, out topic)) return true;
        if (utf8.Length > MaxTopicBytes)
        {
            fault = TopicFault.IdTooLong;
            return false;
        }
        if (!Utf8.IsValid(utf8))
        {
            fault = TopicFault.BadCharacter;
            return false;
        }
        if (!SparkplugTopic.TryParse(Encoding.UTF8.GetString(utf8), out topic, out fault)) return false;
        if (_topics.Count >= limit) _topics.Clear();
        lookup[utf8] = topic;
        return true;
    }
}

/// <summary>Dictionaries keyed by UTF-8 that are asked with spans.</summary>
internal sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly Utf8Comparer Instance = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = new HashCode(); // seeded per process: names from outside cannot be made to collide
        hash.AddBytes(alternate);
        return hash.ToHashCode();
    }

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
