using SmartCity.Readings;

namespace SmartCity.Webhooks;

/// <summary>
/// Whether an endpoint is worth an attempt. After <see cref="FailuresToOpen"/> failures in a row it rests, and after each rest a single attempt finds out
/// whether it is back; that doubles the rest or ends it. So a dead endpoint costs one attempt a minute, whatever waits for it, and its messages keep the attempts
/// of their schedule for the time after.
/// </summary>
/// <param name="Failures">In a row.</param>
/// <param name="RestsUntil">Null: it may be tried.</param>
/// <param name="Probing">One attempt is finding out.</param>
public readonly record struct Breaker(int Failures, Instant? RestsUntil, bool Probing)
{
    public const int FailuresToOpen = 10;

    public static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    /// <summary>Rests, or is being found out about.</summary>
    public bool IsOpen => RestsUntil is not null;

    public bool MayTry(Instant now) => RestsUntil is not { } until || (now >= until && !Probing);

    public Breaker Started() => IsOpen ? this with { Probing = true } : this;

    public Breaker Succeeded() => default;

    /// <param name="asked">What the endpoint asked for (Retry-After), held to <see cref="RetrySchedule.MaxRetryAfter"/>: it rests at least so long.</param>
    public Breaker Failed(Instant now, TimeSpan? asked)
    {
        var failures = Math.Min(Failures + 1, int.MaxValue - 1);
        Instant? until = RestsUntil;
        if (failures >= FailuresToOpen && MayTryBut(now))
        {
            // Those that were under way when it opened do not lengthen its rest; the attempt after a rest does.
            var doublings = Math.Min(failures - FailuresToOpen, 10);
            var rest = FirstRest * Math.Pow(2, doublings);
            until = now + (rest < LongestRest ? rest : LongestRest);
        }

        if (asked is { } wait)
        {
            var held = now + (wait < RetrySchedule.MaxRetryAfter ? wait : RetrySchedule.MaxRetryAfter);
            if (until is null || held > until) until = held;
        }

        return new(failures, until, false);
    }

    private bool MayTryBut(Instant now) => RestsUntil is not { } until || now >= until;
}
