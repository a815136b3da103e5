using System.Text.Json;
using CityHub.Contracts;
using System.Data.Common;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Register;

public abstract partial class SqlRegister
{
    /// <summary>Messages that one commit hands on; what is over it is found by a look.</summary>
    private const int DueLimit = 512;

    private const string SubscriptionColumns = "id, department, url, districts, min_severity, paused, created_at, terms, secret";

    public Task<Subscription> AddSubscription(Subscription subscription, string secret) => _writer.Enqueue(session =>
    {
        session.Execute(
            $"insert into subscription ({SubscriptionColumns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            subscription.Id, subscription.Department, subscription.Url.OriginalString, JsonSerializer.Serialize(subscription.Districts),
            (int)subscription.MinSeverity, subscription.Paused ? 1 : 0, subscription.CreatedAt.UnixMilliseconds, TermsText.Of(subscription.Terms), secret);
        _subscriptions = null;
        _leases?.Ask();
        return Find(session, subscription.Id)!;
    });

    public Task<Subscription?> ChangeSubscription(Subscription subscription) => _writer.Enqueue(session =>
    {
        _subscriptions = null;
        _outboxTouched = true;
        var changed = session.Execute(
            "update subscription set department = $2, url = $3, districts = $4, min_severity = $5, terms = $6, gone = '[]' where id = $1 and removed_at is null",
            subscription.Id, subscription.Department, subscription.Url.OriginalString, JsonSerializer.Serialize(subscription.Districts), (int)subscription.MinSeverity, TermsText.Of(subscription.Terms));
        return changed == 0 ? null : Find(session, subscription.Id);
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
        if (session.Execute("update subscription set paused = $2, gone = case when $2 = 0 then '[]' else gone end where id = $1 and removed_at is null", id, paused ? 1 : 0) == 0) return null;
        _outboxTouched = true;
        return Find(session, id);
    });

    public Task<Subscription?> EndpointGone(string id, int endpoint) => _writer.Enqueue(session =>
    {
        if (Find(session, id) is not { } subscription) return null;
        _subscriptions = null;
        _outboxTouched = true;
        var gone = subscription.Gone.Append(endpoint).Distinct().Order().ToArray();
        session.Execute("update subscription set gone = $2, paused = case when $3 = 1 then 1 else paused end where id = $1", id, JsonSerializer.Serialize(gone),
            gone.Length >= subscription.Endpoints.Count ? 1 : 0);
        return Find(session, id);
    });

    public Task<bool> RotateSecret(string id, string secret, Instant previousUntil) => _writer.Enqueue(session => session.Execute(
        "update subscription set previous_secret = secret, previous_until = $3, secret = $2 where id = $1 and removed_at is null",
        id, secret, previousUntil.UnixMilliseconds) > 0);

    public IReadOnlyList<(Subscription Subscription, string Secret)> Subscriptions() => Read(LoadSubscriptions);

    public Task QueueMessage(NewMessage message) => QueueNumbered(_ => message);

    public Task QueueNumbered(Func<IOutboxLines, NewMessage> compose) => _writer.Enqueue(session => Queue(session, compose(_lines.In(session)), null));

    public Task<IReadOnlyList<OutboxMessage>> Due(Instant now, int limit) => Due(now, limit, limit, new HashSet<string>());

    public async Task<IReadOnlyList<OutboxMessage>> Due(Instant now, int limit, int perSubscription, IReadOnlySet<string> except)
    {
        if (_leases is { MustAsk: true })
        {
            var asked = _wall.GetTimestamp();
            _leases.Got(await _writer.Enqueue(session => _store.Lease(session, _leases.Length)), asked);
        }
        return await ReadAsync<IReadOnlyList<OutboxMessage>>(session =>
            OutboxTable.Due(session, now, limit, perSubscription, subscription => !except.Contains(subscription) && _leases?.Hold(subscription) != false));
    }

    public bool SendsFor(string subscription) => _leases?.Hold(subscription) != false;

    public Task<IReadOnlyDictionary<string, OutboxTotal>> OutboxTotals() =>
        ReadAsync<IReadOnlyDictionary<string, OutboxTotal>>(OutboxTable.Totals);

