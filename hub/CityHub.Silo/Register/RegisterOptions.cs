using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CityHub.Silo.Register;

/// <summary>Where the register lives and what it may use.</summary>
public sealed class RegisterOptions : IValidatableObject
{
    /// <summary>Which database holds it. Postgres must have been compiled in (<c>./city setup</c>). Default: Sqlite.</summary>
    public RegisterKind Kind { get; set; }

    /// <summary>The file (Sqlite). Its folder is made when it is missing.</summary>
    [Required] public string Path { get; set; } = "data/register.db";

    /// <summary>Writes that may wait for the writer; one more is refused at once. Default 10,000.</summary>
    [Range(16, 1_000_000)] public int WaitingWrites { get; set; } = 10_000;

    /// <summary>Writes of several callers that are committed together at most. Default 256.</summary>
    [Range(1, 10_000)] public int GroupSize { get; set; } = 256;

    /// <summary>Least time from the start of one commit to the next, so that under load one commit serves several events; one that comes alone does not wait. Default 3 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:00.100")] public TimeSpan CommitSpacing { get; set; } = TimeSpan.FromMilliseconds(3);

    /// <summary>How long what nobody waits for (how an attempt to deliver went) may wait for a transaction to ride with. Default 10 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")] public TimeSpan RideAlongPatience { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Node checkpoints in one transaction: what an episode may have to wait for. Default 64.</summary>
    [Range(1, 10_000)] public int CheckpointChunk { get; set; } = 64;

    /// <summary>Size that the file (Sqlite) may reach, in pages of 4 KiB; beyond it the register answers as on a full disk. Default 4 Mi pages: 16 GiB.</summary>
    [Range(64, 1_073_741_823)] public int MaxPages { get; set; } = 4_194_304;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Registers.Missing(Kind) is { } missing) yield return new(missing, [nameof(Kind)]);
    }
}

[OptionsValidator]
public sealed partial class RegisterOptionsValidator : IValidateOptions<RegisterOptions>;
