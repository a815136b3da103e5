using System.Text.Json;
using CityHub.Contracts;
using System.Data.Common;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Silo.Register;

/// <summary>Episodes and the numbered log of their changes, as rows. Called within the writer's transaction, or by readers.</summary>
internal static class EpisodeTable
{
    private const string Columns = "id, rule, rule_version, sensor, quantity, severity, first_breach_at, value, district, department, message, "
        + "raised_at, recorded_at, cleared_at, withdrawn_at, late, ack_by, ack_at, ack_note, category, run_book, kind, severity_at, "
        + "node, site, latched, withheld, ack_severity, change, attention, members";

    private const string DeskColumns = "reset_by, reset_at, reset_why, false_by, false_at, false_why, assigned_to, assigned_by, assigned_at, escalations, comments, "
        + "released_at, held_reason, held_because, held_by, held_until";

    private const string Whole = Columns + ", " + DeskColumns + " from episode left join desk on desk.episode = episode.id";

    private const int FirstOfDesk = 31;

    /// <summary>What may change once an episode is there: all but what names it (id, rule, sensor), where it is and whether it latches.</summary>
    private const string Changing = "rule_version, quantity, severity, first_breach_at, value, department, message, raised_at, recorded_at, cleared_at, withdrawn_at, late, "
        + "ack_by, ack_at, ack_note, category, run_book, kind, severity_at, withheld, ack_severity, change, attention, members";

    private static readonly string ChangingAsGiven = AsGiven(Changing);
    private static readonly string DeskAsGiven = AsGiven(DeskColumns);

    public static Episode? Find(RegisterSession session, EpisodeId id) =>
        session.First($"select {Whole} where id = $1", Row, id.Value);

    /// <summary>Another episode that is open for the same rule and sensor.</summary>
    public static Episode? FindOtherOpen(RegisterSession session, Episode episode) =>
        session.First($"select {Whole} where rule = $1 and sensor = $2 and id <> $3 and cleared_at is null and withdrawn_at is null",
            Row, episode.Rule, episode.Sensor.Value, episode.Id.Value);

    /// <summary>Writes an episode. One that is there keeps its row: replaced, it would be taken out of every index and put back into each.</summary>
    public static void Save(RegisterSession session, Episode? before, Episode e)
    {
        session.Execute(
            $"insert into episode ({Columns}, opened_at) "
            + "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32) "
            + $"on conflict (id) do update set ({Changing}) = ({ChangingAsGiven})",
            e.Id.Value, e.Rule, e.RuleVersion, e.Sensor.Value, (int)e.Quantity, (int)e.Severity, e.FirstBreachAt.UnixMilliseconds, e.Value,
            e.District, e.Department, e.Message, e.RaisedAt?.UnixMilliseconds, e.RecordedAt?.UnixMilliseconds, e.ClearedAt?.UnixMilliseconds,
            e.WithdrawnAt?.UnixMilliseconds, e.Late ? 1 : 0, e.Acknowledged?.By, e.Acknowledged?.At.UnixMilliseconds, e.Acknowledged?.Note,
            e.Category, e.RunBook, (int)e.Kind, e.SeverityAt?.UnixMilliseconds,
            e.Node, e.Site, e.Latched ? 1 : 0, e.Withheld ? 1 : 0, (int?)e.Acknowledged?.Severity, e.Change, e.Attention,
            e.Members.Count == 0 ? null : JsonSerializer.Serialize(e.Members.Select(member => member.Value)), OpenedAt(e).UnixMilliseconds);
        // Four indexes hold this one, and it seldom moves.
        if (before is not null && OpenedAt(before) != OpenedAt(e)) session.Execute("update episode set opened_at = $2 where id = $1", e.Id.Value, OpenedAt(e).UnixMilliseconds);
        if (!OnDesk(e))
        {
            if (before is not null && OnDesk(before)) session.Execute("delete from desk where episode = $1", e.Id.Value);
            return;
        }
        session.Execute(
            $"insert into desk (episode, {DeskColumns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) "
            + $"on conflict (episode) do update set ({DeskColumns}) = ({DeskAsGiven})",
            e.Id.Value, e.Reset?.By, e.Reset?.At.UnixMilliseconds, e.Reset?.Why, e.FalseAlarm?.By, e.FalseAlarm?.At.UnixMilliseconds, e.FalseAlarm?.Why,
            e.Assigned?.To, e.Assigned?.By, e.Assigned?.At.UnixMilliseconds, EscalationText.Write(e.Escalated), e.Comments, e.ReleasedAt?.UnixMilliseconds,
            (int?)e.Held?.Reason, e.Held?.Because, e.Held?.By, e.Held?.Until?.UnixMilliseconds);
    }

