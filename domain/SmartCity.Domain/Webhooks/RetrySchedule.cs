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

    /// <summary>Attempts of the head: one endpoint gets so many within 36 s before the next one has its turn.</summary>
    public const int HeadAttempts = 4;

    /// <summary>Attempts with one endpoint.</summary>
    public static int MaxAttempts => Waits.Count;

    /// <summary>Each endpoint gets the head; the tail is shared.</summary>
    public static int MaxAttemptsOver(int endpoints) => MaxAttempts + (HeadAttempts * (endpoints - 1));

    /// <summary>Which endpoint an attempt goes to, from 0: the head is made at the first, then at the second and so on; the tail goes round.</summary>
    /// <param name="attempt">From 1.</param>
    public static int EndpointOf(int attempt, int endpoints)
    {
        var tail = attempt - 1 - (HeadAttempts * endpoints);
        return tail < 0 ? (attempt - 1) / HeadAttempts : tail % endpoints;
    }

    /// <summary>The wait before an attempt. A new endpoint is tried at once.</summary>
    /// <param name="attempt">From 1 to <see cref="MaxAttemptsOver"/>.</param>
    public static TimeSpan WaitBefore(int attempt, int endpoints)
    {
        var tail = attempt - 1 - (HeadAttempts * endpoints);
        return Waits[tail < 0 ? (attempt - 1) % HeadAttempts : HeadAttempts + tail];
    }

    /// <summary>The most that jitter adds to a wait: a tenth of it, so that endpoints that failed together are not tried together again.</summary>
    public const double JitterShare = 0.1;

    /// <summary>Longest wait that an endpoint may ask for. An alert is worth knocking again after an hour, whatever the endpoint says.</summary>
    public static readonly TimeSpan MaxRetryAfter = TimeSpan.FromHours(1);

    /// <summary>When to try again, or null: the schedule is exhausted.</summary>
    /// <param name="attempts">Attempts made so far, the one that just failed included; 1 or more.</param>
    /// <param name="failedAt">When the last one ended (wall clock).</param>
    /// <param name="atLeast">What the endpoint asked for; held to <see cref="MaxRetryAfter"/>. It lengthens a wait, it never shortens one.</param>
    /// <param name="jitter">From 0 to below 1, chosen at random by the caller.</param>
    /// <param name="endpoints">How many there are to try. What one of them asks for does not hold back an attempt at another.</param>
    public static Instant? Next(int attempts, Instant failedAt, TimeSpan? atLeast, double jitter, int endpoints = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(jitter, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(jitter, 1);
        if (attempts >= MaxAttemptsOver(endpoints)) return null;
        var wait = WaitBefore(attempts + 1, endpoints) * (1 + JitterShare * jitter);
        if (atLeast is { } asked && EndpointOf(attempts + 1, endpoints) == EndpointOf(attempts, endpoints))
        {
            var held = asked > MaxRetryAfter ? MaxRetryAfter : asked;
            if (held > wait) wait = held;
        }

        return failedAt + wait;
    }
}
