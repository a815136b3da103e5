namespace CityHub.Silo.Twins;

/// <summary>Who has to be looked at, and when. An entry that has been overtaken by a later answer is skipped when it comes up. Not thread-safe.</summary>
internal sealed class DeadlineIndex<T> where T : class, IHasDeadline
{
    private readonly PriorityQueue<T, long> _queue = new();

    /// <summary>Asks for a look at a time (Unix ms), unless an earlier one is planned.</summary>
    public void Plan(T item, long at)
    {
        if (at >= item.PlannedAt) return;
        item.PlannedAt = at;
        _queue.Enqueue(item, at);
    }

    /// <summary>The next one that is due; it has no plan any more.</summary>
    public bool TryTake(long now, out T item)
    {
        while (_queue.TryPeek(out item!, out var at) && at <= now)
        {
            _queue.Dequeue();
            if (item.PlannedAt != at) continue;
            item.PlannedAt = long.MaxValue;
            return true;
        }
        return false;
    }
}

internal interface IHasDeadline
{
    /// <summary>When it is to be looked at, Unix ms; the greatest number: not planned.</summary>
    long PlannedAt { get; set; }
}
