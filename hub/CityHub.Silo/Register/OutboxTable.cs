using CityHub.Contracts;
using System.Data.Common;
using System.Globalization;
using System.Text;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Register;

/// <summary>
/// Webhook messages and their attempts, as rows. Of the undelivered messages of one (subscription, episode) the first is in state 1 and
/// the others wait behind it in state 0, so that what is due is one short range of an index however long the backlog.
/// </summary>
internal static class OutboxTable
{
    internal const int Waiting = 0, First = 1, Delivered = 2, DeadLettered = 3;

    /// <summary>Queues a message.</summary>
    /// <param name="due">The message when it is the first of its episode; else null.</param>
    /// <returns>False when its id was queued before.</returns>
    public static bool Queue(RegisterSession session, NewMessage message, EpisodeId? episode, Instant now, out OutboxMessage? due)
    {
        due = null;
        var behind = episode is { } id && session.Number(
            "select 1 from message where subscription = $1 and episode = $2 and state < 2 limit 1", message.SubscriptionId, id.Value) is not null;
        var row = session.Number(
            "insert into message (message_id, subscription, episode, type, body, state, attempts, queued_at, next_at, not_before) values ($1, $2, $3, $4, $5, $6, $9, $7, $8, $10) on conflict do nothing returning row",
            message.MessageId, message.SubscriptionId, episode?.Value, message.Type, message.Body, behind ? Waiting : First, now.UnixMilliseconds,
            (message.NotBefore ?? now).UnixMilliseconds, message.Attempts, message.NotBefore?.UnixMilliseconds);
        if (row is null) return false;
        session.Execute("update subscription set queued = queued + 1, last_message = $2 where id = $1", message.SubscriptionId, message.MessageId);
        if (!behind && message.NotBefore is null) due = new(row.Value, message.MessageId, message.SubscriptionId, episode, message.Type, message.Body, message.Attempts, now);

        // What may not wait takes along what was to wait before it.
        if (behind && message.NotBefore is null)
        {
            session.Execute("update message set next_at = $3, not_before = $3 where subscription = $1 and episode = $2 and state < 2 and attempts = 0 and next_at > $3",
                message.SubscriptionId, episode!.Value.Value, now.UnixMilliseconds);
        }
        return true;
    }

    public static Dictionary<string, OutboxTotal> Totals(RegisterSession session) => session.List(
        "select id, queued, (select count(*) from message where subscription = id and state < 2), last_message from subscription where removed_at is null",
        r => (Id: r.GetString(0), Total: new OutboxTotal(r.GetInt64(1), r.GetInt64(2), r.IsDBNull(3) ? null : r.GetString(3))))
        .ToDictionary(entry => entry.Id, entry => entry.Total, StringComparer.Ordinal);

    public static List<OutboxMessage> Due(RegisterSession session, Instant now, int limit, int perSubscription, Func<string, bool> ours)
    {
        var lines = new List<List<(long NextAt, OutboxMessage Message)>>();
        foreach (var subscription in Active(session))
        {
            if (!ours(subscription)) continue;
            var line = session.List(
                $"select {DueColumns} from message where subscription = $1 and state = 1 and next_at <= $2 order by next_at, row limit $3",
                r => (r.GetInt64(0), DueRow(r)),
                subscription, now.UnixMilliseconds, Math.Min(limit, perSubscription));
            if (line.Count > 0) lines.Add(line);
        }
        return lines.SelectMany(line => line.Select((due, place) => (place, due)))
            .OrderBy(entry => entry.place).ThenBy(entry => entry.due.NextAt).Take(limit)
            .OrderBy(entry => entry.due.NextAt).ThenBy(entry => entry.due.Message.Row)
            .Select(entry => entry.due.Message).ToList();
    }

