using CityHub.Contracts;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <summary>One subscription's way out: its own places in flight, so that a hung endpoint takes no one else's turn.</summary>
internal sealed class Lane(Subscription subscription, string secret, WebhookSecret[] secrets)
{
    /// <summary>Between two lines of the log about one endpoint: one that fails every other time must not fill it.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private int _inFlight;
    private DeliveryOutcome _told = DeliveryOutcome.Delivered;
    private DateTimeOffset _toldAt = DateTimeOffset.MinValue;

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
        Subscription = subscription;
        if (secret == Secret) return;
        (Secret, Secrets) = (secret, Read(secret));
    }

    public static Lane Of(Subscription subscription, string secret) => new(subscription, secret, Read(secret));

    private static WebhookSecret[] Read(string secrets) =>
        [.. secrets.Split(' ').Select(text => WebhookSecret.TryParse(text, out var secret, out _) ? secret : null).OfType<WebhookSecret>()];
}
