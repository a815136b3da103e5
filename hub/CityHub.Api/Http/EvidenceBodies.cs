using System.Globalization;
using CityHub.Silo.Register;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace CityHub.Api.Http;

/// <param name="Who">Name of whoever takes note.</param>
public sealed record LinkAckBody(string? Who = null, string? Note = null);

/// <param name="Who">As it called itself; empty: the department.</param>
/// <param name="Via">link, api or cap.</param>
public sealed record DepartmentAckBody(string Alert, string Subscription, string Department, string Who, string Via, Instant At, string Note)
{
    public static DepartmentAckBody Of(DepartmentAck a) => new(a.Episode.Value, a.Subscription, a.Department, a.Who, a.Via, a.At, a.Note);
}

/// <param name="Endpoint">Which of the subscription's endpoints; 1 is the first.</param>
/// <param name="Answer">The beginning of what it said when it did not take it.</param>
public sealed record AttemptBody(int Attempt, Instant At, int Milliseconds, bool Delivered, string Outcome, int Endpoint, string? Answer);

/// <param name="SecondsToDelivered">From when it was due to the answer that took it.</param>
public sealed record MessageEvidenceBody(string MessageId, string Type, string State, Instant QueuedAt, Instant? DeliveredAt, double? SecondsToDelivered, IReadOnlyList<AttemptBody> Attempts);

/// <param name="SecondsToAcknowledged">From when its first message was due.</param>
public sealed record SubscriptionEvidenceBody(string Subscription, string Department, IReadOnlyList<MessageEvidenceBody> Messages, DepartmentAckBody? Acknowledged, double? SecondsToAcknowledged);

/// <summary>Who was sent what about an alert, each attempt, when it arrived, who took note.</summary>
public sealed record EvidenceBody(string Alert, IReadOnlyList<SubscriptionEvidenceBody> Subscriptions)
{
    public static readonly IReadOnlyList<string> Columns =
        ["alert", "department", "subscription", "message", "type", "state", "queuedAt", "deliveredAt", "secondsToDelivered", "attempt", "attemptAt", "milliseconds", "outcome", "endpoint", "answer", "acknowledgedBy", "acknowledgedVia", "acknowledgedAt", "secondsToAcknowledged"];

    public static EvidenceBody Of(string alert, IReadOnlyList<MessageEvidence> messages, IReadOnlyList<DepartmentAck> acknowledgements) => new(alert,
    [
        .. messages.GroupBy(message => (message.Subscription, message.Department)).Select(one =>
        {
            var ack = acknowledgements.FirstOrDefault(ack => ack.Subscription == one.Key.Subscription);
            return new SubscriptionEvidenceBody(one.Key.Subscription, one.Key.Department, [.. one.Select(Of)], ack is null ? null : DepartmentAckBody.Of(ack), ack is null ? null : (ack.At - one.First().DueAt).TotalSeconds);
        }),
    ]);

    /// <summary>One row an attempt; a message that was not tried yet has one without.</summary>
    internal IEnumerable<IReadOnlyList<string>> Rows() =>
        from one in Subscriptions
        from message in one.Messages
        from attempt in message.Attempts.Count == 0 ? [null] : message.Attempts.Cast<AttemptBody?>()
        select (IReadOnlyList<string>)
        [
            Alert, one.Department, one.Subscription, message.MessageId, message.Type, message.State, message.QueuedAt.ToString(), message.DeliveredAt?.ToString() ?? "", Number(message.SecondsToDelivered),
            Number(attempt?.Attempt), attempt?.At.ToString() ?? "", Number(attempt?.Milliseconds), attempt?.Outcome ?? "", Number(attempt?.Endpoint), attempt?.Answer ?? "",
            one.Acknowledged is { } ack ? ack.Who.Length > 0 ? ack.Who : ack.Department : "", one.Acknowledged?.Via ?? "", one.Acknowledged?.At.ToString() ?? "", Number(one.SecondsToAcknowledged),
        ];

    private static MessageEvidenceBody Of(MessageEvidence m) => new(m.MessageId, m.Type, m.State, m.QueuedAt, m.DeliveredAt, m.DeliveredAt is { } at ? (at - m.DueAt).TotalSeconds : null,
        [.. m.Attempts.Select(a => new AttemptBody(a.Attempt, a.At, a.Milliseconds, a.Delivered, a.Outcome, a.Endpoint + 1, a.Answer))]);

    private static string Number(double? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}

/// <param name="P50">Seconds that half of them did not exceed.</param>
public sealed record SpreadBody(int Count, double? P50, double? P95, double? P99, double? Longest)
{
    public static SpreadBody Of(Spread s) => new(s.Count, s.P50, s.P95, s.P99, s.Longest);
}

/// <param name="What">delivered-late, not-delivered, waiting, acknowledged-late or not-acknowledged.</param>
public sealed record BreachBody(string What, string Subscription, string Alert, string? Message, Instant DueAt, double AllowedSeconds, double TookSeconds, string? Outcome)
{
    public static readonly IReadOnlyList<string> Columns = ["what", "subscription", "alert", "message", "dueAt", "allowedSeconds", "tookSeconds", "outcome"];

    internal IReadOnlyList<string> Row() =>
        [What, Subscription, Alert, Message ?? "", DueAt.ToString(), AllowedSeconds.ToString(CultureInfo.InvariantCulture), TookSeconds.ToString(CultureInfo.InvariantCulture), Outcome ?? ""];
}

/// <param name="Month">As in 2026-11, UTC.</param>
/// <param name="Cut">There was more than one report reads.</param>
public sealed record DepartmentReportBody(string Department, string Month, int Messages, int Delivered, int GivenUp, int Pending, SpreadBody ToDelivered, SpreadBody ToAcknowledged, IReadOnlyList<BreachBody> Breaches, bool Cut)
{
    public static DepartmentReportBody Of(DepartmentReport r, string month, bool cut) => new(r.Department, month, r.Messages, r.Delivered, r.GivenUp, r.Pending, SpreadBody.Of(r.ToDelivered), SpreadBody.Of(r.ToAcknowledged),
        [.. r.Breaches.Select(b => new BreachBody(b.What, b.Subscription, b.Episode.Value, b.Message, b.DueAt, b.AllowedSeconds, b.TookSeconds, b.Outcome))], cut);
}
