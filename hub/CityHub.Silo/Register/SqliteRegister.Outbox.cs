using System.Text.Json;
using CityHub.Contracts;
using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Silo.Register;

public sealed partial class SqliteRegister
{
    /// <summary>Messages that one commit hands on; what is over it is found by a look.</summary>
    private const int DueLimit = 512;

    private const string SubscriptionColumns = "id, department, url, districts, min_severity, paused, created_at, secret";

    public Task<Subscription> AddSubscription(Subscription subscription, string secret) => _writer.Enqueue(session =>
    {
        session.Execute(
            $"insert into subscription ({SubscriptionColumns}) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            subscription.Id, subscription.Department, subscription.Url.OriginalString, JsonSerializer.Serialize(subscription.Districts),
            (int)subscription.MinSeverity, subscription.Paused ? 1 : 0, subscription.CreatedAt.UnixMilliseconds, secret);
        _subscriptions = null;
        return subscription;
    });

    public Task<bool> RemoveSubscription(string id) => _writer.Enqueue(session =>
    {
        _subscriptions = null;
        // The secret goes with it; the row stays for the list of its deliveries.
        return session.Execute("update subscription set removed_at = $2, secret = '', previous_secret = null where id = $1 and removed_at is null", id, Now.UnixMilliseconds) > 0;
    });

    public Task<Subscription?> PauseSubscription(string id, bool paused) => _writer.Enqueue(session =>
    {
        _subscriptions = null;
        if (session.Execute("update subscription set paused = $2 where id = $1 and removed_at is null", id, paused ? 1 : 0) == 0) return null;
        _outboxTouched = true;
        return LoadSubscriptions(session).Find(entry => entry.Subscription.Id == id).Subscription;
    });

    public Task<bool> RotateSecret(string id, string secret, Instant previousUntil) => _writer.Enqueue(session => session.Execute(
        "update subscription set previous_secret = secret, previous_until = $3, secret = $2 where id = $1 and removed_at is null",
        id, secret, previousUntil.UnixMilliseconds) > 0);

    public IReadOnlyList<(Subscription Subscription, string Secret)> Subscriptions() => Read(LoadSubscriptions);

    public Task QueueMessage(NewMessage message) => _writer.Enqueue(session => Queue(session, message, null));

    public Task<IReadOnlyList<OutboxMessage>> Due(Instant now, int limit) => Due(now, limit, limit, new HashSet<string>());

    public Task<IReadOnlyList<OutboxMessage>> Due(Instant now, int limit, int perSubscription, IReadOnlySet<string> except) =>
        ReadAsync<IReadOnlyList<OutboxMessage>>(session => OutboxTable.Due(session, now, limit, perSubscription, except));

    public Task<IReadOnlyDictionary<string, OutboxTotal>> OutboxTotals() =>
        ReadAsync<IReadOnlyDictionary<string, OutboxTotal>>(OutboxTable.Totals);

    public Instant? NextDue() => Read(session => (object?)OutboxTable.NextDue(session)) as Instant?;

    public Instant? NextDue(Instant after) => Read(session => (object?)OutboxTable.NextDue(session, after)) as Instant?;

    public Task RecordAttempts(IReadOnlyList<AttemptRecord> attempts) => _writer.Enqueue(session =>
    {
        foreach (var attempt in attempts) IsDue(session, OutboxTable.Record(session, attempt, Now));
        return attempts.Count;
    }, WriteHurry.Rides);

    public Task<IReadOnlyList<DeliveryView>> ListDeliveries(string? state, int limit) =>
        ReadAsync<IReadOnlyList<DeliveryView>>(session => OutboxTable.List(session, state, limit));

    private bool Queue(SqliteSession session, NewMessage message, EpisodeId? episode)
    {
        if (!OutboxTable.Queue(session, message, episode, Now, out var due)) return false;
        IsDue(session, due);
        _metrics.Queue(1);
        return true;
    }

    /// <summary>Notes for after the commit what may be sent then.</summary>
    private void IsDue(SqliteSession session, OutboxMessage? message)
    {
        if (message is null || WriterSubscriptions(session).FirstOrDefault(one => one.Id == message.Subscription) is not { Paused: false }) return;
        if (_due.Count < DueLimit) _due.Add(message);
        else _outboxTouched = true;
    }

    private IReadOnlyList<Subscription> WriterSubscriptions(SqliteSession session) =>
        _subscriptions ??= LoadSubscriptions(session).ConvertAll(entry => entry.Subscription);

    private List<(Subscription Subscription, string Secret)> LoadSubscriptions(SqliteSession session) => session.List(
        "select id, department, url, districts, min_severity, paused, created_at, case when previous_until > $1 then secret || ' ' || previous_secret else secret end "
        + "from subscription where removed_at is null order by created_at, id", Row, Now.UnixMilliseconds);

    private static (Subscription, string) Row(SqliteDataReader r) =>
        (new(r.GetString(0), r.GetString(1), new Uri(r.GetString(2), UriKind.RelativeOrAbsolute), Strings(r.GetString(3)), (Severity)r.GetByte(4),
            r.GetInt32(5) != 0, new(r.GetInt64(6))), r.GetString(7));

    private static string[] Strings(string json) => JsonSerializer.Deserialize<string[]>(json) ?? [];
}
