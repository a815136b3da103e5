using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CityHub.Silo.Timeline;

/// <summary>Where the SQLite timeline lives and when it tidies up.</summary>
public sealed class TimelineOptions
{
    /// <summary>Its folder, made when it is missing.</summary>
    [Required] public string Folder { get; set; } = "data/timeline";

    /// <summary>Readings after which the append log is sorted into a run. Default 262,144. It bounds memory (about 50 B each) and what a query has to sift.</summary>
    [Range(1, 4_194_304)] public int FlushRows { get; set; } = 262_144;

    /// <summary>Age after which the append log is sorted into a run. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")] public TimeSpan FlushAge { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often runs of hours that are over are merged into the files of their days. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")] public TimeSpan MergeEvery { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long after its end an hour counts as over. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")] public TimeSpan HourGrace { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Size that the append log may reach, in pages of 4 KiB; beyond it appends are to be retried later, as on a full disk. Default 4 Mi pages: 16 GiB.</summary>
    [Range(64, 1_073_741_823)] public int MaxLogPages { get; set; } = 4_194_304;
}

[OptionsValidator]
public sealed partial class TimelineOptionsValidator : IValidateOptions<TimelineOptions>;
