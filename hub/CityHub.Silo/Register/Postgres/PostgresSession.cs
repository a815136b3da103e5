using System.Data;
using System.Data.Common;
using System.Text.RegularExpressions;
using Npgsql;
using NpgsqlTypes;

namespace CityHub.Silo.Register.Postgres;

/// <summary>A connection to PostgreSQL. Every statement is prepared with the types that the server says its parameters have, so that a NULL fits as well as a value.</summary>
internal sealed partial class PostgresSession : RegisterSession
{
    private const string TakeTurn =
        "with turn as (update meta set value = value + 1 where key = 'turn' returning value) "
        + "insert into register_writer (id, turn, at) select $1, value, (extract(epoch from clock_timestamp()) * 1000)::bigint from turn "
        + "on conflict (id) do update set turn = excluded.turn, at = excluded.at returning turn";

    private readonly NpgsqlConnection _connection;
    private readonly string _writer;
    private readonly Dictionary<string, NpgsqlCommand> _prepared = new(StringComparer.Ordinal);
    private long _turn = -1;

    /// <param name="connection">Open; the session owns it.</param>
    /// <param name="writer">Under which name its transactions are known.</param>
    public PostgresSession(NpgsqlConnection connection, string writer) => (_connection, _writer) = (connection, writer);

    /// <summary>Number of the last transaction that it began.</summary>
    public long Turn => _turn;

    public bool IsLost => _connection.State != ConnectionState.Open;

    public override int Execute(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteNonQuery();

    public override DbDataReader Query(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteReader();

    public override long? Number(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteScalar() switch
    {
        null or DBNull => null,
        long number => number,
        int number => number,
        var other => throw new InvalidCastException($"An integer was expected, not {other.GetType().Name}."),
    };

    /// <inheritdoc/>
    /// <remarks>One row is the turn: whoever writes holds it until its end, and its number says whether somebody else had it since.</remarks>
    public override bool Begin()
    {
        Execute("begin");
        var turn = Number(TakeTurn, _writer)!.Value;
        var others = turn != _turn + 1;
        _turn = turn;
        return others;
    }

    public override void Commit() => Execute("commit");

    public override void Rollback()
    {
        Execute("rollback");
        _turn = -1; // the number was given back, and somebody else may take it
    }

    public override string By(string index) => "";

    /// <summary>Runs a script whose text is not kept.</summary>
    public void Script(string sql)
    {
        Alive();
        using var command = new NpgsqlCommand(sql, _connection);
        command.ExecuteNonQuery();
    }

    /// <summary>A setting of the server.</summary>
    public string Setting(string name)
    {
        Alive();
        using var command = new NpgsqlCommand("show " + name, _connection);
        return (string)command.ExecuteScalar()!;
    }

    public override void Dispose()
    {
        foreach (var command in _prepared.Values) command.Dispose();
        _prepared.Clear();
        _connection.Dispose();
    }

    private NpgsqlCommand Bound(string sql, ReadOnlySpan<object?> values)
    {
        Alive();
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = new NpgsqlCommand(Place().Replace(sql, "@p$1"), _connection);
            if (values.Length > 0)
            {
                NpgsqlCommandBuilder.DeriveParameters(command);
                command.Prepare();
            }
            _prepared.Add(sql, command);
        }
        for (var i = 0; i < command.Parameters.Count; i++)
        {
            var parameter = command.Parameters[i];
            parameter.Value = Fitting(values[int.Parse(parameter.ParameterName.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture) - 1], parameter.NpgsqlDbType);
        }
        return command;
    }

    /// <summary>A connection that was lost answers no question; the driver calls that the caller's mistake.</summary>
    private void Alive()
    {
        if (IsLost) throw new NpgsqlException("The connection is lost.");
    }

    private static object Fitting(object? value, NpgsqlDbType type) => value switch
    {
        null => DBNull.Value,
        int number when type == NpgsqlDbType.Bigint => (long)number,
        string text => Storable(text),
        _ => value,
    };

    /// <summary>PostgreSQL keeps neither U+0000 nor half of a surrogate pair; a sensor that says one must not hold the register up for ever.</summary>
    private static string Storable(string text)
    {
        var odd = false;
        foreach (var c in text) odd |= c == '\0' || char.IsSurrogate(c);
        if (!odd) return text;
        return string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0 ? "\uFFFD" : rune.ToString())); // half a pair is enumerated as U+FFFD
    }

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex Place();
}
