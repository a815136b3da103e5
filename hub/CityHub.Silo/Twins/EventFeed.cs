using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Silo.Twins;

/// <summary>What happens, told to whoever listens. A listener that falls behind by more than its queue gets its stream ended. Thread-safe.</summary>
public sealed class EventFeed
{
    /// <summary>Events that wait for one listener at most.</summary>
    public const int QueueLimit = 1024;

    private readonly Lock _gate = new();
    private readonly List<Channel<HubEvent>> _listeners = [];
    private long _number;

    public int Listeners
    {
        get
        {
            lock (_gate) return _listeners.Count;
        }
    }

    public void Tell(Instant at, string kind, string subject, Episode? episode = null)
    {
        lock (_gate)
        {
            var happened = new HubEvent(++_number, at, kind, subject, episode);
            for (var i = _listeners.Count - 1; i >= 0; i--)
            {
                if (_listeners[i].Writer.TryWrite(happened)) continue;
                _listeners[i].Writer.TryComplete();
                _listeners.RemoveAt(i);
            }
        }
    }

    public async IAsyncEnumerable<HubEvent> Listen([EnumeratorCancellation] CancellationToken cancel)
    {
        var queue = Channel.CreateBounded<HubEvent>(new BoundedChannelOptions(QueueLimit) { SingleReader = true });
        lock (_gate) _listeners.Add(queue);
        try
        {
            await foreach (var happened in queue.Reader.ReadAllAsync(cancel)) yield return happened;
        }
        finally
        {
            lock (_gate) _listeners.Remove(queue);
        }
    }
}
