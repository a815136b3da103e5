using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CityHub.Silo.Register;

/// <summary>Section <c>Postgres</c>: the server that holds the register when <c>Register:Kind</c> says so. It must keep <c>fsync</c> on and the database's encoding must be UTF8.</summary>
public sealed class PostgresOptions : IValidatableObject
{
    /// <summary>Host name, address, or the folder of its socket. Default 127.0.0.1.</summary>
    [Required] public string Host { get; set; } = "127.0.0.1";

    /// <summary>Port. Default 5432.</summary>
    [Range(1, 65535)] public int Port { get; set; } = 5432;

    /// <summary>The database; nothing else lives in it. Default <c>cityhub</c>.</summary>
    [Required] public string Database { get; set; } = "cityhub";

    /// <summary>The user, who owns the database. Default <c>cityhub</c>.</summary>
    [Required] public string User { get; set; } = "cityhub";

    /// <summary>File whose first line is the password, readable by the hub's user alone (mode 0600; in a pod its group's too, 0440, as secrets are mounted there); read for each connection. Default: none is asked for.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>PEM file of who may have signed the server's certificate; TLS is used, and the name checked, when it is given. Default: none, for a server on this machine.</summary>
    public string? CaFile { get; set; }

    /// <summary>How long a connection, a statement or a turn to write may take before it counts as failed. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")] public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections that read at a time; one more writes. Default 16.</summary>
    [Range(1, 256)] public int Readers { get; set; } = 16;

    /// <summary>Whether the owner of a group keeps a journal of what no checkpoint has yet, so that another hub can take over without its disk. Default true.</summary>
    public bool Journal { get; set; } = true;

    /// <summary>Megabytes that the journal of the groups of an owner may reach, when InfluxDB is away for long; then no more is taken until it is back. Default 4096: about 15 hours of 10,000 readings a second.</summary>
    [Range(16, 1_048_576)] public int JournalMegabytes { get; set; } = 4096;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (CaFile is { Length: > 0 } authority && !File.Exists(authority)) yield return new($"there is no file '{authority}'.", [nameof(CaFile)]);
        if (PasswordFile is not { Length: > 0 } file) yield break;
        if (!File.Exists(file)) yield return new($"there is no file '{file}'.", [nameof(PasswordFile)]);
        else if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead)) != 0)
            yield return new($"others may read '{file}': chmod 600 it.", [nameof(PasswordFile)]);
    }
}

[OptionsValidator]
public sealed partial class PostgresOptionsValidator : IValidateOptions<PostgresOptions>;
