using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CityHub.Silo.Timeline;

/// <summary>Says of each damaged block once where it is, and counts it each time it is met. Thread-safe.</summary>
internal sealed partial class DamageLog(TimelineMetrics metrics, ILogger log)
{
    private const int MaxNamed = 1000;
    private readonly ConcurrentDictionary<string, bool> _named = new(StringComparer.Ordinal);

    public void Found(string part, string where)
    {
        metrics.Damage(part);
        if (_named.Count < MaxNamed && _named.TryAdd(where, true)) Damaged(log, where);
    }

    [LoggerMessage(LogLevel.Error, "The timeline skips what it cannot read: {Where}")]
    private static partial void Damaged(ILogger log, string where);
}
