using System.Threading.Channels;

namespace CityHub.Silo.Webhooks;

/// <summary>Wakes the delivery at once when something was queued. Ringing twice before it woke is ringing once; a lost ring costs time, never a message.</summary>
public sealed class WebhookBell
{
    private readonly Channel<bool> _rung = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private Task<bool>? _waiting;

    public void Ring() => _rung.Writer.TryWrite(true);

    /// <summary>Waits for a ring or for <paramref name="until"/>, whichever comes first; null: for a ring alone. One waiter at a time.</summary>
    internal async Task Wait(DateTimeOffset? until, DeliveryClock clock, TimeProvider time, CancellationToken cancel)
    {
        var rung = _waiting ??= _rung.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var timer = Task.Delay(until is { } at ? Positive(at - clock.UtcNow) : Timeout.InfiniteTimeSpan, time, ends.Token);

        // Armed first, then looked at: a clock that moved in between fires nothing.
        if (until is null || clock.UtcNow < until) await Task.WhenAny(rung, timer).ConfigureAwait(false);
        await ends.CancelAsync().ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        if (!rung.IsCompleted) return;
        _rung.Reader.TryRead(out _);
        _waiting = null;
    }

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;
}
