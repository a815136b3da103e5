using CityHub.Contracts;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Desk;

namespace CityHub.Silo.Register;

public abstract partial class SqlRegister
{
    public Task<IReadOnlyList<EpisodeChange>> Commit(IReadOnlyList<EpisodeEvent> events, Func<EpisodeEvent, EpisodeContext> context, Func<Episode, HeldBack?>? holdBack = null) =>
        Commit(() => events, context, holdBack);

    public Task<IReadOnlyList<EpisodeChange>> Commit(Func<IReadOnlyList<EpisodeEvent>> events, Func<EpisodeEvent, EpisodeContext> context, Func<Episode, HeldBack?>? holdBack = null, bool rides = false,
        IReadOnlyList<GroupTenure>? under = null) =>
        _writer.Enqueue<IReadOnlyList<EpisodeChange>>(session =>
        {
            Guard(session, under);
            var changes = new List<EpisodeChange>();
            foreach (var happened in events()) Apply(session, happened, context, holdBack, changes);
            return changes;
        }, rides ? WriteHurry.Rides : WriteHurry.Awaited);

    public void Hurry() => _writer.Hurry();

    public Task<EpisodeChange?> Acknowledge(EpisodeId id, string by, Instant at, string note) => _writer.Enqueue(session =>
    {
        if (EpisodeTable.Find(session, id) is not { IsAcknowledged: false } before) return null;
        return Save(session, before, before.Acknowledge(by, at, note), EpisodeChangeKinds.Acknowledged, at, by, note);
    });

    public Task<Episode?> FindEpisode(EpisodeId id) => ReadAsync(session => EpisodeTable.Find(session, id));

    public Task<IReadOnlyList<Episode>> ListEpisodes(EpisodeFilter filter) =>
        ReadAsync<IReadOnlyList<Episode>>(session => EpisodeTable.List(session, filter));

    private void Apply(RegisterSession session, EpisodeEvent happened, Func<EpisodeEvent, EpisodeContext> context, Func<Episode, HeldBack?>? holdBack, List<EpisodeChange> changes)
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
                Node = of.Node,
                Site = of.Site,
                Latched = of.Latched,
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
        after = ended ?? after;
        if (after is { IsOpen: true, RaisedAt: not null } && before is not { IsOpen: true, RaisedAt: not null }) after = Opened(before, after, holdBack);
        changes.Add(Save(session, before, after, Kind(before, happened), happened.At));
    }

    /// <summary>Told or held back: decided in the transaction that opens it.</summary>
    private static Episode Opened(Episode? before, Episode after, Func<Episode, HeldBack?>? holdBack)
    {
        var called = before is { CalledAt: not null, WithdrawnAt: null };   // it is open after all: whom it concerns know it
        var asked = after with { Withheld = !called, Held = null };
        return holdBack?.Invoke(asked) is { } held ? asked with { Held = held } : asked with { Withheld = false };
    }

    private static string Kind(Episode? before, EpisodeEvent happened) => happened switch
    {
        EpisodeEvent.Raised => before is { RaisedAt: not null, WithdrawnAt: null } ? EpisodeChangeKinds.Updated : EpisodeChangeKinds.Raised,
        EpisodeEvent.Recorded => EpisodeChangeKinds.Recorded,
        EpisodeEvent.SeverityChanged => EpisodeChangeKinds.SeverityChanged,
        EpisodeEvent.Cleared => before?.ClearedAt is null ? EpisodeChangeKinds.Cleared : EpisodeChangeKinds.Updated,
        EpisodeEvent.Joined => EpisodeChangeKinds.Joined,
        EpisodeEvent.Withdrawn => EpisodeChangeKinds.Withdrawn,
        _ => throw new System.Diagnostics.UnreachableException($"An event of a kind that the register does not know: {happened.GetType().Name}"),
    };

    private EpisodeChange Save(RegisterSession session, Episode? before, Episode after, string kind, Instant at, string by = "", string why = "")
    {
        var number = EpisodeTable.Log(session, after.Id, kind, at, by, why);
        after = after with { Change = number, Attention = Episode.AsksAnew(before, after) ? number : after.Attention };
        EpisodeTable.Save(session, before, after);
        var change = new EpisodeChange(number, before, after, kind);
        foreach (var message in _compose(change, WriterSubscriptions(session), _lines.In(session))) Queue(session, message, after.Id);
        return change;
    }
}
