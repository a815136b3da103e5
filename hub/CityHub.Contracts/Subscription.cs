using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Contracts;

/// <summary>A department's subscription to webhooks.</summary>
/// <param name="Url">The first endpoint.</param>
/// <param name="Districts">Empty: all.</param>
/// <param name="MinSeverity">Episodes below it are not sent.</param>
public sealed record Subscription(string Id, string Department, Uri Url, IReadOnlyList<string> Districts, Severity MinSeverity, bool Paused, Instant CreatedAt)
{
    public SubscriptionTerms Terms { get; init; } = SubscriptionTerms.Usual;

    /// <summary>What the receiver verifies with when its messages are signed with a key pair; null: they are signed with a shared secret.</summary>
    public string? PublicKey { get; init; }

    /// <summary>In the order in which they are tried.</summary>
    public IReadOnlyList<WebhookEndpoint> Endpoints => [new(Url) { Authority = Terms.Authority, ClientCertificate = Terms.ClientCertificate }, .. Terms.FailOver];

    /// <summary>Endpoints that answered 410 Gone, by their place; they are tried no more until the subscription is resumed.</summary>
    public IReadOnlyList<int> Gone { get; init; } = [];
}

/// <summary>Where a subscription's messages are posted.</summary>
/// <param name="Url">Absolute, http or https.</param>
public sealed record WebhookEndpoint(Uri Url)
{
    /// <summary>The only certificate authority that it is believed by, as PEM; null: those that the machine trusts.</summary>
    public string? Authority { get; init; }

    /// <summary>Name of the client certificate, among those of the hub's settings, that it is shown; null: none.</summary>
    public string? ClientCertificate { get; init; }
}

/// <summary>How a subscription's messages are signed (Standard Webhooks 1.0.0).</summary>
public enum SignatureScheme : byte
{
    /// <summary><c>v1</c>: HMAC-SHA256 with a secret that both sides know.</summary>
    Symmetric = 1,

    /// <summary><c>v1a</c>: Ed25519. Who can verify cannot forge.</summary>
    Asymmetric = 2,
}

/// <summary>What a subscription agreed upon beyond whose it is and where it goes.</summary>
public sealed record SubscriptionTerms
{
    public static readonly SubscriptionTerms Usual = new();

    /// <inheritdoc cref="Audience.Categories"/>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <inheritdoc cref="Audience.Quantities"/>
    public IReadOnlyList<Quantity> Quantities { get; init; } = [];

    /// <inheritdoc cref="Audience.News"/>
    public IReadOnlyList<EpisodeNews> News { get; init; } = [];

    /// <inheritdoc cref="Audience.Kinds"/>
    public IReadOnlyList<EpisodeKind> Kinds { get; init; } = [EpisodeKind.Actual];

    public PayloadFormat Format { get; init; } = PayloadFormat.Standard;

    public SignatureScheme Signature { get; init; } = SignatureScheme.Symmetric;

    /// <summary>Of the first endpoint; see <see cref="WebhookEndpoint.Authority"/>.</summary>
    public string? Authority { get; init; }

    /// <summary>Of the first endpoint; see <see cref="WebhookEndpoint.ClientCertificate"/>.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>Endpoints that are tried, one after the other, when the first one fails.</summary>
    public IReadOnlyList<WebhookEndpoint> FailOver { get; init; } = [];

    public QuietHours? QuietHours { get; init; }

    /// <summary>Attempts a minute; null: no limit.</summary>
    public int? PerMinute { get; init; }

    /// <summary>Attempts at a time; null: as the hub's settings say.</summary>
    public int? MaxInFlight { get; init; }

    /// <summary>What is older is not sent as new any more: one summary takes the place of an episode's undelivered messages.</summary>
    public TimeSpan AgeLimit { get; init; } = TimeSpan.FromHours(4);

    /// <summary>Within which a message is to be delivered, counted from its commit; what takes longer is reported as a breach.</summary>
    public TimeSpan ServiceLevel { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Within which an episode is to be acknowledged, counted from its raising; null: nothing is agreed.</summary>
    public TimeSpan? AcknowledgeWithin { get; init; }

    /// <summary>Interval of the signed sign of life; null: as the hub's settings say; zero: none.</summary>
    public TimeSpan? Heartbeat { get; init; }
}
