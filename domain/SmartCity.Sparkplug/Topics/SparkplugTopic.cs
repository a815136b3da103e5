using SmartCity.Readings;

namespace SmartCity.Sparkplug;

/// <summary>The nine kinds of messages (Sparkplug 3.0, section 4.1.2).</summary>
public enum MessageKind : byte
{
    NBirth = 1,
    NDeath,
    DBirth,
    DDeath,
    NData,
    DData,
    NCmd,
    DCmd,
    State,
}

/// <summary>Why a text is not a topic of ours.</summary>
public enum TopicFault : byte
{
    None = 0,

    /// <summary>Does not begin with <c>spBv1.0/</c>.</summary>
    NotSparkplug,

    /// <summary>Too few or too many levels for its kind of message.</summary>
    WrongLevels,

    /// <summary>The third level names no kind of message.</summary>
    UnknownKind,

    /// <summary>An id is empty.</summary>
    EmptyId,

    /// <summary>An id holds <c>+</c>, <c>/</c>, <c>#</c>, a control character, or half a surrogate pair.</summary>
    BadCharacter,

    /// <summary>An id is longer than <see cref="SparkplugId.MaxLength"/>.</summary>
    IdTooLong,
}

/// <summary>Group, node, device and host ids: any UTF-8 but the characters that MQTT keeps for itself (sections 4.1.1, 4.1.3 and 4.1.4).</summary>
public static class SparkplugId
{
    /// <summary>Our limit, in characters; the standard has none.</summary>
    public const int MaxLength = 256;

    /// <summary>None when the id may stand in a topic.</summary>
    public static TopicFault Check(ReadOnlySpan<char> id)
    {
        if (id.IsEmpty) return TopicFault.EmptyId;
        if (id.Length > MaxLength) return TopicFault.IdTooLong;
        for (var i = 0; i < id.Length; i++)
        {
            var c = id[i];
            if (c is '+' or '/' or '#' || char.IsControl(c)) return TopicFault.BadCharacter;
            if (!char.IsSurrogate(c)) continue;
            if (!char.IsHighSurrogate(c) || i + 1 >= id.Length || !char.IsLowSurrogate(id[i + 1])) return TopicFault.BadCharacter;
            i++;
        }
        return TopicFault.None;
    }
}

/// <summary>A Sparkplug topic. For STATE, <see cref="Group"/> is empty and <see cref="Node"/> is the host's id.</summary>
public readonly record struct SparkplugTopic
{
    public const string Namespace = "spBv1.0";

    private SparkplugTopic(MessageKind kind, string group, string node, string? device)
    {
        Kind = kind;
        Group = group;
        Node = node;
        Device = device;
    }

    public MessageKind Kind { get; }
    public string Group { get; }
    public string Node { get; }

    /// <summary>In the four device messages only.</summary>
    public string? Device { get; }

    public NodeKey NodeKey => new(Group, Node);

    /// <exception cref="ArgumentException">The kind is a device's or STATE, or an id breaks the rules.</exception>
    public static SparkplugTopic Of(MessageKind kind, NodeKey node) =>
        kind is MessageKind.NBirth or MessageKind.NDeath or MessageKind.NData or MessageKind.NCmd
            ? new(kind, Checked(node.Group), Checked(node.Node), null)
            : throw new ArgumentException($"{kind} is not a node's message.", nameof(kind));

    /// <exception cref="ArgumentException">The kind is not a device's, or an id breaks the rules.</exception>
    public static SparkplugTopic Of(MessageKind kind, DeviceKey device) =>
        IsOfDevice(kind)
            ? new(kind, Checked(device.Node.Group), Checked(device.Node.Node), Checked(device.Device))
            : throw new ArgumentException($"{kind} is not a device's message.", nameof(kind));

    /// <exception cref="ArgumentException">The id breaks the rules.</exception>
    public static SparkplugTopic State(string host) => new(MessageKind.State, "", Checked(host), null);

    public static bool IsOfDevice(MessageKind kind) => kind is MessageKind.DBirth or MessageKind.DDeath or MessageKind.DData or MessageKind.DCmd;

    /// <summary>False, and the reason, when the text is not a topic by the standard. Case matters.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SparkplugTopic topic, out TopicFault fault)
    {
        topic = default;
        Span<Range> levels = stackalloc Range[6];
        var count = text.Split(levels, '/');
        if (!text[levels[0]].SequenceEqual(Namespace)) return Fault(fault = TopicFault.NotSparkplug);
        if (count == 3 && text[levels[1]] is "STATE")
        {
            var host = text[levels[2]];
            if ((fault = SparkplugId.Check(host)) != TopicFault.None) return false;
            topic = new(MessageKind.State, "", host.ToString(), null);
            return true;
        }
        if (count is < 4 or > 5) return Fault(fault = TopicFault.WrongLevels);
        if (KindOf(text[levels[2]]) is not { } kind) return Fault(fault = TopicFault.UnknownKind);
        if (count != (IsOfDevice(kind) ? 5 : 4)) return Fault(fault = TopicFault.WrongLevels);
        var group = text[levels[1]];
        var node = text[levels[3]];
        var device = count == 5 ? text[levels[4]] : default;
        fault = SparkplugId.Check(group);
        if (fault == TopicFault.None) fault = SparkplugId.Check(node);
        if (fault == TopicFault.None && count == 5) fault = SparkplugId.Check(device);
        if (fault != TopicFault.None) return false;
        topic = new(kind, group.ToString(), node.ToString(), count == 5 ? device.ToString() : null);
        return true;
    }

    public override string ToString() => Kind == MessageKind.State ? $"{Namespace}/STATE/{Node}"
        : Device is null ? $"{Namespace}/{Group}/{Word(Kind)}/{Node}"
        : $"{Namespace}/{Group}/{Word(Kind)}/{Node}/{Device}";

    /// <summary>The kind as it stands in a topic.</summary>
    public static string Word(MessageKind kind) => kind switch
    {
        MessageKind.NBirth => "NBIRTH",
        MessageKind.NDeath => "NDEATH",
        MessageKind.DBirth => "DBIRTH",
        MessageKind.DDeath => "DDEATH",
        MessageKind.NData => "NDATA",
        MessageKind.DData => "DDATA",
        MessageKind.NCmd => "NCMD",
        MessageKind.DCmd => "DCMD",
        MessageKind.State => "STATE",
    };

    private static MessageKind? KindOf(ReadOnlySpan<char> word) => word switch
    {
        "NBIRTH" => MessageKind.NBirth,
        "NDEATH" => MessageKind.NDeath,
        "DBIRTH" => MessageKind.DBirth,
        "DDEATH" => MessageKind.DDeath,
        "NDATA" => MessageKind.NData,
        "DDATA" => MessageKind.DData,
        "NCMD" => MessageKind.NCmd,
        "DCMD" => MessageKind.DCmd,
        _ => null,
    };

    private static string Checked(string id) =>
        SparkplugId.Check(id) is var fault && fault == TopicFault.None ? id : throw new ArgumentException($"'{id}' cannot stand in a topic: {fault}.");

    private static bool Fault(TopicFault _) => false;
}
