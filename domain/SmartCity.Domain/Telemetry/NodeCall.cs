using SmartCity.Readings;

namespace SmartCity.Telemetry;

/// <summary>What became of a call to a node so far. The numbers are kept on disk.</summary>
public enum NodeCallState : byte
{
    /// <summary>Sent again and again until the node answers.</summary>
    Waiting = 1,

    /// <summary>The node has taken it.</summary>
    Taken = 2,

    /// <summary>Given up: nobody knows what the node made of it.</summary>
    Unanswered = 3,

    /// <summary>The node has refused it, and said why.</summary>
    Refused = 4,
}

/// <summary>What somebody asks of a node: other terms for its devices, a self-test, new births, its end.</summary>
/// <param name="Id">Chosen by the hub: letters a to z, digits and '-'. The node does each once and answers by it.</param>
/// <param name="Text">As the node reads it: JSON, which is YAML.</param>
/// <param name="By">Who asks.</param>
/// <param name="AskedAt">Wall clock.</param>
public sealed record NodeCall(string Id, NodeKey Node, string Text, string By, string Why, Instant AskedAt)
{
    /// <summary>The longest terms by device, in characters.</summary>
    public const int LongestText = 12 * 1024;

    /// <summary>It asks for nothing but new births.</summary>
    public bool AsksForBirthsAlone => Text == Write(Id, By, null, false, false);

    /// <summary>A call as a node reads it.</summary>
    /// <param name="by">Who asks; what a node's names cannot have becomes '-'.</param>
    /// <param name="devices">Terms by device, a JSON object; null: none.</param>
    public static string Write(string id, string by, string? devices, bool selfTest, bool reboot)
    {
        var name = new string([.. by.ToLowerInvariant().Take(63).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-')]);
        if (name.Length == 0 || !char.IsAsciiLetterOrDigit(name[0])) name = "x" + name;
        return $$"""{"by":"{{name}}","id":"{{id}}"{{(devices is null ? "" : $",\"devices\":{devices}")}}{{(selfTest ? ",\"self-test\":true" : "")}}{{(reboot ? ",\"reboot\":true" : "")}}}""";
    }

    public NodeCallState State { get; init; } = NodeCallState.Waiting;

    /// <summary>When it stopped waiting, wall clock.</summary>
    public Instant? EndedAt { get; init; }

    /// <summary>The node's own words, without the id; empty: it has said none.</summary>
    public string Answer { get; init; } = "";

    /// <summary>This call as a node's answer leaves it; null: the answer is of another call.</summary>
    public NodeCall? Answered(string answer, Instant at)
    {
        if (!answer.StartsWith(Id, StringComparison.Ordinal) || answer.AsSpan(Id.Length) is not [':', ' ', .. var words]) return null;
        return this with { State = words.StartsWith("refused", StringComparison.Ordinal) ? NodeCallState.Refused : NodeCallState.Taken, Answer = words.ToString(), EndedAt = at };
    }
}
