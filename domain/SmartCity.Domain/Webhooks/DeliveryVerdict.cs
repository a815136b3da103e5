namespace SmartCity.Webhooks;

/// <summary>How one attempt ended, by name.</summary>
public enum DeliveryOutcome : byte
{
    /// <summary>2xx: the endpoint took it.</summary>
    Delivered,

    /// <summary>3xx: a failure. It is not followed: whoever can redirect could read our alerts or point us at an inner address.</summary>
    Redirected,

    /// <summary>410: nobody is there any more; the subscription is paused.</summary>
    Gone,

    /// <summary>429, 502, 503, 504: the endpoint (or what stands before it) is overloaded; Retry-After is honoured.</summary>
    Throttled,

    /// <summary>Any other 4xx: someone may yet mend it, so the schedule goes on.</summary>
    Refused,

    /// <summary>Any other 5xx, or a status outside HTTP's.</summary>
    ServerError,

    /// <summary>No complete answer within the time limit.</summary>
    TimedOut,

    /// <summary>The name has no address.</summary>
    NotResolved,

    /// <summary>The name or address is an inner one that no allowed network covers.</summary>
    AddressRefused,

    /// <summary>No connection.</summary>
    NotConnected,

    /// <summary>The certificate or the handshake failed.</summary>
    TlsFailed,

    /// <summary>The connection broke, or what came was no HTTP.</summary>
    BrokenOff,

    /// <summary>The register holds no readable secret for the subscription; nothing was sent.</summary>
    NotSigned,
}

/// <summary>What one HTTP answer means (Standard Webhooks 1.0.0, operational considerations).</summary>
/// <param name="RetryAfter">What the endpoint asked for; only with <see cref="DeliveryOutcome.Throttled"/>.</param>
public readonly record struct DeliveryVerdict(DeliveryOutcome Outcome, TimeSpan? RetryAfter)
{
    public static DeliveryVerdict Of(int httpStatus, TimeSpan? retryAfter) => httpStatus switch
    {
        >= 200 and < 300 => new(DeliveryOutcome.Delivered, null),
        >= 300 and < 400 => new(DeliveryOutcome.Redirected, null),
        410 => new(DeliveryOutcome.Gone, null),
        429 or 502 or 503 or 504 => new(DeliveryOutcome.Throttled, retryAfter is { } asked && asked > TimeSpan.Zero ? asked : null),
        >= 400 and < 500 => new(DeliveryOutcome.Refused, null),
        _ => new(DeliveryOutcome.ServerError, null),
    };

    /// <summary>The name in metrics and in the record of deliveries: lower case with hyphens.</summary>
    public static string Name(DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.Delivered => "delivered",
        DeliveryOutcome.Redirected => "redirected",
        DeliveryOutcome.Gone => "gone",
        DeliveryOutcome.Throttled => "throttled",
        DeliveryOutcome.Refused => "refused",
        DeliveryOutcome.ServerError => "server-error",
        DeliveryOutcome.TimedOut => "timed-out",
        DeliveryOutcome.NotResolved => "not-resolved",
        DeliveryOutcome.AddressRefused => "address-refused",
        DeliveryOutcome.NotConnected => "not-connected",
        DeliveryOutcome.TlsFailed => "tls-failed",
        DeliveryOutcome.BrokenOff => "broken-off",
        DeliveryOutcome.NotSigned => "not-signed",
    };
}