    /// <param name="after">Only later than this; null: whenever.</param>
    public static Instant? NextDue(RegisterSession session, Instant? after = null)
    {
        long? next = null;
        foreach (var subscription in Active(session))
        {
            var first = session.Number("select next_at from message where subscription = $1 and state = 1 and next_at > $2 order by next_at, row limit 1",
                subscription, after?.UnixMilliseconds ?? long.MinValue);
            if (first is not null && (next is null || first < next)) next = first;
        }
        return next is { } at ? new Instant(at) : null;
    }

    /// <summary>Writes an attempt down; a message that is through lets the next of its episode come forward.</summary>
    /// <returns>The one that came forward and is due, or null.</returns>
    public static OutboxMessage? Record(RegisterSession session, AttemptRecord attempt, Instant now)
    {
        session.Execute(
            "insert into attempt (message, attempt, at, milliseconds, delivered, outcome, endpoint, answer) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (message, attempt) do update set "
            + "(at, milliseconds, delivered, outcome, endpoint, answer) = (excluded.at, excluded.milliseconds, excluded.delivered, excluded.outcome, excluded.endpoint, excluded.answer)",
            attempt.Row, attempt.Attempt, attempt.At.UnixMilliseconds, attempt.DurationMilliseconds, attempt.Delivered ? 1 : 0, attempt.Outcome, attempt.Endpoint, attempt.Answer);
        var state = attempt.Delivered ? Delivered : attempt.NextAt is null ? DeadLettered : First;
        var changed = session.Execute(
            "update message set state = $2, attempts = $3, next_at = $4, delivered_at = $5, last_outcome = $6 where row = $1 and state = 1",
            attempt.Row, state, attempt.Attempt, attempt.Delivered ? null : attempt.NextAt?.UnixMilliseconds,
            attempt.Delivered ? attempt.At.UnixMilliseconds : null, attempt.Outcome);
        if (changed == 0 || state == First) return null;
        // The one that was done with is past state 2, so the first below it is the next in line; written as the index has it, so that it serves.
        using var next = session.Query(
            "update message set state = 1, next_at = case when next_at > $2 then next_at else $2 end where row = (select w.row from message w, message m where m.row = $1 "
            + $"and w.subscription = m.subscription and w.episode = m.episode and w.state < 2 order by w.row limit 1) returning {DueColumns}",
            attempt.Row, attempt.At.UnixMilliseconds);
        return next.Read() && next.GetInt64(0) <= now.UnixMilliseconds ? DueRow(next) : null;
    }

    /// <summary>Gives up what waits of an episode.</summary>
    /// <returns>How many, and the attempts that a summary among them has used up.</returns>
    public static (int Messages, int SummaryAttempts) Supersede(RegisterSession session, string subscription, EpisodeId episode)
    {
        var given = session.List(
            "update message set state = 3, next_at = null, last_outcome = 'superseded' where subscription = $1 and episode = $2 and state < 2 returning type, attempts - replayed_after",
            r => (Type: r.GetString(0), Attempts: r.GetInt32(1)), subscription, episode.Value);
        return (given.Count, given.Where(one => one.Type == EpisodeBody.Type(EpisodeNews.Summary)).Select(one => one.Attempts).DefaultIfEmpty().Max());
    }

    /// <summary>Makes due at <paramref name="at"/> what waits for a later attempt.</summary>
    public static int BringForward(RegisterSession session, string subscription, Instant at) => session.Execute(
        "update message set next_at = $2 where subscription = $1 and state = 1 and next_at > $2 and attempts > replayed_after and (not_before is null or not_before <= $2)",
        subscription, at.UnixMilliseconds);

    /// <summary>Forgets messages that are done with, of episodes that are over, with their attempts: the oldest of each subscription first.</summary>
    /// <returns>How many, at most <paramref name="limit"/>.</returns>
    public static int Expire(RegisterSession session, Instant queuedBefore, int limit)
    {
        var expired = 0;
        foreach (var subscription in session.List("select id from subscription", r => r.GetString(0)))
        {
            if (expired >= limit) break;
            var rows = session.List(
                "select m.row from message m where m.subscription = $1 and m.queued_at < $2 and m.state >= 2 and not exists "
                + "(select 1 from episode e where e.id = m.episode and e.cleared_at is null and e.withdrawn_at is null) order by m.queued_at limit $3",
                r => r.GetInt64(0), subscription, queuedBefore.UnixMilliseconds, limit - expired);
            foreach (var row in rows)
            {
                session.Execute("delete from attempt where message = $1", row);
                session.Execute("delete from message where row = $1", row);
            }
            expired += rows.Count;
        }
        return expired;
    }

