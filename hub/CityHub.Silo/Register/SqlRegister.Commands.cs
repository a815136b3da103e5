using System.Data.Common;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace CityHub.Silo.Register;

/// <content>What was asked of outputs.</content>
public abstract partial class SqlRegister
{
    private const string CommandColumns = "id, sensor, output, value, who, why, at, state, ended_at";

    public Task<OutputCommand> KeepCommand(OutputCommand command) => _writer.Enqueue(session =>
    {
        if (session.First($"select {CommandColumns} from output_command where id = $1", CommandRow, command.Id) is { } standing) return standing;
        session.Execute($"insert into output_command ({CommandColumns}) values ($1, $2, $3, $4, $5, $6, $7, $8, null)",
            command.Id, command.Sensor.Value, (int)command.Output, command.On ? 1 : 0, command.By, command.Why, command.AskedAt.UnixMilliseconds, (int)command.State);
        session.Execute("insert into audit (at, who, what, subject) values ($1, $2, $3, $4)",
            command.AskedAt.UnixMilliseconds, command.By, $"{QuantityCatalogue.Of(command.Output).Name} {(command.On ? "on" : "off")}: {command.Why}", command.Sensor.Value);
        return command;
    });

    public Task EndCommand(string id, OutputCommandState state, Instant at) => _writer.Enqueue(session => session.Execute(
        "update output_command set state = $1, ended_at = $2 where id = $3 and state in (1, 3)", (int)state, at.UnixMilliseconds, id));

    public IReadOnlyList<OutputCommand> Commands(SensorId sensor, int limit) => Read(session =>
        session.List($"select {CommandColumns} from output_command where sensor = $1 order by number desc limit $2", CommandRow, sensor.Value, limit));

    public IReadOnlyList<OutputCommand> StandingCommands() => Read(session => session.List(
        $"select {CommandColumns} from output_command where state in (1, 3) and number in (select max(number) from output_command group by sensor, output) order by number", CommandRow));

    private static OutputCommand CommandRow(DbDataReader r) =>
        new(r.GetString(0), new(r.GetString(1)), (Quantity)r.GetByte(2), r.GetInt32(3) != 0, r.GetString(4), r.GetString(5), new(r.GetInt64(6)))
        {
            State = (OutputCommandState)r.GetByte(7),
            EndedAt = r.IsDBNull(8) ? null : new(r.GetInt64(8)),
        };
}
