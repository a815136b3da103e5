using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <summary>
/// One subscription's way out: its own places in flight, its own allowance, and what is known of its endpoints. A hung endpoint takes no one else's turn.
/// One loop looks and enters; attempts end on any thread.
/// </summary>
internal sealed class Lane(Subscription subscription, string secret, IEd25519 curve, int usualPlaces)
{
    /// <summary>Between two lines of the log about one endpoint: one that fails every other time must not fill it.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    /// <summary>Between two recoveries that bring forward what waits: an endpoint that comes and goes takes no attempts faster than the schedule's tail would.</summary>
    public static readonly TimeSpan BetweenRecoveries = RetrySchedule.Waits[RetrySchedule.HeadAttempts];

    private readonly Lock _gate = new();
    private Breaker[] _breakers = new Breaker[subscription.Endpoints.Count];
    private IReadOnlyList<WebhookEndpoint> _endpoints = subscription.Endpoints;
    private Allowance? _allowance;
    private int _inFlight;
    private DeliveryOutcome _told = DeliveryOutcome.Delivered;
    private DateTimeOffset _toldAt = DateTimeOffset.MinValue;
    private Instant? _recoveredAt;

    public Subscription Subscription { get; private set; } = subscription;

    /// <summary>The text that <see cref="Signers"/> were read from.</summary>
    public string Secret { get; private set; } = secret;

    public WebhookSigners Signers { get; private set; } = WebhookSigners.Read(secret, curve);

    public int Places => Subscription.Terms.MaxInFlight ?? usualPlaces;

    /// <summary>Attempts under way.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    public bool IsFull => InFlight >= Places;

    /// <summary>When it may be looked at again; null: now. While all its endpoints rest, or its allowance is used up, its messages keep their attempts.</summary>
    public Instant? ClosedUntil(Instant now)
    {
        lock (_gate)
        {
            Instant? open = null;
            for (var i = 0; i < _breakers.Length; i++)
            {
                if (Subscription.Gone.Contains(i)) continue;
                if (_breakers[i].MayTry(now))
                {
                    open = null;
                    break;
                }
                var until = _breakers[i].RestsUntil!.Value;
                if (until <= now) until = now + Breaker.FirstRest;   // its probe is under way; how that ends rings
                if (open is null || until < open) open = until;
            }
            var allowed = Allowance(now)?.NotBefore(now);
            return open is null ? allowed : allowed is null || open > allowed ? open : allowed;
        }
    }

    /// <summary>Takes a place for an attempt. Null: no endpoint may be tried just now.</summary>
    /// <param name="attempt">From 1: which endpoint is its turn, as long as that one does not rest.</param>
    public (int Index, WebhookEndpoint Endpoint)? Enter(int attempt, Instant now)
    {
        lock (_gate)
        {
            var turn = RetrySchedule.EndpointOf(attempt, _endpoints.Count);
            for (var i = 0; i < _endpoints.Count; i++)
            {
                var index = (turn + i) % _endpoints.Count;
                if (Subscription.Gone.Contains(index) || !_breakers[index].MayTry(now)) continue;
                _breakers[index] = _breakers[index].Started();
                _allowance = Allowance(now)?.Take(now);
                Interlocked.Increment(ref _inFlight);
                return (index, _endpoints[index]);
            }
            return null;
        }
    }

    /// <summary>An attempt ended; null: it was broken off by the hub itself.</summary>
    /// <returns>Whether the lane may take what it could not before; and whether an endpoint that rested took a message: what waits for a later attempt need not wait.</returns>
    public (bool HasRoom, bool Recovered) Leave(int endpoint, DeliveryVerdict? verdict, Instant now)
    {
        lock (_gate)
        {
            var (opened, recovered) = (false, false);
            if (endpoint < _breakers.Length)
            {
                var before = _breakers[endpoint];
                _breakers[endpoint] = verdict?.Outcome switch
                {
                    DeliveryOutcome.Delivered => before.Succeeded(),
                    // It is there, and does not like this message; or there was nothing to send.
                    DeliveryOutcome.Refused or DeliveryOutcome.NotSigned or DeliveryOutcome.Gone or null => before with { Probing = false },
                    _ => before.Failed(now, verdict.Value.RetryAfter),
                };
                opened = before.IsOpen;
                recovered = before.Failures >= Breaker.FailuresToOpen && !_breakers[endpoint].IsOpen && (_recoveredAt is not { } last || now - last >= BetweenRecoveries || now < last);
                if (recovered) _recoveredAt = now;
            }
            return (Interlocked.Decrement(ref _inFlight) == Places - 1 || opened, recovered);
        }
    }

    /// <returns>Whether the outcome is worth a line in the log: it differs from what the last line said, and that was some seconds ago.</returns>
    public bool IsNews(DeliveryOutcome outcome, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (outcome == _told || (now - _toldAt < Quiet && now >= _toldAt)) return false;
            (_told, _toldAt) = (outcome, now);
            return true;
        }
    }

    public void Renew(Subscription subscription, string secret)
    {
        lock (_gate)
        {
            if (secret != Secret) (Secret, Signers) = (secret, WebhookSigners.Read(secret, curve));
            if (ReferenceEquals(subscription, Subscription)) return;
            var endpoints = subscription.Endpoints;
            // What was known of an endpoint holds for as long as it is the same one.
            if (!endpoints.SequenceEqual(_endpoints)) _breakers = [.. endpoints.Select(endpoint => Known(endpoint))];
            if (subscription.Gone.Count < Subscription.Gone.Count) _breakers = new Breaker[endpoints.Count];   // resumed: all are tried
            if (subscription.Terms.PerMinute != Subscription.Terms.PerMinute) _allowance = null;
            (_endpoints, Subscription) = (endpoints, subscription);
        }
    }

    private Breaker Known(WebhookEndpoint endpoint)
    {
        for (var i = 0; i < _endpoints.Count; i++)
        {
            if (_endpoints[i] == endpoint) return _breakers[i];
        }
        return default;
    }

    private Allowance? Allowance(Instant now) => Subscription.Terms.PerMinute is { } perMinute ? _allowance ??= SmartCity.Webhooks.Allowance.Full(perMinute, now) : null;
}