    private static string AsGiven(string columns) => string.Join(", ", columns.Split(", ").Select(column => "excluded." + column));

    private static Instant OpenedAt(Episode e) => e.RaisedAt ?? e.RecordedAt ?? e.FirstBreachAt;

    /// <summary>Whether the desk has anything to say of it: most episodes are raised and over without, and have no row for it.</summary>
    private static bool OnDesk(Episode e) =>
        e.Reset is not null || e.FalseAlarm is not null || e.Assigned is not null || e.Escalated is not null || e.Comments > 0 || e.ReleasedAt is not null || e.Held is not null;

    /// <summary>Gives a change its number: the last one plus one, undone with the transaction, so without gaps.</summary>
    public static long Log(RegisterSession session, EpisodeId episode, string kind, Instant at, string by, string why) =>
        session.Number("insert into change (episode, kind, at, who, why) values ($1, $2, $3, $4, $5) returning number", episode.Value, kind, at.UnixMilliseconds, by, why)!.Value;

    public static List<EpisodeEntry> History(RegisterSession session, EpisodeId id, int limit)
    {
        var newest = session.List("select number, at, kind, who, why from change where episode = $1 order by number desc limit $2",
            r => new EpisodeEntry(r.GetInt64(0), new(r.GetInt64(1)), r.GetString(2), r.GetString(3), r.GetString(4)), id.Value, limit);
        newest.Reverse();
        return newest;
    }

    public static List<Episode> Unsettled(RegisterSession session, Instant since, int limit) => session.List(
        $"select {Whole} where cleared_at is not null and withdrawn_at is null and raised_at is not null and (ack_at is null or latched = 1) "
        + "and (cleared_at >= $1 or latched = 1) and (ack_at is null and withheld = 0 or latched = 1 and reset_at is null) order by cleared_at desc limit $2", Row, since.UnixMilliseconds, limit);

    public static List<Episode> HeldBy(RegisterSession session, EpisodeId id, int limit) => session.List(
        $"select {Columns}, {DeskColumns} from desk join episode on episode.id = desk.episode where held_by = $1 and cleared_at is null and withdrawn_at is null order by opened_at desc limit $2",
        Row, id.Value, limit);

    public static List<Episode> List(RegisterSession session, EpisodeFilter filter)
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
        return session.List($"select {Whole} {condition} order by opened_at desc, id limit ${values.Count}", Row, values.ToArray());
    }

    private static Episode Row(DbDataReader r) =>
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
            Acknowledged = r.IsDBNull(16) ? null
                : new(r.GetString(16), new(r.GetInt64(17)), r.GetString(18)) { Severity = r.IsDBNull(27) ? Severity.Critical : (Severity)r.GetByte(27) },
            Category = r.GetString(19),
            RunBook = r.GetString(20),
            Kind = (EpisodeKind)r.GetByte(21),
            SeverityAt = At(r, 22),
            Node = r.GetString(23),
            Site = r.GetString(24),
            Latched = r.GetInt32(25) != 0,
            Withheld = r.GetInt32(26) != 0,
            Change = r.GetInt64(28),
            Attention = r.GetInt64(29),
            Members = r.IsDBNull(30) ? [] : [.. JsonSerializer.Deserialize<string[]>(r.GetString(30))!.Select(member => new SensorId(member))],
            Reset = Signed(r, FirstOfDesk),
            FalseAlarm = Signed(r, FirstOfDesk + 3),
            Assigned = r.IsDBNull(FirstOfDesk + 6) ? null : new(r.GetString(FirstOfDesk + 6), r.GetString(FirstOfDesk + 7), new(r.GetInt64(FirstOfDesk + 8))),
            Escalated = r.IsDBNull(FirstOfDesk + 9) ? null : EscalationText.Read(r.GetString(FirstOfDesk + 9)),
            Comments = r.IsDBNull(FirstOfDesk + 10) ? 0 : r.GetInt32(FirstOfDesk + 10),
            ReleasedAt = At(r, FirstOfDesk + 11),
            Held = r.IsDBNull(FirstOfDesk + 12) ? null
                : new((HoldReason)r.GetByte(FirstOfDesk + 12), r.GetString(FirstOfDesk + 13), r.GetString(FirstOfDesk + 14), At(r, FirstOfDesk + 15)),
        };

    private static Signature? Signed(DbDataReader r, int column) => r.IsDBNull(column) ? null : new(r.GetString(column), new(r.GetInt64(column + 1)), r.GetString(column + 2));

    private static Instant? At(DbDataReader r, int column) => r.IsDBNull(column) ? null : new(r.GetInt64(column));
}
