using System.Threading.Channels;

namespace CityHub.Silo.Webhooks;

/// <summary>Wakes the delivery at once when something was queued. Ringing twice before it woke is ringing once; a lost ring costs time, never a message.</summary>
public sealed class WebhookBell : IDisposable
{
    private readonly Channel<bool> _rung = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private ITimer? _timer;
    private DateTimeOffset? _armed;
    private volatile bool _fired;

    public void Ring() => _rung.Writer.TryWrite(true);

    /// <summary>Waits for a ring or for <paramref name="until"/>, whichever comes first; null: for a ring alone. One waiter at a time.</summary>
    internal ValueTask<bool> Wait(DateTimeOffset? until, DeliveryClock clock, TimeProvider time, CancellationToken cancel)
    {
        if (until != _armed || _fired)
        {
            _armed = until;
            _fired = false;
            _timer ??= time.CreateTimer(static bell => ((WebhookBell)bell!).Elapsed(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(until is { } at ? Positive(at - clock.UtcNow) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        // Armed first, then looked at: a clock that moved in between fires nothing.
        if (until <= clock.UtcNow) Ring();
        return _rung.Reader.ReadAsync(cancel);
    }

    public void Dispose() => _timer?.Dispose();

    private void Elapsed()
    {
        _fired = true; // if it was a moment early, it is wanted again
        Ring();
    }

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;
}
