using SmartCity.Readings;

namespace CityHub.Silo.Twins;

/// <summary>
/// Answers to nodes that wait until the store itself holds what they answer for. An answer says all that its node's ledger holds, so a later one of a node can stand for
/// an earlier: when a store is away for long, the newest two groups become one, and no more wait than <see cref="MaxGroups"/> for each node. Single-threaded.
/// </summary>
public sealed class HeldAnswers
{
    public const int MaxGroups = 8;

    private readonly LinkedList<(long Block, Dictionary<NodeKey, byte[]> Answers)> _groups = [];

    /// <summary>Answers that wait.</summary>
    public int Count => _groups.Sum(group => group.Answers.Count);

    /// <param name="block">The last block that they answer for; never less than the one before.</param>
    public void Add(long block, IReadOnlyCollection<(NodeKey Node, byte[] Answer)> answers)
    {
        if (answers.Count == 0) return;
        var group = _groups.Count < MaxGroups ? [] : _groups.Last!.Value.Answers;
        if (_groups.Count >= MaxGroups) _groups.RemoveLast();
        foreach (var (node, answer) in answers) group[node] = answer;
        _groups.AddLast((block, group));
    }

    /// <summary>The answers that may go, the newest of each node alone.</summary>
    public IReadOnlyDictionary<NodeKey, byte[]> TakeThrough(long block)
    {
        var due = new Dictionary<NodeKey, byte[]>();
        while (_groups.First is { } first && first.Value.Block <= block)
        {
            foreach (var (node, answer) in first.Value.Answers) due[node] = answer;
            _groups.RemoveFirst();
        }
        return due;
    }
}
