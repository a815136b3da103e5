using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CityHub.Silo.Watch.Desk;

/// <summary>Section <c>Desk</c>: how alarms are treated on the alert desk.</summary>
public sealed class DeskOptions
{
    /// <summary>The desk file. Where there is none, everything is told at once and nothing is escalated. Default: <c>desk/desk.yaml</c> in the folder of the rules.</summary>
    public string? File { get; set; }

    /// <summary>How often the desk does what is due: shelvings that run out, groups, escalation. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:30")]
    public TimeSpan RoundEvery { get; set; } = TimeSpan.FromSeconds(1);
}

[OptionsValidator]
public sealed partial class DeskOptionsValidator : IValidateOptions<DeskOptions>;
