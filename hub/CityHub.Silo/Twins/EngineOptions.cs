using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace CityHub.Silo.Twins;

/// <summary>What hosts the twins.</summary>
public enum EngineKind : byte
{
    /// <summary>This process, all groups from the start.</summary>
    Local,

    /// <summary>Microsoft Orleans, where it was compiled in: a grain for each ingest group, on whichever silo the cluster puts it. Several silos need the register in PostgreSQL; with SQLite there is one.</summary>
    Orleans,
}

/// <summary>Section <c>Engine</c>: what hosts the twins.</summary>
public sealed class EngineOptions : IValidatableObject
{
    /// <summary>Which engine. Orleans must have been compiled in (<c>./city setup</c>). Default: Local.</summary>
    public EngineKind Kind { get; set; }

    /// <summary>What people know this silo by: letters, digits and hyphens, another one on each (Orleans). Default: the machine's name.</summary>
    [Required]
    [RegularExpression("[A-Za-z0-9-]{1,63}")]
    public string Silo { get; set; } = Environment.MachineName;

    /// <summary>IP address by which other silos reach this one (Orleans). What they say to each other is not encrypted: a network of their own. Default 127.0.0.1.</summary>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port of the silo (Orleans). Default 11111.</summary>
    [Range(1, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>How often it is seen to that every group is held (Orleans). Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan KeepEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often what other silos hold is looked at: how old their sensors' values are here, unless they are so many that looking would take more than a twentieth of the time (Orleans). Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan MirrorEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often silos ask each other whether they live; one that misses three is voted out and its groups go to others (Orleans). Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.200", "00:01:00")]
    public TimeSpan ProbeEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether this silo takes groups (Orleans). One that takes none answers the API, shows the desk and delivers webhooks for the whole city: for machines that face the public. Default true.</summary>
    public bool HoldsGroups { get; set; } = true;

    /// <summary>How long the same silos have been there before groups move to one that joined (Orleans): long enough for one that is upgraded to be back. Groups of a silo that is gone do not wait for it. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SettleAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Why a kind cannot serve in this build, as the line that mends it; null: it can.</summary>
    internal static string? Missing(EngineKind kind) => kind switch
    {
        EngineKind.Local => null,
#if ORLEANS
        EngineKind.Orleans => null,
#else
        EngineKind.Orleans => "Orleans is not compiled in: run ./city setup and build again",
#endif
    };

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Missing(Kind) is { } missing) yield return new(missing, [nameof(Kind)]);
        if (Kind == EngineKind.Local && !HoldsGroups) yield return new("A hub of the Local engine is alone: it holds its groups.", [nameof(HoldsGroups)]);
        if (!IPAddress.TryParse(Address, out _)) yield return new($"'{Address}' is no IP address.", [nameof(Address)]);
    }
}

[OptionsValidator]
public sealed partial class EngineOptionsValidator : IValidateOptions<EngineOptions>;
