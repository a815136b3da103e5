using Npgsql;

namespace CityHub.Silo.Register.Postgres;

/// <summary>Where connections to the server come from, by its settings.</summary>
internal static class PostgresSource
{
    /// <param name="name">What the server knows the connections by.</param>
    public static NpgsqlDataSource Of(PostgresOptions options, string name)
    {
        var limit = (long)options.Patience.TotalMilliseconds;
        var address = new NpgsqlConnectionStringBuilder
        {
            Host = options.Host,
            Port = options.Port,
            Database = options.Database,
            Username = options.User,
            SslMode = options.CaFile is null ? SslMode.Disable : SslMode.VerifyFull,
            RootCertificate = options.CaFile,
            Pooling = false,
            ApplicationName = name,
            Timeout = Seconds(options.Patience),
            CommandTimeout = Seconds(options.Patience),
            CancellationTimeout = 2000,
            KeepAlive = 10,
            PersistSecurityInfo = false,
            // Less than the client's own patience, so that it is the server that says why; and a hub that hangs in its turn does not keep it.
            Options = FormattableString.Invariant($"-c synchronous_commit=on -c lock_timeout={limit * 3 / 4} -c idle_in_transaction_session_timeout={limit} -c tcp_user_timeout={limit} -c timezone=UTC"),
        };
        var source = new NpgsqlDataSourceBuilder(address.ConnectionString);
        // Read for each connection, so that it can be changed while the hub runs.
        if (options.PasswordFile is { Length: > 0 } file) source.UsePasswordProvider(_ => Password(file), (_, _) => ValueTask.FromResult(Password(file)));
        return source.Build();
    }

    private static int Seconds(TimeSpan patience) => (int)Math.Ceiling(patience.TotalSeconds);

    private static string Password(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault()?.Trim() ?? "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ""; // the server's refusal says so
        }
    }
}
