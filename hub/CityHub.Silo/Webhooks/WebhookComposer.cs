using System.Diagnostics.CodeAnalysis;
using CityHub.Contracts;
using CityHub.Silo.Register;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <summary>Which messages a change in the register causes, and for whom: what the register calls within the transaction that makes the change. Of one thread at a time.</summary>
/// <param name="city">Who speaks.</param>
public sealed class WebhookComposer(City city)
{
    private readonly record struct Receiver(Subscription Subscription, Audience Audience, TimeZoneInfo? Zone);

    private IReadOnlyList<Subscription> _read = [];
    private Receiver[] _receivers = [];

    /// <summary>Paused subscriptions are counted in: what comes up meanwhile waits for their resumption.</summary>
    public IReadOnlyList<NewMessage> Compose(EpisodeChange change, IReadOnlyList<Subscription> subscriptions, IOutboxLines lines)
    {
        if (subscriptions.Count == 0 || EpisodeMessages.News(change.Before, change.After) is not { } news) return [];
        if (!ReferenceEquals(subscriptions, _read)) (_read, _receivers) = (subscriptions, [.. subscriptions.Select(Read)]);

        // Whoever heard of it hears the rest. Its first news needs no look: nobody has heard of it.
        var earlier = change.Before?.RaisedAt is null ? [] : lines.Earlier(change.After.Id);
        var messages = new List<NewMessage>();
        var shared = new Dictionary<EpisodeNews, byte[]>();   // the same bytes for everyone: written once, and only when somebody wants them
        foreach (var (subscription, audience, zone) in _receivers)
        {
            var own = earlier.Where(one => string.Equals(one.Subscription, subscription.Id, StringComparison.Ordinal)).ToArray();
            if (audience.Told(news, change.After, own.Length > 0) is not { } told) continue;
            var notice = new Notice(change.After, told, MessageId.Of(subscription.Id, change.After.Id, change.Number), subscription.Id, lines.NextNumber(subscription.Id), lines.Now)
            {
                City = city, Earlier = [.. own.Select(Read)], Before = change.Before?.Urgency,
            };
            messages.Add(new(notice.MessageId, subscription.Id, EpisodeBody.Type(told), Write(subscription.Terms.Format, notice, shared))
            {
                NotBefore = zone is null ? null : subscription.Terms.QuietHours?.Until(lines.Now, change.After.Urgency, zone),
            });
        }
        return messages;
    }

    /// <summary>What the test button sends: nothing happened, and it says so.</summary>
    public NewMessage Test(Subscription subscription, string id, Instant at, string by, IOutboxLines lines)
    {
        var nothing = new Episode(new(id), "hub.test", 0, new("hub.test"), Quantity.AirTemperature, Severity.Warning, at, 0)
        {
            Department = subscription.Department, Message = $"A test of this subscription by {by}. Nothing has happened.", RaisedAt = at, Kind = EpisodeKind.Test, Category = "Other",
        };
        var notice = new Notice(nothing, EpisodeNews.Test, id, subscription.Id, lines.NextNumber(subscription.Id), at) { City = city };
        return new(id, subscription.Id, EpisodeBody.Type(EpisodeNews.Test), NoticeText.Write(subscription.Terms.Format, notice));
    }

    private static byte[] Write(PayloadFormat format, Notice notice, Dictionary<EpisodeNews, byte[]> shared)
    {
        if (format != PayloadFormat.Standard) return NoticeText.Write(format, notice);
        if (!shared.TryGetValue(notice.News, out var body)) shared.Add(notice.News, body = EpisodeBody.Shared(notice));
        return EpisodeBody.Complete(body, notice);
    }

    private static EarlierNotice Read(EarlierMessage one) => new(one.MessageId, one.Type, one.QueuedAt, one.Delivered);

    /// <summary>The zone that a name stands for on this machine.</summary>
    public static bool TryZone(string name, [NotNullWhen(true)] out TimeZoneInfo? zone) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone);

    private static Receiver Read(Subscription subscription)
    {
        var terms = subscription.Terms;
        var audience = new Audience(subscription.Department, subscription.Districts, subscription.MinSeverity) { Categories = terms.Categories, Quantities = terms.Quantities, Kinds = terms.Kinds };
        // A zone that this machine does not know keeps nobody waiting.
        return new(subscription, audience, terms.QuietHours is { } quiet && TryZone(quiet.Zone, out var zone) ? zone : null);
    }
}