    /// <summary>Puts dead letters back into their lines, oldest first, behind what waits there already.</summary>
    public static int Replay(RegisterSession session, ReplayRange range, Instant now)
    {
        // One text per combination of what was given: PostgreSQL cannot tell the type of one that is compared with nothing.
        var where = new StringBuilder("m.state = 3 and s.removed_at is null");
        var values = new List<object?>();
        void And(string term, object? value)
        {
            if (value is null) return;
            values.Add(value);
            where.Append(CultureInfo.InvariantCulture, $" and {term} ${values.Count}");
        }
        And("m.message_id =", range.MessageId);
        And("m.subscription =", range.Subscription);
        And("m.queued_at >=", range.From?.UnixMilliseconds);
        And("m.queued_at <", range.To?.UnixMilliseconds);
        values.Add(range.Limit);
        var rows = session.List($"select m.row from message m join subscription s on s.id = m.subscription where {where} order by m.row limit ${values.Count}", r => r.GetInt64(0), values.ToArray());
        foreach (var row in rows)
        {
            session.Execute(
                "update message set replayed_after = attempts, next_at = $2, last_outcome = 'sent again', state = case when episode is null or not exists "
                + "(select 1 from message w where w.subscription = message.subscription and w.episode = message.episode and w.state < 2) then 1 else 0 end where row = $1",
                row, now.UnixMilliseconds);
        }
        return rows.Count;
    }

    public static List<DeliveryView> List(RegisterSession session, string? state, int limit)
    {
        const string Columns = "select message_id, subscription, episode, type, state, attempts, queued_at, delivered_at, next_at, last_outcome from message";
        return state switch
        {
            null => session.List(Columns + " order by row desc limit $1", View, limit),
            // Left to itself SQLite would walk the table backwards, through all that was delivered.
            DeliveryStates.Pending => session.List(Columns + session.By("message_line") + " where state < 2 order by row desc limit $1", View, limit),
            DeliveryStates.Delivered => session.List(Columns + " where state = 2 order by row desc limit $1", View, limit),
            DeliveryStates.DeadLettered => session.List(Columns + " where state = 3 order by row desc limit $1", View, limit),
            _ => [],
        };
    }

    private const string DueColumns = "next_at, row, message_id, subscription, episode, type, body, attempts, queued_at, replayed_after";

    private static OutboxMessage DueRow(DbDataReader r) => new(r.GetInt64(1), r.GetString(2), r.GetString(3), r.IsDBNull(4) ? null : new EpisodeId(r.GetString(4)),
        r.GetString(5), r.GetFieldValue<byte[]>(6), r.GetInt32(7), new(r.GetInt64(8))) { ReplayedAfter = r.GetInt32(9) };

    private static List<string> Active(RegisterSession session) =>
        session.List("select id from subscription where paused = 0 and removed_at is null", r => r.GetString(0));

    internal static string StateName(int state) => state switch { Waiting or First => DeliveryStates.Pending, Delivered => DeliveryStates.Delivered, _ => DeliveryStates.DeadLettered };

    private static DeliveryView View(DbDataReader r) =>
        new(r.GetString(0), r.GetString(1), r.IsDBNull(2) ? null : new EpisodeId(r.GetString(2)), r.GetString(3),
            StateName(r.GetInt32(4)),
            r.GetInt32(5), new(r.GetInt64(6)), r.IsDBNull(7) ? null : new Instant(r.GetInt64(7)), r.IsDBNull(8) ? null : new Instant(r.GetInt64(8)),
            r.IsDBNull(9) ? null : r.GetString(9));
}
