namespace CityHub.Api.Events;

/// <summary>How many readers of live events there are.</summary>
internal sealed class StreamCount
{
    private int _open;

    public int Open => Volatile.Read(ref _open);

    /// <summary>A place among the readers, given back on dispose; null when all are taken.</summary>
    public IDisposable? Enter(int most)
    {
        if (Interlocked.Increment(ref _open) <= most) return new Place(this);
        Interlocked.Decrement(ref _open);
        return null;
    }

    private sealed class Place(StreamCount count) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref count._open);
    }
}
