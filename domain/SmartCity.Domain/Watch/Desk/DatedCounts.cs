using SmartCity.Readings;

namespace SmartCity.Watch.Desk;

/// <summary>Counts in periods of equal length, the last so many of them: a ring. What is older is forgotten; what is newer than all moves the ring on.</summary>
internal sealed class DatedCounts(TimeSpan period, int periods)
{
    private readonly int[] _counts = new int[periods];
    private long _newest = long.MinValue;

    public void Add(Instant at)
    {
        var index = IndexOf(at);
        MoveTo(index);
        if (index > _newest - periods) _counts[Slot(index)]++;
    }

    /// <summary>All periods up to now's.</summary>
    public int Sum(Instant now) => Kept(now).Sum();

    public int Most(Instant now) => Kept(now).DefaultIfEmpty(0).Max();

    /// <summary>Periods with more than so many.</summary>
    public int Over(int limit, Instant now) => Kept(now).Count(count => count > limit);

    /// <summary>The last so many periods, oldest first, now's the last.</summary>
    public IReadOnlyList<int> Last(int count, Instant now)
    {
        var index = IndexOf(now);
        MoveTo(index);
        return [.. Enumerable.Range(0, count).Select(i => index - count + 1 + i).Select(i => i > _newest - periods && i <= _newest ? _counts[Slot(i)] : 0)];
    }

    private int[] Kept(Instant now)
    {
        MoveTo(IndexOf(now));
        return _counts;
    }

    private void MoveTo(long index)
    {
        if (index <= _newest) return;
        if (_newest == long.MinValue || index - _newest >= periods) Array.Clear(_counts);
        else
        {
            for (var i = _newest + 1; i <= index; i++) _counts[Slot(i)] = 0;
        }
        _newest = index;
    }

    private long IndexOf(Instant at) => Math.DivRem(at.UnixMilliseconds, (long)period.TotalMilliseconds).Quotient;

    private int Slot(long index) => (int)(((index % periods) + periods) % periods);
}
