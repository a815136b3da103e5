using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Silo.Register;

/// <summary>The outbox as a composer sees it, on the writer. Remembers how far each subscription has counted; what is undone is forgotten.</summary>
internal sealed class WriterLines(TimeProvider wall) : IOutboxLines
{
    private readonly Dictionary<string, long> _queued = new(StringComparer.Ordinal);
    private RegisterSession? _session;

    public Instant Now => Instant.From(wall.GetUtcNow());

    public WriterLines In(RegisterSession session)
    {
        _session = session;
        return this;
    }

    public long NextNumber(string subscription)
    {
        if (!_queued.TryGetValue(subscription, out var queued))
            _queued[subscription] = queued = _session!.Number("select queued from subscription where id = $1", subscription) ?? 0;
        return queued + 1;
    }

    public IReadOnlyList<EarlierMessage> Earlier(EpisodeId episode) => _session!.List(
        "select subscription, message_id, type, queued_at, state from message where episode = $1 order by row",
        r => new EarlierMessage(r.GetString(0), r.GetString(1), r.GetString(2), new(r.GetInt64(3)), r.GetInt32(4) == OutboxTable.Delivered), episode.Value);

    public void Queued(string subscription)
    {
        if (_queued.TryGetValue(subscription, out var queued)) _queued[subscription] = queued + 1;
    }

    public void Forget() => _queued.Clear();
}
