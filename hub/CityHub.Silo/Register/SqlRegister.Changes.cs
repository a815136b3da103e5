using SmartCity.Watch;

namespace CityHub.Silo.Register;

public abstract partial class SqlRegister
{
    public bool IsShared => _store.IsShared;

    public long LastChange() => Read(session => session.Number("select max(number) from change") ?? 0);

    public ChangesOfOthers ChangesOfOthers(long after, int limit) => Read(session =>
    {
        var (through, found) = _store.ChangesOfOthers(session, after, limit);
        var changes = new List<EpisodeChange>(found.Count);
        foreach (var (number, kind, id) in found)
        {
            if (EpisodeTable.Find(session, new EpisodeId(id)) is { } episode) changes.Add(new(number, null, episode, kind));
        }
        return new ChangesOfOthers(through, changes);
    });
}
