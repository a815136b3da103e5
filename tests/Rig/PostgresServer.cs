using System.Diagnostics;
using System.Globalization;

namespace Rig;

/// <summary>
/// Debian's PostgreSQL as a process of our own on a free loopback port, with a folder of its own and sockets in it. It refuses to run as root, so it runs as
/// <c>nobody</c> where we are. It can be killed and started again on both.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Nobody = "65534";

    private readonly string _folder;
    private Child? _child;

    private PostgresServer(string folder) => (_folder, Port) = (folder, Ports.Free());

    public int Port { get; }

    public string User => "cityhub";

    /// <summary>Its superuser's; only the rig's own questions go by that one.</summary>
    public string PasswordFile => Path.Combine(_folder, "password");

    public Child Process => _child ?? throw new InvalidOperationException("PostgreSQL is down");

    /// <summary>Null: it can run here; else what to do about it.</summary>
    public static string? Missing => Binaries is null ? "Debian's postgresql is not installed; ./city test installs it" : null;

    /// <param name="settings">More lines for its configuration.</param>
    public static async Task<PostgresServer> Start(params string[] settings)
    {
        // Not below the test's own folder: that is its owner's alone, and the server is somebody else.
        var server = new PostgresServer(Directory.CreateTempSubdirectory("cityhub-postgres-").FullName);
        await File.WriteAllTextAsync(server.PasswordFile, Guid.NewGuid().ToString("N") + "\n");
        server.Run("chmod", "600", server.PasswordFile);
        var password = Path.Combine(server._folder, "initial");
        File.Copy(server.PasswordFile, password);
        if (Environment.IsPrivilegedProcess)
        {
            server.Run("chmod", "711", server._folder);
            server.Run("mkdir", server.Data);
            server.Run("chown", Nobody, server.Data, password);
        }
        server.Run([.. AsNobody, Program("initdb"), "-D", server.Data, "-U", server.User, "--pwfile", password, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"]);
        File.Delete(password);
        await File.AppendAllLinesAsync(Path.Combine(server.Data, "postgresql.conf"),
        [
            "listen_addresses = '127.0.0.1'", string.Create(CultureInfo.InvariantCulture, $"port = {server.Port}"), $"unix_socket_directories = '{server.Data}'",
            "shared_buffers = 32MB", "fsync = on", "max_connections = 60", "log_min_messages = warning", "autovacuum = off", .. settings,
        ]);
        await server.Up();
        return server;
    }

    public async Task Up()
    {
        _child = Child.Start(Path.Combine(_folder, "postgres.log"), [.. AsNobody, Program("postgres"), "-D", Data]);
        await Until.True(() => _child.HasExited || Answers(), "PostgreSQL takes connections");
        if (_child.HasExited) throw new InvalidOperationException("PostgreSQL did not start:\n" + _child.Tail());
    }

    /// <summary>kill -9 of all of it, as when the power of its machine fails.</summary>
    public async Task Kill()
    {
        var family = Family(Process.Id);
        await Process.Kill();
        // They notice by themselves that it is gone, and what they had in common with it goes only with the last of them.
        await Until.True(() => !family.Any(pid => Directory.Exists("/proc/" + pid)), "the rest of PostgreSQL has ended");
    }

    /// <summary>Makes an empty database.</summary>
    public void Create(string database) => Ask("postgres", $"create database {database}");

    /// <summary>What <c>psql</c> says to it: a line a row, columns with a bar between.</summary>
    public string Ask(string database, string sql)
    {
        var (code, output) = Psql(database, sql);
        return code == 0 ? output : throw new InvalidOperationException(output);
    }

    public async ValueTask DisposeAsync()
    {
        if (_child is { HasExited: false }) await Kill();
        if (_child is not null) await _child.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string Data => Path.Combine(_folder, "data");

    private static string[] AsNobody => Environment.IsPrivilegedProcess ? ["setpriv", "--reuid", Nobody, "--regid", Nobody, "--clear-groups", "--pdeathsig", "KILL"] : [];

    private static string? Binaries => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "postgres"))).Order(StringComparer.Ordinal).LastOrDefault() : null;

    private static string Program(string name) => Path.Combine(Binaries ?? throw new InvalidOperationException(Missing), name);

    private bool Answers() => Psql("postgres", "select 1").Code == 0;

    private (int Code, string Output) Psql(string database, string sql) => Outcome(Program("psql"),
        "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", User, "-d", database, "-w", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql);

    private void Run(params string[] command)
    {
        var (code, output) = Outcome(command);
        if (code != 0) throw new InvalidOperationException($"{command[0]} said {code}:\n{output}");
    }

    private (int Code, string Output) Outcome(params string[] command)
    {
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        foreach (var part in command[1..]) start.ArgumentList.Add(part);
        start.Environment["PGPASSWORD"] = File.ReadLines(PasswordFile).First();
        start.Environment["PGCONNECT_TIMEOUT"] = "5";
        using var process = System.Diagnostics.Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, (output + errors.Result).TrimEnd());
    }

    private static List<int> Family(int pid)
    {
        var all = new List<int> { pid };
        for (var i = 0; i < all.Count; i++)
        {
            try
            {
                all.AddRange(File.ReadAllText($"/proc/{all[i]}/task/{all[i]}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(child => int.Parse(child, CultureInfo.InvariantCulture)));
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }
        return all;
    }
}
