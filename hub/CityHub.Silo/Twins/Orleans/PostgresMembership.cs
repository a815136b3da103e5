using System.Data;
using System.Globalization;
using System.Text.Json;
using CityHub.Silo.Register;
using CityHub.Silo.Register.Postgres;
using Npgsql;

namespace CityHub.Silo.Twins.Orleans;

/// <summary>
/// Who is in the cluster, in the register's own database: a cluster cannot be whole while its register is not, so nothing else has to be kept alive for this. What it must promise is
/// said at <see cref="IMembershipTable"/>: each change is made under the version of the table that was read, and of the row.
/// </summary>
internal sealed class PostgresMembership : IMembershipTable, IDisposable
{
    private readonly NpgsqlDataSource _source;

    /// <param name="register">Opened first: it brings the schema forward.</param>
    public PostgresMembership(PostgresOptions options, IRegister register)
    {
        ArgumentNullException.ThrowIfNull(register);
        _source = PostgresSource.Of(options, "cityhub membership");
    }

    public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask; // the schema has it

    public async Task DeleteMembershipTableEntries(string clusterId) => await Change(async change => await change.Execute("delete from register_silo") >= 0);

    public async Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) =>
        await Change(async change => await change.Execute("delete from register_silo where status = $1 and alive_at < $2", (int)SiloStatus.Dead, beforeDate.UtcDateTime) >= 0);

    public async Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        var table = await ReadAll();
        return table.TryGet(key) is { } row ? new(row, table.Version) : new(table.Version);
    }

    public async Task<MembershipTableData> ReadAll()
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead); // rows and version of one moment
        var change = new Transaction(connection);
        var version = await change.Version(lockIt: false);
        var rows = new List<Tuple<MembershipEntry, string>>();
        await using (var command = change.Say("select address, version, status, alive_at, entry from register_silo"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                var entry = JsonSerializer.Deserialize(reader.GetString(4), SiloRows.Default.SiloRow)!.Entry(reader.GetString(0), reader.GetInt32(2), reader.GetDateTime(3));
                rows.Add(Tuple.Create(entry, Etag(reader.GetInt64(1))));
            }
        }
        await transaction.CommitAsync();
        return new(rows, new(version, Etag(version)));
    }

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => Change(async change =>
        await change.Next(tableVersion)
        && await change.Execute("insert into register_silo (address, version, status, alive_at, entry) values ($1, 1, $2, $3, $4) on conflict (address) do nothing",
            entry.SiloAddress.ToParsableString(), (int)entry.Status, entry.IAmAliveTime, Text(entry)) == 1);

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => Change(async change =>
        await change.Next(tableVersion)
        && await change.Execute("update register_silo set version = version + 1, status = $3, alive_at = $4, entry = $5 where address = $1 and version = $2",
            entry.SiloAddress.ToParsableString(), long.Parse(etag, CultureInfo.InvariantCulture), (int)entry.Status, entry.IAmAliveTime, Text(entry)) == 1);

    /// <summary>Under no version: it changes nothing that others decide by.</summary>
    public async Task UpdateIAmAlive(MembershipEntry entry)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await new Transaction(connection).Execute("update register_silo set alive_at = $2 where address = $1", entry.SiloAddress.ToParsableString(), entry.IAmAliveTime);
    }

    public void Dispose() => _source.Dispose();

    private async Task<bool> Change(Func<Transaction, Task<bool>> make)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (!await make(new(connection))) return false; // undone with the transaction
        await transaction.CommitAsync();
        return true;
    }

    private static string Text(MembershipEntry entry) => JsonSerializer.Serialize(SiloRow.Of(entry), SiloRows.Default.SiloRow);

    private static string Etag(long version) => version.ToString(CultureInfo.InvariantCulture);

    private sealed class Transaction(NpgsqlConnection connection)
    {
        public NpgsqlCommand Say(string sql, params object[] values)
        {
            var command = new NpgsqlCommand(sql, connection);
            foreach (var value in values) command.Parameters.Add(new() { Value = value });
            return command;
        }

        public async Task<int> Execute(string sql, params object[] values)
        {
            await using var command = Say(sql, values);
            return await command.ExecuteNonQueryAsync();
        }

        public async Task<int> Version(bool lockIt)
        {
            await using var command = Say("select version from register_silo_version" + (lockIt ? " for update" : ""));
            return (int)(await command.ExecuteScalarAsync())!;
        }

        /// <summary>Whether the table still has the version that was read; then it has the next.</summary>
        public async Task<bool> Next(TableVersion version)
        {
            if (Etag(await Version(lockIt: true)) != version.VersionEtag) return false;
            return await Execute("update register_silo_version set version = $1", version.Version) == 1;
        }
    }
}
