using System.Text.Json;
using SmartCity.Readings;

namespace CityHub.Silo.Register;

/// <content>Checkpoints, rules, places, keys and audit.</content>
public abstract partial class SqlRegister
{
    public async Task SaveCheckpoints(IReadOnlyList<NodeCheckpoint> nodes, long throughBlock, IReadOnlyList<GroupTenure>? under = null)
    {
        var chunks = nodes.Chunk(_options.CheckpointChunk).ToArray();
        var earlier = chunks.SkipLast(1).Select(chunk => _writer.Enqueue(session => SaveChunk(session, chunk, under), WriteHurry.Background));
        await Task.WhenAll(earlier.ToArray());
        // "Through" goes with the last chunk, and only when all before it stand.
        await _writer.Enqueue(session =>
        {
            Guard(session, under);
            session.Execute("insert into meta (key, value) values ('checkpoint.through', $1) on conflict (key) do update set value = case when meta.value > excluded.value then meta.value else excluded.value end", throughBlock);
            foreach (var (group, _) in under ?? []) session.Execute("update group_owner set through = case when through > $2 then through else $2 end where node_group = $1", group, throughBlock);
            return SaveChunk(session, chunks.LastOrDefault() ?? [], under);
        }, WriteHurry.Background);
    }

    public IEnumerable<NodeCheckpoint> LoadCheckpoints(out long throughBlock)
    {
        // "Through" first: a checkpoint that is newer than it is replayed onto and says so itself; an older one would lose readings.
        throughBlock = Read(session => session.Number("select value from meta where key = 'checkpoint.through'") ?? 0);
        return Read(session => session.List("select node_group, node, state from checkpoint order by node_group, node",
            r => new NodeCheckpoint(new(r.GetString(0), r.GetString(1)), r.GetFieldValue<byte[]>(2))));
    }

    public IReadOnlyList<NodeCheckpoint> LoadCheckpoints(IReadOnlyList<string> groups)
    {
        var nodes = new List<NodeCheckpoint>();
        foreach (var group in groups.Prepend(""))
        {
            nodes.AddRange(Read(session => session.List("select node_group, node, state from checkpoint where node_group = $1 order by node",
                r => new NodeCheckpoint(new(r.GetString(0), r.GetString(1)), r.GetFieldValue<byte[]>(2)), group)));
        }
        return nodes;
    }

    public Task<int> InstallRules(string hash, string source, string by, Instant at) => _writer.Enqueue(session =>
    {
        if (InForce(session) is { } last && last.Hash == hash) return last.Version;
        return (int)session.Number("insert into rule_version (hash, source, who, at) values ($1, $2, $3, $4) returning number",
            hash, source, by, at.UnixMilliseconds)!.Value;
    });

    public (int Version, string Hash, string Source)? RulesInForce() =>
        Read(InForce) is { } last ? (last.Version, last.Hash, last.Source) : null;

    public Task SavePlaces(IReadOnlyList<SensorPlace> places) => _writer.Enqueue(session =>
    {
        foreach (var (sensor, device, place) in places)
        {
            session.Execute(
                "insert into place (sensor, since, node_group, node, device, district, site, latitude, longitude, tags) "
                + "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (sensor, since) do update set (node_group, node, device, district, site, latitude, longitude, tags) "
                + "= (excluded.node_group, excluded.node, excluded.device, excluded.district, excluded.site, excluded.latitude, excluded.longitude, excluded.tags)",
                sensor.Value, place.Since.UnixMilliseconds, device.Node.Group, device.Node.Node, device.Device, place.District, place.Site,
                place.Latitude, place.Longitude, JsonSerializer.Serialize(place.Tags));
        }
        return places.Count;
    });

    public IReadOnlyList<SensorPlace> LoadPlaces() => Read(session => session.List(
        "select sensor, since, node_group, node, device, district, site, latitude, longitude, tags from place order by sensor, since",
        r => new SensorPlace(new(r.GetString(0)), new(new(r.GetString(2), r.GetString(3)), r.GetString(4)),
            new(r.GetString(5), r.GetString(6), r.IsDBNull(7) ? null : r.GetDouble(7), r.IsDBNull(8) ? null : r.GetDouble(8),
                Strings(r.GetString(9)), new(r.GetInt64(1))))));

    public Task AddKey(string name, byte[] sha256, Instant at) => _writer.Enqueue(session =>
        session.Execute("insert into api_key (sha256, name, at) values ($1, $2, $3) on conflict (sha256) do update set (name, at) = (excluded.name, excluded.at)", sha256, name, at.UnixMilliseconds));

    public string? FindKey(ReadOnlySpan<byte> sha256)
    {
        var hash = sha256.ToArray();
        return Read(session => session.First("select name from api_key where sha256 = $1", r => r.GetString(0), hash));
    }

    public bool HasKeys() => Read(session => session.Number("select 1 from api_key limit 1") is not null);

    public Task Audit(Instant at, string who, string what, string subject) => _writer.Enqueue(session =>
        session.Execute("insert into audit (at, who, what, subject) values ($1, $2, $3, $4)", at.UnixMilliseconds, who, what, subject));

    private int SaveChunk(RegisterSession session, NodeCheckpoint[] nodes, IReadOnlyList<GroupTenure>? under)
    {
        Guard(session, under);
        foreach (var (node, state) in nodes)
        {
            session.Execute("insert into checkpoint (node_group, node, state) values ($1, $2, $3) on conflict (node_group, node) do update set state = excluded.state",
                node.Group, node.Node, state);
            _written += state.Length;
        }
        return nodes.Length;
    }

    private static RuleVersion? InForce(RegisterSession session) =>
        session.First("select number, hash, source from rule_version order by number desc limit 1",
            r => new RuleVersion(r.GetInt32(0), r.GetString(1), r.GetString(2)));

    private sealed record RuleVersion(int Version, string Hash, string Source);
}
