using System.Collections.Frozen;

namespace CityHub.Silo.Register;

/// <summary>
/// Which subscriptions this hub sends for, where several share a register: each is one hub's at a time, for as long as its lease says. A hub that dies leaves
/// its own to the others when they run out. Time is measured from before a lease was asked for, so that it ends here before it ends there. Thread-safe.
/// </summary>
/// <param name="attempt">The longest that one attempt may take (<c>Webhooks:Timeout</c>).</param>
internal sealed class DeliveryLeases(TimeProvider wall, TimeSpan attempt)
{
    private volatile Lease _lease = new(FrozenSet<string>.Empty, 0);
    private volatile bool _ask = true;

    private sealed record Lease(FrozenSet<string> Subscriptions, long Since);

    /// <summary>What a lease is asked for: time for an attempt that begins halfway, and as much again.</summary>
    public TimeSpan Length => attempt * 3;

    /// <summary>Whether it is time to ask anew: a third of it is over, or there may be a subscription that nobody has.</summary>
    public bool MustAsk => _ask || wall.GetElapsedTime(_lease.Since) >= attempt;

    /// <summary>Whether an attempt that starts now ends while the lease stands.</summary>
    public bool Hold(string subscription) => _lease is var lease && lease.Subscriptions.Contains(subscription) && wall.GetElapsedTime(lease.Since) <= attempt * 1.5;

    /// <param name="asked">When it was asked for (<see cref="TimeProvider.GetTimestamp"/>).</param>
    public void Got(IEnumerable<string> subscriptions, long asked)
    {
        _lease = new(subscriptions.ToFrozenSet(StringComparer.Ordinal), asked);
        _ask = false;
    }

    /// <summary>Asks anew at the next look.</summary>
    public void Ask() => _ask = true;
}
