using CityHub.Contracts;
using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Silo.Register;

/// <summary>Episodes and the numbered log of their changes, as rows. Called within the writer's transaction, or by readers.</summary>
internal static class EpisodeTable
{
    private const string Columns = "id, rule, rule_version, sensor, quantity, severity, first_breach_at, value, district, department, message, "
        + "raised_at, recorded_at, cleared_at, withdrawn_at, late, ack_by, ack_at, ack_note, category, run_book, kind, severity_at";

    /// <summary>What may change once an episode is there: all but what names it (id, rule, sensor) and where it is.</summary>
    private const string Changing = "rule_version, quantity, severity, first_breach_at, value, department, message, raised_at, recorded_at, cleared_at, withdrawn_at, late, "
        + "ack_by, ack_at, ack_note, category, run_book, kind, severity_at";

    private static readonly string ChangingAsGiven = string.Join(", ", Changing.Split(", ").Select(column => "excluded." + column));

    public static Episode? Find(SqliteSession session, EpisodeId id) =>
        session.First($"select {Columns} from episode where id = $1", Row, id.Value);

    /// <summary>Another episode that is open for the same rule and sensor.</summary>
    public static Episode? FindOtherOpen(SqliteSession session, Episode episode) =>
        session.First($"select {Columns} from episode where rule = $1 and sensor = $2 and id <> $3 and cleared_at is null and withdrawn_at is null",
            Row, episode.Rule, episode.Sensor.Value, episode.Id.Value);

    /// <summary>Writes an episode. One that is there keeps its row: replaced, it would be taken out of every index and put back into each.</summary>
    public static void Save(SqliteSession session, Episode? before, Episode e)
    {
        session.Execute(
            $"insert into episode ({Columns}, opened_at) "
            + "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24) "
            + $"on conflict (id) do update set ({Changing}) = ({ChangingAsGiven})",
            e.Id.Value, e.Rule, e.RuleVersion, e.Sensor.Value, (int)e.Quantity, (int)e.Severity, e.FirstBreachAt.UnixMilliseconds, e.Value,
            e.District, e.Department, e.Message, e.RaisedAt?.UnixMilliseconds, e.RecordedAt?.UnixMilliseconds, e.ClearedAt?.UnixMilliseconds,
            e.WithdrawnAt?.UnixMilliseconds, e.Late ? 1 : 0, e.Acknowledged?.By, e.Acknowledged?.At.UnixMilliseconds, e.Acknowledged?.Note,
            e.Category, e.RunBook, (int)e.Kind, e.SeverityAt?.UnixMilliseconds, OpenedAt(e).UnixMilliseconds);
        // Four indexes hold this one, and it seldom moves.
        if (before is not null && OpenedAt(before) != OpenedAt(e)) session.Execute("update episode set opened_at = $2 where id = $1", e.Id.Value, OpenedAt(e).UnixMilliseconds);
    }

    private static Instant OpenedAt(Episode e) => e.RaisedAt ?? e.RecordedAt ?? e.FirstBreachAt;

    /// <summary>Gives a change its number: the last one plus one, undone with the transaction, so without gaps.</summary>
    public static long Log(SqliteSession session, EpisodeId episode, string kind, Instant at) =>
        session.Number("insert into change (episode, kind, at) values ($1, $2, $3) returning number", episode.Value, kind, at.UnixMilliseconds)!.Value;

    public static List<Episode> List(SqliteSession session, EpisodeFilter filter)
    {
        // One text per combination of filters, so that each finds its index.
        var where = new List<string>();
        var values = new List<object?>();
        void And(string term, object value)
        {
            values.Add(value);
            where.Add(term + " $" + values.Count);
        }
        if (filter.Open is { } open)
        {
            where.Add(open ? "cleared_at is null and withdrawn_at is null" : "(cleared_at is not null or withdrawn_at is not null)");
        }
        if (filter.District is { } district) And("district =", district);
        if (filter.Sensor is { } sensor) And("sensor =", sensor.Value);
        if (filter.From is { } from) And("opened_at >=", from.UnixMilliseconds);
        if (filter.To is { } to) And("opened_at <", to.UnixMilliseconds);
        values.Add(filter.Limit);
        var condition = where.Count == 0 ? "" : "where " + string.Join(" and ", where);
        return session.List($"select {Columns} from episode {condition} order by opened_at desc, id limit ${values.Count}", Row, values.ToArray());
    }

    private static Episode Row(SqliteDataReader r) =>
        new(new(r.GetString(0)), r.GetString(1), r.GetInt32(2), new(r.GetString(3)), (Quantity)r.GetByte(4), (Severity)r.GetByte(5), new(r.GetInt64(6)), r.GetDouble(7))
        {
            District = r.GetString(8),
            Department = r.GetString(9),
            Message = r.GetString(10),
            RaisedAt = At(r, 11),
            RecordedAt = At(r, 12),
            ClearedAt = At(r, 13),
            WithdrawnAt = At(r, 14),
            Late = r.GetInt32(15) != 0,
            Acknowledged = r.IsDBNull(16) ? null : new(r.GetString(16), new(r.GetInt64(17)), r.GetString(18)),
            Category = r.GetString(19),
            RunBook = r.GetString(20),
            Kind = (EpisodeKind)r.GetByte(21),
            SeverityAt = At(r, 22),
        };

    private static Instant? At(SqliteDataReader r, int column) => r.IsDBNull(column) ? null : new(r.GetInt64(column));
}
