namespace SmartCity.Telemetry;

/// <summary>One lane of a <see cref="SendWindow"/>.</summary>
internal sealed class WindowLane
{
    private LaneExtent _kept = new(1, 1);
    private IReadOnlyList<BatchRange> _above = [];
    private ulong _cursor = 1; // the first batch that was not sent since the birth

    public ulong Through { get; set; }

    public ulong Next => _kept.Next;

    /// <summary>Sent and neither answered nor given up, with the time of sending.</summary>
    public Dictionary<ulong, TimeSpan> InFlight { get; } = [];

    /// <summary>Sent, given up, to be sent again.</summary>
    public SortedSet<ulong> Due { get; } = [];

    public bool HasGap => _kept.Oldest > Through + 1;

    public ulong Backlog
    {
        get
        {
            var from = Math.Max(_kept.Oldest, Through + 1);
            var count = _kept.Next > from ? _kept.Next - from : 0;
            foreach (var range in _above)
            {
                if (range.Last >= from) count -= Math.Min(count, range.Last - Math.Max(range.First, from) + 1);
            }
            return count;
        }
    }

    /// <summary>How many in flight are no longer kept.</summary>
    public int Extend(LaneExtent kept)
    {
        var before = InFlight.Count;
        if (kept.Oldest > _kept.Oldest)
        {
            Due.RemoveWhere(batch => batch < kept.Oldest);
            foreach (var batch in InFlight.Keys.Where(batch => batch < kept.Oldest).ToList()) InFlight.Remove(batch);
        }
        _kept = kept;
        return before - InFlight.Count;
    }

    public void StartOver()
    {
        InFlight.Clear();
        Due.Clear();
        _cursor = Math.Max(_kept.Oldest, Through + 1);
    }

    public void AllDue()
    {
        Due.UnionWith(InFlight.Keys);
        InFlight.Clear();
    }

    public bool TryNext(out ulong batch, out bool again)
    {
        again = Due.Count > 0;
        if (again)
        {
            batch = Due.Min;
            Due.Remove(batch);
            return true;
        }
        _cursor = Math.Max(_cursor, Math.Max(_kept.Oldest, Through + 1));
        foreach (var range in _above)
        {
            if (range.First <= _cursor && _cursor <= range.Last) _cursor = range.Last + 1;
        }
        while (InFlight.ContainsKey(_cursor)) _cursor++; // after a lower start than before
        batch = _cursor;
        if (_cursor >= _kept.Next) return false;
        _cursor++;
        return true;
    }

    /// <summary>How many batches that waited for an answer have one now, and how many of them were in flight.</summary>
    public (int Answered, int Flying) Answer(LaneAnswer said)
    {
        if (said.Through < Through) _cursor = Math.Min(_cursor, said.Through + 1);
        Through = said.Through;
        _above = said.Above;
        var due = Due.RemoveWhere(IsAnswered);
        var flying = InFlight.Keys.Where(IsAnswered).ToList();
        foreach (var batch in flying) InFlight.Remove(batch);
        return (due + flying.Count, flying.Count);
    }

    private bool IsAnswered(ulong batch)
    {
        if (batch <= Through) return true;
        foreach (var range in _above)
        {
            if (range.First <= batch && batch <= range.Last) return true;
        }
        return false;
    }
}
