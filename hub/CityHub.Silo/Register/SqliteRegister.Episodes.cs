using CityHub.Contracts;
using CityHub.Silo.Sqlite;
using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Silo.Register;

public sealed partial class SqliteRegister
{
    public Task<IReadOnlyList<EpisodeChange>> Commit(IReadOnlyList<EpisodeEvent> events, Func<EpisodeEvent, EpisodeContext> context) => Commit(() => events, context);

    public Task<IReadOnlyList<EpisodeChange>> Commit(Func<IReadOnlyList<EpisodeEvent>> events, Func<EpisodeEvent, EpisodeContext> context) =>
        _writer.Enqueue<IReadOnlyList<EpisodeChange>>(session =>
        {
            var changes = new List<EpisodeChange>();
            foreach (var happened in events()) Apply(session, happened, context, changes);
            return changes;
        });

    public Task<EpisodeChange?> Acknowledge(EpisodeId id, string by, Instant at, string note) => _writer.Enqueue(session =>
    {
        if (EpisodeTable.Find(session, id) is not { Acknowledged: null } before) return null;
        return Save(session, before, before.Acknowledge(by, at, note), EpisodeChangeKinds.Acknowledged, at);
    });

    public Task<Episode?> FindEpisode(EpisodeId id) => ReadAsync(session => EpisodeTable.Find(session, id));

    public Task<IReadOnlyList<Episode>> ListEpisodes(EpisodeFilter filter) =>
        ReadAsync<IReadOnlyList<Episode>>(session => EpisodeTable.List(session, filter));

    private void Apply(SqliteSession session, EpisodeEvent happened, Func<EpisodeEvent, EpisodeContext> context, List<EpisodeChange> changes)
    {
        var before = EpisodeTable.Find(session, happened.Episode);
        if (Episode.Apply(before, happened) is not { } after) return;
        if (before is null)
        {
            var of = context(happened);
            after = after with
            {
                District = of.District,
                Department = of.Department,
                Message = of.Message,
                Category = of.Category,
                RunBook = of.RunBook,
                Kind = of.Kind,
            };
        }
        Episode? ended = null;
        if (after.IsOpen && before is not { IsOpen: true } && EpisodeTable.FindOtherOpen(session, after) is { } other)
        {
            // Nobody's call is ended by an older breach that calls nobody: that one is entered as over when the open one began.
            if (happened is EpisodeEvent.Recorded && other.RaisedAt is not null && after.FirstBreachAt < other.FirstBreachAt)
            {
                ended = after with { ClearedAt = other.FirstBreachAt };
            }
            else
            {
                changes.Add(Save(session, other, other with { ClearedAt = happened.At }, EpisodeChangeKinds.Cleared, happened.At));
            }
        }
        changes.Add(Save(session, before, ended ?? after, Kind(before, happened), happened.At));
    }

    private static string Kind(Episode? before, EpisodeEvent happened) => happened switch
    {
        EpisodeEvent.Raised => before is { RaisedAt: not null, WithdrawnAt: null } ? EpisodeChangeKinds.Updated : EpisodeChangeKinds.Raised,
        EpisodeEvent.Recorded => EpisodeChangeKinds.Recorded,
        EpisodeEvent.SeverityChanged => EpisodeChangeKinds.SeverityChanged,
        EpisodeEvent.Cleared => before?.ClearedAt is null ? EpisodeChangeKinds.Cleared : EpisodeChangeKinds.Updated,
        EpisodeEvent.Withdrawn => EpisodeChangeKinds.Withdrawn,
        _ => throw new System.Diagnostics.UnreachableException($"An event of a kind that the register does not know: {happened.GetType().Name}"),
    };

    private EpisodeChange Save(SqliteSession session, Episode? before, Episode after, string kind, Instant at)
    {
        EpisodeTable.Save(session, before, after);
        var change = new EpisodeChange(EpisodeTable.Log(session, after.Id, kind, at), before, after, kind);
        foreach (var message in _compose(change, WriterSubscriptions(session), _lines.In(session))) Queue(session, message, after.Id);
        return change;
    }
}
