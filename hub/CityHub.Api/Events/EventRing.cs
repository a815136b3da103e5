using CityHub.Contracts;

namespace CityHub.Api.Events;

/// <summary>
/// The last events, for any number of readers. A reader keeps a place of its own; one that falls behind by more than the ring holds
/// learns that it missed some, and nobody waits for it.
/// </summary>
public sealed class EventRing(int capacity)
{
    private readonly Lock _gate = new();
    private readonly HubEvent[] _ring = new HubEvent[capacity];
    private long _written;   // places are counted from 0; place p lies in slot p % capacity
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Add(HubEvent happened)
    {
        TaskCompletionSource news;
        lock (_gate)
        {
            _ring[_written++ % capacity] = happened;
            news = _news;
            _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        news.SetResult();
    }

    /// <summary>The place after the newest event: where a reader starts that wants what comes.</summary>
    public long Now
    {
        get
        {
            lock (_gate) return _written;
        }
    }

    /// <summary>The place after the event with this number, or null: it has left the ring, or was never in it.</summary>
    public long? After(long number)
    {
        lock (_gate)
        {
            for (var place = _written - 1; place >= Math.Max(0, _written - capacity); place--)
            {
                if (_ring[place % capacity].Number == number) return place + 1;
            }
            return null;
        }
    }

    /// <summary>Events from a place on, at most <paramref name="most"/>, and the place after them. <c>Missed</c>: the ring has gone on over that place.</summary>
    public (IReadOnlyList<HubEvent> Events, long Next, bool Missed) From(long place, int most = 256)
    {
        lock (_gate)
        {
            var oldest = Math.Max(0, _written - capacity);
            var start = Math.Max(place, oldest);
            var count = (int)Math.Min(most, _written - start);
            var events = new HubEvent[count];
            for (var i = 0; i < count; i++) events[i] = _ring[(start + i) % capacity];
            return (events, start + count, place < oldest);
        }
    }

    /// <summary>Completes when there is something at <paramref name="place"/>.</summary>
    public Task News(long place)
    {
        lock (_gate) return _written > place ? Task.CompletedTask : _news.Task;
    }
}
