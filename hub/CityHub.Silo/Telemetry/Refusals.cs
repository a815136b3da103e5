using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CityHub.Silo.Telemetry;

/// <summary>Reasons that the hub adds to those of the Sparkplug session (<see cref="SmartCity.Sparkplug.SetAsideReason"/>), as metrics and logs name them.</summary>
public static class RefusalReason
{
    /// <summary>The topic names no node, or no kind of message.</summary>
    public const string MalformedTopic = "malformed_topic";

    /// <summary>Longer than is taken.</summary>
    public const string Oversized = "oversized";

    /// <summary>A stamp further ahead of the city clock than is believed.</summary>
    public const string Future = "future";

    /// <summary>A stamp further back than is believed.</summary>
    public const string Ancient = "ancient";

    /// <summary>Not a number, infinite, or a value of no number's datatype.</summary>
    public const string NotANumber = "not_a_number";

    /// <summary>A number that its quantity cannot be: kept, marked as failed, never taken for good.</summary>
    public const string Implausible = "implausible";

    /// <summary>A quantity that the catalogue does not know.</summary>
    public const string Uncatalogued = "uncatalogued";

    /// <summary>A stamp that no calendar shows.</summary>
    public const string BadTimestamp = "bad_timestamp";

    /// <summary>A batch that is in already.</summary>
    public const string DuplicateBatch = "duplicate_batch";

    /// <summary>A reading of an unledgered source that is in already.</summary>
    public const string DuplicateReading = "duplicate_reading";

    /// <summary>A batch above more holes than are tracked; the node resends it.</summary>
    public const string TooScattered = "too_scattered";

    /// <summary>A fault of the hub's own while it handled a message: please report it.</summary>
    public const string OurFault = "our_fault";

    /// <summary>SenML that breaks RFC 8428.</summary>
    public const string MalformedSenMl = "malformed_senml";

    /// <summary>A unit that does not measure the quantity.</summary>
    public const string WrongUnit = "wrong_unit";

    /// <summary>A value of a kind that the quantity cannot have.</summary>
    public const string WrongDatatype = "wrong_datatype";

    /// <summary>More nodes, or more sensors of one node, than the hub keeps.</summary>
    public const string TooMany = "too_many";
}

/// <summary>Counts what is set aside, and logs it once for each node and reason. Thread-safe.</summary>
public sealed partial class Refusals(HubMetrics metrics, ILogger<Refusals> log)
{
    /// <summary>Pairs of node and reason that are remembered; what comes after is counted, not logged.</summary>
    private const int RememberedLimit = 20_000;

    /// <summary>Holes that wait to be taken; those beyond it are counted in the metric and logged all the same.</summary>
    private const int LostLimit = 10_000;

    private readonly ConcurrentDictionary<(string Node, string Reason), byte> _logged = [];
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(string Node, long Batches)> _lost = new();
    private int _remembered;

    /// <summary>How often, since the start.</summary>
    public long Count(string reason) => _counts.GetValueOrDefault(reason);

    /// <summary>A hole in a node's ledger: batches that it no longer keeps and that never came.</summary>
    public void Lost(string node, long batches)
    {
        if (_lost.Count < LostLimit) _lost.Enqueue((node, batches));
    }

    /// <summary>The next hole that nobody has taken yet.</summary>
    public bool TryTakeLost(out (string Node, long Batches) lost) => _lost.TryDequeue(out lost);

    /// <summary>All that was set aside since the start, but for what was in already: that is what resending is for.</summary>
    public long Total => _counts.Sum(one => one.Key is RefusalReason.DuplicateBatch or RefusalReason.DuplicateReading ? 0 : one.Value);

    public void Add(string node, string reason, long count = 1)
    {
        if (count <= 0) return;
        metrics.SetAside.Add(count, new KeyValuePair<string, object?>("reason", reason));
        _counts.AddOrUpdate(reason, static (_, more) => more, static (_, before, more) => before + more, count);
        if (Volatile.Read(ref _remembered) >= RememberedLimit || !_logged.TryAdd((node, reason), 0)) return;
        Interlocked.Increment(ref _remembered);
        Logged(node, reason);
    }

    [LoggerMessage(LogLevel.Warning, "Set aside from {Node}: {Reason}. Further ones of this node and reason are counted, not logged.")]
    private partial void Logged(string node, string reason);
}