    public Instant? NextDue() => Read(session => (object?)OutboxTable.NextDue(session)) as Instant?;

    public Instant? NextDue(Instant after) => Read(session => (object?)OutboxTable.NextDue(session, after)) as Instant?;

    public Task RecordAttempts(IReadOnlyList<AttemptRecord> attempts) => _writer.Enqueue(session =>
    {
        foreach (var attempt in attempts) IsDue(session, OutboxTable.Record(session, attempt, Now));
        return attempts.Count;
    }, WriteHurry.Rides);

    public Task<int> Supersede(string subscription, EpisodeId episode, Func<Episode, IOutboxLines, NewMessage> summarise) => _writer.Enqueue(session =>
    {
        if (EpisodeTable.Find(session, episode) is not { } about) return 0;
        var (messages, attempts) = OutboxTable.Supersede(session, subscription, episode);
        if (messages == 0) return 0;
        Queue(session, summarise(about, _lines.In(session)) with { Attempts = attempts }, episode);
        return messages;
    });

    public Task<int> BringForward(string subscription, Instant at) => _writer.Enqueue(session =>
    {
        var brought = OutboxTable.BringForward(session, subscription, at);
        _outboxTouched |= brought > 0;
        return brought;
    });

    public Task<int> Replay(ReplayRange range) => _writer.Enqueue(session =>
    {
        _outboxTouched = true;
        return OutboxTable.Replay(session, range, Now);
    });

    public Task<IReadOnlyList<DeliveryView>> ListDeliveries(string? state, int limit) =>
        ReadAsync<IReadOnlyList<DeliveryView>>(session => OutboxTable.List(session, state, limit));

    private bool Queue(RegisterSession session, NewMessage message, EpisodeId? episode)
    {
        if (!OutboxTable.Queue(session, message, episode, _lines.Now, out var due)) return false;
        _lines.Queued(message.SubscriptionId);
        IsDue(session, due);
        if (due is null) _outboxTouched = true; // it may have another time, or have given one to what is before it
        _metrics.Queue(1);
        return true;
    }

    /// <summary>Notes for after the commit what may be sent then.</summary>
    private void IsDue(RegisterSession session, OutboxMessage? message)
    {
        if (message is null || WriterSubscriptions(session).FirstOrDefault(one => one.Id == message.Subscription) is not { Paused: false }) return;
        if (_leases?.Hold(message.Subscription) == false) _notOurs = _outboxTouched = true; // or it is nobody's yet, which a look finds out
        else if (_due.Count < DueLimit) _due.Add(message);
        else _outboxTouched = true;
    }

    private IReadOnlyList<Subscription> WriterSubscriptions(RegisterSession session) =>
        _subscriptions ??= LoadSubscriptions(session).ConvertAll(entry => entry.Subscription);

    private Subscription? Find(RegisterSession session, string id) => LoadSubscriptions(session).Find(entry => entry.Subscription.Id == id).Subscription;

    private List<(Subscription Subscription, string Secret)> LoadSubscriptions(RegisterSession session) => session.List(
        "select id, department, url, districts, min_severity, paused, created_at, case when previous_until > $1 then secret || ' ' || previous_secret else secret end, terms, gone "
        + "from subscription where removed_at is null order by created_at, id", Row, Now.UnixMilliseconds);

    private static (Subscription, string) Row(DbDataReader r)
    {
        var secret = r.GetString(7);
        return (new(r.GetString(0), r.GetString(1), new Uri(r.GetString(2), UriKind.RelativeOrAbsolute), Strings(r.GetString(3)), (Severity)r.GetByte(4), r.GetInt32(5) != 0, new(r.GetInt64(6)))
        {
            Terms = TermsText.Read(r.GetString(8)),
            Gone = JsonSerializer.Deserialize<int[]>(r.GetString(9)) ?? [],
            PublicKey = SigningKey.TryParse(secret.Split(' ')[0], out var key) ? key.PublicText : null,
        }, secret);
    }

    private static string[] Strings(string json) => JsonSerializer.Deserialize<string[]>(json) ?? [];
}
