using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CityHub.Silo.Watch;

/// <summary>Section <c>Rules</c>.</summary>
public sealed class RulesOptions
{
    /// <summary>Folder whose <c>*.yaml</c> files are the rules; folders within it are not read. Default: <c>rules</c> in the working folder.</summary>
    [Required]
    public string Directory { get; set; } = "rules";

    /// <summary>How often the files are looked at for changes. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(2);
}

[OptionsValidator]
public sealed partial class RulesOptionsValidator : IValidateOptions<RulesOptions>;
