namespace CityHub.Silo.Telemetry;

/// <summary>What a topic's bytes say at a glance, without a string: enough to find the shard and to know what may be shed.</summary>
internal enum TopicGlance : byte
{
    /// <summary>No topic that this hub takes.</summary>
    Malformed,

    /// <summary>Readings, of a node or a device: may be shed when they are raw.</summary>
    Data,

    /// <summary>Births and deaths.</summary>
    Session,

    /// <summary>What hosts say to nodes, our own words among them.</summary>
    Command,

    /// <summary>SenML.</summary>
    SenMl,
}

/// <summary>The levels of a topic that name a node.</summary>
internal readonly ref struct TopicParts
{
    private TopicParts(TopicGlance glance, ReadOnlySpan<byte> group, ReadOnlySpan<byte> node)
    {
        Glance = glance;
        Group = group;
        Node = node;
    }

    public TopicGlance Glance { get; }
    public ReadOnlySpan<byte> Group { get; }
    public ReadOnlySpan<byte> Node { get; }

    /// <summary>The same for the same node, in every run.</summary>
    public uint Hash => NodeHash.Of(Group, Node);

    public static TopicParts Of(ReadOnlySpan<byte> topic)
    {
        if (topic.StartsWith("senml/"u8))
        {
            var rest = topic[6..];
            var group = Level(ref rest);
            return group.IsEmpty || rest.IsEmpty || rest.Contains((byte)'/') ? default : new(TopicGlance.SenMl, group, rest);
        }
        if (!topic.StartsWith("spBv1.0/"u8)) return default;
        var levels = topic[8..];
        var ofGroup = Level(ref levels);
        var kind = Level(ref levels);
        var node = Level(ref levels);
        if (ofGroup.IsEmpty || node.IsEmpty) return default;
        return new(Kind(kind), ofGroup, node);
    }

    private static TopicGlance Kind(ReadOnlySpan<byte> kind) =>
        kind.SequenceEqual("DDATA"u8) || kind.SequenceEqual("NDATA"u8) ? TopicGlance.Data
        : kind.SequenceEqual("NBIRTH"u8) || kind.SequenceEqual("DBIRTH"u8) || kind.SequenceEqual("NDEATH"u8) || kind.SequenceEqual("DDEATH"u8) ? TopicGlance.Session
        : kind.SequenceEqual("NCMD"u8) || kind.SequenceEqual("DCMD"u8) ? TopicGlance.Command
        : TopicGlance.Malformed;

    private static ReadOnlySpan<byte> Level(scoped ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)'/');
        var level = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return level;
    }
}

/// <summary>FNV-1a over group and node: which shard a node lives in.</summary>
internal static class NodeHash
{
    public static uint Of(ReadOnlySpan<byte> group, ReadOnlySpan<byte> node)
    {
        var hash = Add(2166136261, group);
        return Add(unchecked((hash ^ (byte)'/') * 16777619), node);
    }

    private static uint Add(uint hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes) hash = unchecked((hash ^ b) * 16777619);
        return hash;
    }
}
