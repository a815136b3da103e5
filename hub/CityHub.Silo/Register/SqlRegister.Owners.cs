using SmartCity.Readings;

namespace CityHub.Silo.Register;

public abstract partial class SqlRegister
{
    private readonly Dictionary<string, long> _epochs = new(StringComparer.Ordinal); // of the writer: as long as nobody else wrote

    public Task<IReadOnlyList<GroupTaking>> TakeOver(IReadOnlyList<string> groups, string owner, Instant at, LogPosition log) => _writer.Enqueue<IReadOnlyList<GroupTaking>>(session =>
    {
        _epochs.Clear();
        var taken = new List<GroupTaking>(groups.Count);
        foreach (var group in groups)
        {
            var before = session.First("select log, through from group_owner where node_group = $1",
                r => new Owned(r.IsDBNull(0) ? null : r.GetString(0), r.IsDBNull(1) ? null : r.GetInt64(1)), group);
            // An owner of an earlier release named no log: there was one hub then, and one number for all groups.
            var own = before?.Log is null || before.Log == log.Log;
            var through = !own ? log.Last : before?.Through ?? session.Number("select value from meta where key = 'checkpoint.through'") ?? 0;
            var epoch = session.Number(
                "insert into group_owner (node_group, epoch, owner, since, log, through) values ($1, 1, $2, $3, $4, $5) on conflict (node_group) do update set "
                + "(epoch, owner, since, log, through) = (group_owner.epoch + 1, excluded.owner, excluded.since, excluded.log, excluded.through) returning epoch",
                group, owner, at.UnixMilliseconds, log.Log, through)!.Value;
            taken.Add(new(new(group, epoch), own, through));
        }
        return taken;
    });

    public IReadOnlyList<(GroupTenure Tenure, string Owner, Instant Since)> GroupOwners() => Read(session => session.List(
        "select node_group, epoch, owner, since from group_owner order by node_group", r => (new GroupTenure(r.GetString(0), r.GetInt64(1)), r.GetString(2), new Instant(r.GetInt64(3)))));

    /// <exception cref="TenureLostException">One of them is over.</exception>
    private void Guard(RegisterSession session, IReadOnlyList<GroupTenure>? under)
    {
        if (under is null) return;
        foreach (var tenure in under)
        {
            if (!_epochs.TryGetValue(tenure.Group, out var epoch))
                _epochs[tenure.Group] = epoch = session.Number("select epoch from group_owner where node_group = $1", tenure.Group) ?? 0;
            if (epoch != tenure.Epoch) throw new TenureLostException(tenure);
        }
    }

    private sealed record Owned(string? Log, long? Through);
}
