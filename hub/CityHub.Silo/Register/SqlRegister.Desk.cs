using CityHub.Contracts;
using System.Data.Common;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Silo.Register;

/// <content>What the desk does with episodes, and what people have put aside.</content>
public abstract partial class SqlRegister
{
    private const string SuppressionColumns = "id, kind, rule, sensor, node, site, district, from_at, until_at, who, at, why, ended_by, ended_at, ended_why";

    public Task<DeskEntry> Act(EpisodeId id, DeskAction action, string by, Instant at) => _writer.Enqueue(session =>
    {
        if (EpisodeTable.Find(session, id) is not { } before) return new DeskEntry(null, DeskRefusal.None, null);
        var (after, refusal) = DeskAction.Apply(before, action, by, at);
        return refusal == DeskRefusal.None && Save(session, before, after, Kind(action), at, by, Why(action)) is { } change
            ? new(change.After, refusal, change) : new DeskEntry(before, refusal, null);
    });

    public Task<IReadOnlyList<EpisodeChange>> Act(IReadOnlyList<(EpisodeId Episode, DeskAction Action)> actions, string by, Instant at) =>
        _writer.Enqueue<IReadOnlyList<EpisodeChange>>(session =>
        {
            var changes = new List<EpisodeChange>();
            foreach (var (id, action) in actions)
            {
                if (EpisodeTable.Find(session, id) is not { } before) continue;
                var (after, refusal) = DeskAction.Apply(before, action, by, at);
                if (refusal == DeskRefusal.None) changes.Add(Save(session, before, after, Kind(action), at, by, Why(action)));
            }
            return changes;
        });

    public Task<IReadOnlyList<EpisodeEntry>> History(EpisodeId id, int limit) => ReadAsync<IReadOnlyList<EpisodeEntry>>(session => EpisodeTable.History(session, id, limit));

    public Task<IReadOnlyList<Episode>> Unsettled(Instant since, int limit) => ReadAsync<IReadOnlyList<Episode>>(session => EpisodeTable.Unsettled(session, since, limit));

    public Task<IReadOnlyList<Episode>> HeldBy(EpisodeId id, int limit) => ReadAsync<IReadOnlyList<Episode>>(session => EpisodeTable.HeldBy(session, id, limit));

    public Task AddSuppression(Suppression s) => _writer.Enqueue(session => session.Execute(
        $"insert into suppression ({SuppressionColumns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, null, null, null)",
        s.Id, (int)s.Kind, s.Scope.Rule, s.Scope.Sensor, s.Scope.Node, s.Scope.Site, s.Scope.District, s.From.UnixMilliseconds, s.Until?.UnixMilliseconds,
        s.By, s.MadeAt.UnixMilliseconds, s.Why));

    public Task<Suppression?> EndSuppression(string id, Signature end) => _writer.Enqueue(session =>
        session.Execute("update suppression set ended_by = $1, ended_at = $2, ended_why = $3 where id = $4 and ended_at is null", end.By, end.At.UnixMilliseconds, end.Why, id) == 0
            ? null : session.First($"select {SuppressionColumns} from suppression where id = $1", SuppressionRow, id));

    public IReadOnlyList<Suppression> Suppressions(Instant? standingAt, int limit) => Read(session => standingAt is { } at
        ? session.List($"select {SuppressionColumns} from suppression where ended_at is null and (until_at is null or until_at > $1) order by at desc, id limit $2", SuppressionRow, at.UnixMilliseconds, limit)
        : session.List($"select {SuppressionColumns} from suppression order by at desc, id limit $1", SuppressionRow, limit));

    private static Suppression SuppressionRow(DbDataReader r) =>
        new(r.GetString(0), (SuppressionKind)r.GetByte(1), new(r.GetString(2), r.GetString(3), r.GetString(4), r.GetString(5), r.GetString(6)),
            new(r.GetInt64(7)), r.IsDBNull(8) ? null : new(r.GetInt64(8)), r.GetString(9), new(r.GetInt64(10)), r.GetString(11))
        {
            Ended = r.IsDBNull(12) ? null : new(r.GetString(12), new(r.GetInt64(13)), r.GetString(14)),
        };

    private static string Kind(DeskAction action) => action switch
    {
        DeskAction.Acknowledge => EpisodeChangeKinds.Acknowledged,
        DeskAction.Reset => EpisodeChangeKinds.Reset,
        DeskAction.Assign => EpisodeChangeKinds.Assigned,
        DeskAction.Comment => EpisodeChangeKinds.Commented,
        DeskAction.MarkFalse => EpisodeChangeKinds.FalseAlarm,
        DeskAction.Escalate => EpisodeChangeKinds.Escalated,
        DeskAction.End => EpisodeChangeKinds.Cleared,
        DeskAction.HoldBack { Held: not null } => EpisodeChangeKinds.Held,
        DeskAction.HoldBack => EpisodeChangeKinds.Released,
        _ => throw new System.Diagnostics.UnreachableException($"An action that the register does not know: {action.GetType().Name}"),
    };

    private static string Why(DeskAction action) => action switch
    {
        DeskAction.Acknowledge a => a.Note,
        DeskAction.Reset r => r.Note,
        DeskAction.Assign a => a.To.Length == 0 ? "nobody" : a.To,
        DeskAction.Comment c => c.Text,
        DeskAction.MarkFalse f => f.Why,
        DeskAction.Escalate e => string.Join("; ", new[] { e.Department.Length > 0 ? $"{e.Department} is called" : "", e.Severity is { } s ? $"counts as {s.ToString().ToLowerInvariant()}" : "", e.Why }.Where(part => part.Length > 0)),
        DeskAction.End e => e.Why,
        DeskAction.HoldBack h => h.Held?.Because ?? "",
        _ => "",
    };
}
