using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Api.Http;

/// <summary>A department's wish for webhooks.</summary>
/// <param name="Department">Required, 1 to 80 characters.</param>
/// <param name="Url">Required: http or https, without user name or password. The first endpoint.</param>
/// <param name="Districts">Empty or absent: all.</param>
/// <param name="MinSeverity">Default: warning, that is everything.</param>
/// <param name="Secret">Standard Webhooks secret: <c>whsec_</c> and base64 of 24 to 64 bytes. Absent: the hub makes one and shows it once, in the answer.</param>
/// <param name="Categories">Category names of CAP 1.2; empty or absent: all.</param>
/// <param name="Quantities">Names of quantities; empty or absent: all.</param>
/// <param name="Types">Types of messages, as in episode.raised, which has to be among them; empty or absent: all.</param>
/// <param name="Kinds">Of actual, exercise, test. Default: actual alone.</param>
/// <param name="Format">standard (default), cap, alertmanager, cloud-events, slack, teams, ding-talk, we-com or feishu.</param>
/// <param name="Signature">v1 (default): HMAC-SHA256 with a shared secret. v1a: Ed25519; the answer holds the public key.</param>
/// <param name="Authority">PEM of the only certificate authority that the first endpoint is believed by.</param>
/// <param name="ClientCertificate">Name of one of the hub's client certificates, shown to the first endpoint.</param>
/// <param name="FailOver">Further endpoints, tried in order when those before fail; at most four.</param>
/// <param name="QuietHours">When only what is bad enough calls.</param>
/// <param name="PerMinute">Attempts a minute. Default: no limit.</param>
/// <param name="MaxInFlight">Attempts at a time, 1 to 64. Default: the hub's setting.</param>
/// <param name="AgeLimit">ISO 8601 duration, default PT4H: what is older is summed up in one message.</param>
/// <param name="ServiceLevel">ISO 8601 duration, default PT30S: within which a message is to be delivered.</param>
/// <param name="AcknowledgeWithin">ISO 8601 duration: within which an alert is to be acknowledged. Default: not agreed.</param>
/// <param name="Heartbeat">ISO 8601 duration of the signed sign of life; PT0S: none. Default: the hub's setting.</param>
public sealed record NewSubscriptionBody(string? Department = null, string? Url = null, IReadOnlyList<string>? Districts = null, string? MinSeverity = null, string? Secret = null,
    IReadOnlyList<string>? Categories = null, IReadOnlyList<string>? Quantities = null, IReadOnlyList<string>? Kinds = null, string? Format = null, string? Signature = null,
    string? Authority = null, string? ClientCertificate = null, IReadOnlyList<EndpointBody>? FailOver = null, QuietHoursBody? QuietHours = null,
    int? PerMinute = null, int? MaxInFlight = null, string? AgeLimit = null, string? ServiceLevel = null, string? AcknowledgeWithin = null, string? Heartbeat = null,
    IReadOnlyList<string>? Types = null);

/// <param name="Url">Http or https.</param>
/// <param name="Authority">PEM of the only certificate authority that it is believed by.</param>
/// <param name="ClientCertificate">Name of one of the hub's client certificates, shown to it.</param>
public sealed record EndpointBody(string? Url = null, string? Authority = null, string? ClientCertificate = null);

/// <param name="From">Local time as in 22:00; part of them.</param>
/// <param name="To">Local time as in 06:00; no longer part of them.</param>
/// <param name="Zone">IANA name, as in Europe/Berlin. Default: UTC.</param>
/// <param name="LoudFrom">From this severity up nothing waits. Default: critical.</param>
public sealed record QuietHoursBody(string? From = null, string? To = null, string? Zone = null, string? LoudFrom = null);

/// <param name="PublicKey">What messages are verified with, with signature v1a; null with v1.</param>
/// <param name="Gone">Endpoints (1 is the first) that answered 410 Gone and are tried no more until it is resumed.</param>
public sealed record SubscriptionBody(string Id, string Department, string Url, IReadOnlyList<string> Districts, Severity MinSeverity, bool Paused, Instant CreatedAt,
    IReadOnlyList<string> Categories, IReadOnlyList<string> Quantities, IReadOnlyList<EpisodeKind> Kinds, PayloadFormat Format, string Signature, string? PublicKey,
    string? Authority, string? ClientCertificate, IReadOnlyList<EndpointBody> FailOver, QuietHoursBody? QuietHours, int? PerMinute, int? MaxInFlight,
    string AgeLimit, string ServiceLevel, string? AcknowledgeWithin, string? Heartbeat, IReadOnlyList<int> Gone, IReadOnlyList<string> Types)
{
    public static SubscriptionBody Of(Subscription s) => new(s.Id, s.Department, s.Url.ToString(), s.Districts, s.MinSeverity, s.Paused, s.CreatedAt,
        s.Terms.Categories, [.. s.Terms.Quantities.Select(quantity => QuantityCatalogue.Of(quantity).Name)], s.Terms.Kinds, s.Terms.Format, Words.Of(s.Terms.Signature), s.PublicKey,
        s.Terms.Authority, s.Terms.ClientCertificate, [.. s.Terms.FailOver.Select(one => new EndpointBody(one.Url.ToString(), one.Authority, one.ClientCertificate))],
        s.Terms.QuietHours is { } quiet ? new(Times.Text(quiet.From), Times.Text(quiet.To), quiet.Zone, Words.Of(quiet.LoudFrom)) : null, s.Terms.PerMinute, s.Terms.MaxInFlight,
        Times.Text(s.Terms.AgeLimit), Times.Text(s.Terms.ServiceLevel), s.Terms.AcknowledgeWithin is { } within ? Times.Text(within) : null,
        s.Terms.Heartbeat is { } beat ? Times.Text(beat) : null, [.. s.Gone.Select(place => place + 1)], [.. s.Terms.News.Select(EpisodeBody.Type)]);
}

/// <summary>A subscription as just made.</summary>
/// <param name="Secret">Shown this once; null with signature v1a, where the subscription's public key verifies.</param>
public sealed record CreatedSubscriptionBody(SubscriptionBody Subscription, string? Secret);

/// <param name="Overlap">ISO 8601 duration, up to P7D, for which the secret before goes on to sign as well. Default P1D; PT0S: it signs no more at once.</param>
public sealed record RotateBody(string? Overlap = null);

/// <param name="MessageId">Its webhook-id: what became of it is among the deliveries.</param>
public sealed record TestSentBody(string MessageId);

/// <summary>Which dead letters to send again: all that every given part names.</summary>
/// <param name="MessageId">One alone.</param>
/// <param name="Subscription">Those of one subscription.</param>
/// <param name="From">Queued at or after this.</param>
/// <param name="To">Queued before this.</param>
public sealed record ReplayBody(string? MessageId = null, string? Subscription = null, string? From = null, string? To = null);

/// <param name="Sent">How many wait for their turn again; 10,000 at a time at most.</param>
public sealed record ReplayedBody(int Sent);
