using System.Data.Common;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Silo.Register;

/// <content>What was asked of nodes.</content>
public abstract partial class SqlRegister
{
    private const string CallColumns = "id, grp, node, body, who, why, at, state, ended_at, answer";

    public Task KeepCall(NodeCall call) => _writer.Enqueue(session =>
    {
        var isNew = session.Execute($"insert into node_call ({CallColumns}) values ($1, $2, $3, $4, $5, $6, $7, $8, null, '') on conflict (id) do nothing",
            call.Id, call.Node.Group, call.Node.Node, call.Text, call.By, call.Why, call.AskedAt.UnixMilliseconds, (int)call.State) > 0;
        if (!isNew) return false;
        session.Execute("insert into audit (at, who, what, subject) values ($1, $2, $3, $4)", call.AskedAt.UnixMilliseconds, call.By, $"terms {call.Text}: {call.Why}", call.Node.ToString());
        return true;
    });

    public Task EndCall(NodeCall call) => _writer.Enqueue(session => session.Execute(
        "update node_call set state = $1, ended_at = $2, answer = $3 where id = $4 and state in (1, 3)", (int)call.State, call.EndedAt!.Value.UnixMilliseconds, call.Answer, call.Id));

    public IReadOnlyList<NodeCall> Calls(NodeKey node, int limit) => Read(session =>
        session.List($"select {CallColumns} from node_call where grp = $1 and node = $2 order by number desc limit $3", CallRow, node.Group, node.Node, limit));

    public IReadOnlyList<NodeCall> StandingCalls() => Read(session => session.List(
        $"select {CallColumns} from node_call where state in (1, 3) and number in (select max(number) from node_call group by grp, node) order by number", CallRow));

    private static NodeCall CallRow(DbDataReader r) => new(r.GetString(0), new(r.GetString(1), r.GetString(2)), r.GetString(3), r.GetString(4), r.GetString(5), new(r.GetInt64(6)))
    {
        State = (NodeCallState)r.GetByte(7),
        EndedAt = r.IsDBNull(8) ? null : new(r.GetInt64(8)),
        Answer = r.GetString(9),
    };
}
