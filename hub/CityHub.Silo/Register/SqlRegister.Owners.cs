using SmartCity.Readings;

namespace CityHub.Silo.Register;

public abstract partial class SqlRegister
{
    private readonly Dictionary<string, long> _epochs = new(StringComparer.Ordinal); // of the writer: as long as nobody else wrote

    public Task<IReadOnlyList<GroupTenure>> TakeOver(IReadOnlyList<string> groups, string owner, Instant at) => _writer.Enqueue<IReadOnlyList<GroupTenure>>(session =>
    {
        _epochs.Clear();
        return groups.Select(group => new GroupTenure(group, session.Number(
            "insert into group_owner (node_group, epoch, owner, since) values ($1, 1, $2, $3) on conflict (node_group) do update set "
            + "(epoch, owner, since) = (group_owner.epoch + 1, excluded.owner, excluded.since) returning epoch", group, owner, at.UnixMilliseconds)!.Value)).ToList();
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
}
