using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Webhooks;

/// <summary>What became of one message about an episode, as a report reads it.</summary>
/// <param name="DueAt">When it was queued, or when quiet hours let it go (wall clock): what its service level counts from.</param>
/// <param name="GivenUp">Dead-lettered.</param>
/// <param name="ServiceLevel">What was agreed upon.</param>
public sealed record DeliveryFact(string Subscription, string MessageId, EpisodeId Episode, string Type, Instant DueAt, Instant? DeliveredAt, bool GivenUp, string? Outcome, TimeSpan ServiceLevel);

/// <summary>Whether and when an episode that a subscription was told of was acknowledged by it.</summary>
/// <param name="ToldAt">When its first message was due (wall clock).</param>
/// <param name="Within">What was agreed upon; null: nothing.</param>
public sealed record AcknowledgementFact(string Subscription, EpisodeId Episode, Instant ToldAt, string? By, string? Via, Instant? At, TimeSpan? Within);

/// <summary>Times of many, in seconds: the smallest value that so many of a hundred do not exceed. Null: there were none.</summary>
public sealed record Spread(int Count, double? P50, double? P95, double? P99, double? Longest)
{
    public static Spread Of(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Select(time => time.TotalSeconds).Order().ToArray();
        double? At(double share) => sorted.Length == 0 ? null : sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * share) - 1)];
        return new(sorted.Length, At(0.5), At(0.95), At(0.99), At(1));
    }
}

/// <summary>One thing that was agreed upon and not kept.</summary>
/// <param name="What"><c>delivered-late</c>, <c>not-delivered</c>, <c>waiting</c>, <c>acknowledged-late</c> or <c>not-acknowledged</c>.</param>
/// <param name="Message">The message; null: it is about the episode as a whole.</param>
/// <param name="AllowedSeconds">What was agreed upon.</param>
/// <param name="TookSeconds">What it took, or has taken so far.</param>
public sealed record ServiceBreach(string What, string Subscription, EpisodeId Episode, string? Message, Instant DueAt, double AllowedSeconds, double TookSeconds, string? Outcome);

/// <summary>What a department was sent in a time, how long it took, and each breach of what was agreed upon.</summary>
/// <param name="Pending">Neither delivered nor given up yet.</param>
public sealed record DepartmentReport(string Department, Instant From, Instant To, int Messages, int Delivered, int GivenUp, int Pending, Spread ToDelivered, Spread ToAcknowledged, IReadOnlyList<ServiceBreach> Breaches)
{
    /// <param name="now">Until when what has not happened had time to happen (wall clock).</param>
    public static DepartmentReport Of(string department, Instant from, Instant to, IReadOnlyList<DeliveryFact> deliveries, IReadOnlyList<AcknowledgementFact> acknowledgements, Instant now)
    {
        var breaches = deliveries.Select(one => Late(one, now)).Concat(acknowledgements.Select(one => Late(one, now))).OfType<ServiceBreach>().OrderBy(breach => breach.DueAt).ToArray();
        return new(department, from, to, deliveries.Count, deliveries.Count(one => one.DeliveredAt is not null), deliveries.Count(one => one.GivenUp),
            deliveries.Count(one => one.DeliveredAt is null && !one.GivenUp),
            Spread.Of(deliveries.Where(one => one.DeliveredAt is not null).Select(one => one.DeliveredAt!.Value - one.DueAt)),
            Spread.Of(acknowledgements.Where(one => one.At is not null).Select(one => one.At!.Value - one.ToldAt)), breaches);
    }

    private static ServiceBreach? Late(DeliveryFact one, Instant now)
    {
        var took = (one.DeliveredAt ?? now) - one.DueAt;
        var what = one.GivenUp ? "not-delivered" : took <= one.ServiceLevel ? null : one.DeliveredAt is null ? "waiting" : "delivered-late";
        return what is null ? null : new(what, one.Subscription, one.Episode, one.MessageId, one.DueAt, one.ServiceLevel.TotalSeconds, took.TotalSeconds, one.Outcome);
    }

    private static ServiceBreach? Late(AcknowledgementFact one, Instant now)
    {
        var took = (one.At ?? now) - one.ToldAt;
        return one.Within is not { } within || took <= within ? null
            : new(one.At is null ? "not-acknowledged" : "acknowledged-late", one.Subscription, one.Episode, null, one.ToldAt, within.TotalSeconds, took.TotalSeconds, null);
    }
}
