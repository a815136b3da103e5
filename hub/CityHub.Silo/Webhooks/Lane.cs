using CityHub.Contracts;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <summary>One subscription's way out: its own places in flight, so that a hung endpoint takes no one else's turn.</summary>
internal sealed class Lane(Subscription subscription, string secret, WebhookSecret[] secrets)
{
    private int _inFlight;
    private int _last = (int)DeliveryOutcome.Delivered;

    public Subscription Subscription { get; set; } = subscription;

    /// <summary>The text that <see cref="Secrets"/> were read from.</summary>
    public string Secret { get; private set; } = secret;

    /// <summary>Those that its messages are signed with, the newest first; none when the register holds no readable one.</summary>
    public WebhookSecret[] Secrets { get; private set; } = secrets;

    /// <summary>Attempts under way.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    public void Enter() => Interlocked.Increment(ref _inFlight);

    /// <returns>How many are left under way.</returns>
    public int Leave() => Interlocked.Decrement(ref _inFlight);

    /// <returns>Whether the outcome differs from the one before: what is worth a line in the log.</returns>
    public bool Changed(DeliveryOutcome outcome) => Interlocked.Exchange(ref _last, (int)outcome) != (int)outcome;

    public void Renew(Subscription subscription, string secret)
    {
        Subscription = subscription;
        if (secret == Secret) return;
        (Secret, Secrets) = (secret, Read(secret));
    }

    public static Lane Of(Subscription subscription, string secret) => new(subscription, secret, Read(secret));

    private static WebhookSecret[] Read(string secrets) =>
        [.. secrets.Split(' ').Select(text => WebhookSecret.TryParse(text, out var secret, out _) ? secret : null).OfType<WebhookSecret>()];
}
