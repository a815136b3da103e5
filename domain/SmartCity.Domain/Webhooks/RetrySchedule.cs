using SmartCity.Readings;

namespace SmartCity.Webhooks;

/// <summary>
/// When a message is tried again. The tail is that of Standard Webhooks 1.0.0 (5 min to 24 h, about three days in all); the head is faster
/// than the standard's, because an alert that waits five minutes for its second try is late.
/// </summary>
public static class RetrySchedule
{
    /// <summary>Wait before each attempt, counted from the one before it: twelve attempts within 75 h 35 min 36 s, then no more.</summary>
    public static IReadOnlyList<TimeSpan> Waits { get; } =
    [
        TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30),
        TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    public static int MaxAttempts => Waits.Count;

    /// <summary>The most that jitter adds to a wait: a tenth of it, so that endpoints that failed together are not tried together again.</summary>
    public const double JitterShare = 0.1;

    /// <summary>Longest wait that an endpoint may ask for. An alert is worth knocking again after an hour, whatever the endpoint says.</summary>
    public static readonly TimeSpan MaxRetryAfter = TimeSpan.FromHours(1);

    /// <summary>When to try again, or null: the schedule is exhausted.</summary>
    /// <param name="attempts">Attempts made so far, the one that just failed included; 1 or more.</param>
    /// <param name="failedAt">When the last one ended (wall clock).</param>
    /// <param name="atLeast">What the endpoint asked for; held to <see cref="MaxRetryAfter"/>. It lengthens a wait, it never shortens one.</param>
    /// <param name="jitter">From 0 to below 1, chosen at random by the caller.</param>
    public static Instant? Next(int attempts, Instant failedAt, TimeSpan? atLeast, double jitter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(jitter, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(jitter, 1);
        if (attempts >= MaxAttempts) return null;
        var wait = Waits[attempts] * (1 + JitterShare * jitter);
        if (atLeast is { } asked)
        {
            var held = asked > MaxRetryAfter ? MaxRetryAfter : asked;
            if (held > wait) wait = held;
        }

        return failedAt + wait;
    }
}
