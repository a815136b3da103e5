using SmartCity.Readings;

namespace CityHub.Silo.Register;

/// <content>The journal of groups; its tables are there where hubs share the register.</content>
public abstract partial class SqlRegister
{
    public bool KeepsJournal => _store.JournalLimit > 0;

    public long JournalLimit => _store.JournalLimit;

    public Task WriteJournal(JournalPage page, IReadOnlyList<GroupTenure> under) => _writer.Enqueue(session =>
    {
        Guard(session, under);
        session.Execute(
            "insert into register_log (log, number, series, nodes) values ($1, $2, $3, $4) on conflict (log) do update set (number, series, nodes) = "
            + "(greatest(register_log.number, excluded.number), greatest(register_log.series, excluded.series), greatest(register_log.nodes, excluded.nodes))",
            page.Log, page.Number, page.FirstSeries + page.Series.Count - 1, page.FirstNode + page.Nodes.Count - 1);
        for (var i = 0; i < page.Series.Count; i++)
        {
            session.Execute("insert into register_series (log, number, sensor, quantity) values ($1, $2, $3, $4) on conflict do nothing",
                page.Log, page.FirstSeries + i, page.Series[i].Sensor.Value, (int)page.Series[i].Quantity);
        }
        for (var i = 0; i < page.Nodes.Count; i++)
        {
            session.Execute("insert into register_node (log, number, node_group, node) values ($1, $2, $3, $4) on conflict do nothing",
                page.Log, page.FirstNode + i, page.Nodes[i].Group, page.Nodes[i].Node);
        }
        foreach (var block in page.Blocks)
        {
            session.Execute("insert into register_journal (node_group, epoch, number, log, bytes, data) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
                block.Group, block.Epoch, block.Number, block.Log, block.Data.Length, block.Data);
        }
        return page.Blocks.Count;
    });

    public IReadOnlyList<JournalBlock> ReadJournal(string group, JournalBlock? after, int limit) => Read(session => session.List(
        "select node_group, epoch, number, log, data from register_journal where node_group = $1 and (epoch, number) > ($2, $3) order by epoch, number limit $4",
        r => new JournalBlock(r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetString(3), r.GetFieldValue<byte[]>(4)), group, after?.Epoch ?? 0, after?.Number ?? 0, limit));

    public JournalNames ReadJournalNames(string log) => Read(session => new JournalNames(
        session.List("select sensor, quantity from register_series where log = $1 order by number", r => (new SensorId(r.GetString(0)), (Quantity)r.GetInt16(1)), log),
        session.List("select node_group, node from register_node where log = $1 order by number", r => new NodeKey(r.GetString(0), r.GetString(1)), log)));

    public JournalledLog Journalled(string log) => Read(session => session.List("select number, series, nodes from register_log where log = $1",
        r => new JournalledLog(r.GetInt64(0), r.GetInt32(1), r.GetInt32(2)), log).FirstOrDefault());

    public long JournalBytes(string group) => Read(session => session.Number("select coalesce(sum(bytes), 0)::bigint from register_journal where node_group = $1", group) ?? 0);

    public Task<long> TrimJournal(IReadOnlyList<GroupTenure> under, long through, bool earlier) => _writer.Enqueue(session =>
    {
        Guard(session, under);
        long bytes = 0;
        foreach (var (group, epoch) in under)
        {
            bytes += session.List("delete from register_journal where node_group = $1 and (epoch = $2 and number <= $3 or epoch < $4) returning bytes", r => r.GetInt64(0),
                group, epoch, through, earlier ? epoch : 0).Sum();
        }
        if (earlier) ForgetLogs(session);
        return bytes;
    }, WriteHurry.Rides);

    /// <summary>Names of logs that no block goes by any more and that are nobody's.</summary>
    private static void ForgetLogs(RegisterSession session)
    {
        foreach (var log in session.List("select log from register_log where log not in (select log from group_owner where log is not null) and log not in (select log from register_journal)", r => r.GetString(0)))
        {
            session.Execute("delete from register_series where log = $1", log);
            session.Execute("delete from register_node where log = $1", log);
            session.Execute("delete from register_log where log = $1", log);
        }
    }
}
