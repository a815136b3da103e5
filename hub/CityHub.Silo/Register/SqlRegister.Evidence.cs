using System.Data.Common;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Register;

public abstract partial class SqlRegister
{
    private const string AckColumns = "episode, subscription, department, who, via, at, note";

    public byte[] HubKey(string name, Func<byte[]> make)
    {
        var kept = Read(session => Key(session, name));
        return kept ?? _writer.Enqueue(session =>
        {
            session.Execute("insert into hub_key (name, key) values ($1, $2) on conflict do nothing", name, make());
            return Key(session, name)!;
        }).GetAwaiter().GetResult();
    }

    public Task<DepartmentAck> KeepAcknowledgement(DepartmentAck acknowledgement) => _writer.Enqueue(session =>
    {
        session.Execute($"insert into department_ack ({AckColumns}) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing", acknowledgement.Episode.Value, acknowledgement.Subscription,
            acknowledgement.Department, acknowledgement.Who, acknowledgement.Via, acknowledgement.At.UnixMilliseconds, acknowledgement.Note);
        return Ack(session, acknowledgement.Episode, acknowledgement.Subscription)!;
    });

    public Task<DepartmentAck?> FindAcknowledgement(EpisodeId episode, string subscription) => ReadAsync(session => Ack(session, episode, subscription));

    public Task<(string Subscription, EpisodeId Episode)?> FindMessage(string messageId) => ReadAsync<(string, EpisodeId)?>(session =>
    {
        // By subscription, because that is what the index of ids begins with.
        using var found = session.Query("select subscription, episode from message where message_id = $1 and subscription in (select id from subscription) and episode is not null limit 1", messageId);
        return found.Read() ? (found.GetString(0), new(found.GetString(1))) : null;
    });

    public Task<IReadOnlyList<MessageEvidence>> Evidence(EpisodeId episode) => ReadAsync<IReadOnlyList<MessageEvidence>>(session =>
    {
        var attempts = session.List(
            "select a.message, a.attempt, a.at, a.milliseconds, a.delivered, a.outcome, a.endpoint, a.answer from attempt a join message m on m.row = a.message where m.episode = $1 order by a.message, a.attempt",
            r => (Row: r.GetInt64(0), Attempt: new AttemptEvidence(r.GetInt32(1), new(r.GetInt64(2)), r.GetInt32(3), r.GetInt32(4) != 0, r.GetString(5), r.GetInt32(6), r.IsDBNull(7) ? null : r.GetString(7))),
            episode.Value).ToLookup(one => one.Row, one => one.Attempt);
        return session.List(
            "select m.row, m.message_id, m.subscription, s.department, m.type, m.state, m.queued_at, coalesce(m.not_before, m.queued_at), m.delivered_at "
            + "from message m join subscription s on s.id = m.subscription where m.episode = $1 order by m.row",
            r => new MessageEvidence(r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4), OutboxTable.StateName(r.GetInt32(5)), new(r.GetInt64(6)), new(r.GetInt64(7)),
                r.IsDBNull(8) ? null : new Instant(r.GetInt64(8)), [.. attempts[r.GetInt64(0)]]), episode.Value);
    });

    public Task<int> ExpireEvidence(Instant queuedBefore, int limit) => _writer.Enqueue(session =>
    {
        var expired = OutboxTable.Expire(session, queuedBefore, limit);
        return expired + session.Execute(
            "delete from department_ack where (episode, subscription) in (select a.episode, a.subscription from department_ack a where a.at < $1 and not exists "
            + "(select 1 from episode e where e.id = a.episode and e.cleared_at is null and e.withdrawn_at is null) limit $2)", queuedBefore.UnixMilliseconds, limit - expired);
    });

    public Task<IReadOnlyList<DepartmentAck>> Acknowledgements(EpisodeId episode) => ReadAsync<IReadOnlyList<DepartmentAck>>(session =>
        session.List($"select {AckColumns} from department_ack where episode = $1 order by at", AckRow, episode.Value));

    public Task<(IReadOnlyList<DeliveryFact> Deliveries, IReadOnlyList<AcknowledgementFact> Acknowledgements)> DepartmentFacts(string department, Instant from, Instant to, int limit) =>
        ReadAsync<(IReadOnlyList<DeliveryFact>, IReadOnlyList<AcknowledgementFact>)>(session =>
        {
            var terms = session.List("select id, terms from subscription where department = $1", r => (Id: r.GetString(0), Terms: TermsText.Read(r.GetString(1))), department)
                .ToDictionary(one => one.Id, one => one.Terms, StringComparer.Ordinal);
            var deliveries = new List<DeliveryFact>();
            var acknowledgements = new List<AcknowledgementFact>();
            foreach (var (subscription, agreed) in terms.OrderBy(one => one.Key, StringComparer.Ordinal))
            {
                deliveries.AddRange(session.List(
                    "select message_id, episode, type, coalesce(not_before, queued_at), delivered_at, state, last_outcome from message "
                    + "where subscription = $1 and queued_at >= $2 and queued_at < $3 and episode is not null order by queued_at, row limit $4",
                    r => new DeliveryFact(subscription, r.GetString(0), new(r.GetString(1)), r.GetString(2), new(r.GetInt64(3)), r.IsDBNull(4) ? null : new Instant(r.GetInt64(4)),
                        r.GetInt32(5) == OutboxTable.DeadLettered, r.IsDBNull(6) ? null : r.GetString(6), agreed.ServiceLevel),
                    subscription, from.UnixMilliseconds, to.UnixMilliseconds, limit - deliveries.Count));
                acknowledgements.AddRange(session.List(
                    "select m.episode, min(coalesce(m.not_before, m.queued_at)), a.who, a.via, a.at from message m left join department_ack a on a.episode = m.episode and a.subscription = m.subscription "
                    + "where m.subscription = $1 and m.queued_at >= $2 and m.queued_at < $3 and m.episode is not null and m.type in ('episode.raised', 'episode.summary') group by m.episode, a.who, a.via, a.at limit $4",
                    r => new AcknowledgementFact(subscription, new(r.GetString(0)), new(r.GetInt64(1)), r.IsDBNull(2) ? null : r.GetString(2), r.IsDBNull(3) ? null : r.GetString(3),
                        r.IsDBNull(4) ? null : new Instant(r.GetInt64(4)), agreed.AcknowledgeWithin),
                    subscription, from.UnixMilliseconds, to.UnixMilliseconds, limit));
            }
            return (deliveries, acknowledgements);
        });

    private static byte[]? Key(RegisterSession session, string name) => session.First("select key from hub_key where name = $1", r => r.GetFieldValue<byte[]>(0), name);

    private static DepartmentAck? Ack(RegisterSession session, EpisodeId episode, string subscription) =>
        session.First($"select {AckColumns} from department_ack where episode = $1 and subscription = $2", AckRow, episode.Value, subscription);

    private static DepartmentAck AckRow(DbDataReader r) =>
        new(new(r.GetString(0)), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4), new(r.GetInt64(5)), r.GetString(6));
}
