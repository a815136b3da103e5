using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Options;
using SmartCity.Readings;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>Which store holds the timeline.</summary>
public enum TimelineStore : byte
{
    /// <summary>Files beside the hub.</summary>
    Sqlite,

    /// <summary>InfluxDB, section <c>Influx</c>.</summary>
    Influx,
}

/// <summary>Section <c>Timeline</c>: where history lives, how long it is kept and when it is tidied up.</summary>
public sealed class TimelineOptions
{
    /// <summary>Which store holds it. Default: Sqlite.</summary>
    public TimelineStore Store { get; set; }

    /// <summary>How long every reading is kept; zero: for ever. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")] public TimeSpan KeepRaw { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long windows of a minute are kept; zero: for ever. Default 365 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")] public TimeSpan KeepMinutes { get; set; } = TimeSpan.FromDays(365);

    /// <summary>How long windows of an hour are kept; zero, the default: for ever.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")] public TimeSpan KeepHours { get; set; }

    /// <summary>Quantities whose readings are kept for another time, as in <c>Timeline:KeepRawOf:pm10 = 90.00:00:00</c>; zero: for ever. At least a day.</summary>
    public IDictionary<string, TimeSpan> KeepRawOf { get; set; } = new Dictionary<string, TimeSpan>();

    /// <summary>The same for windows of a minute.</summary>
    public IDictionary<string, TimeSpan> KeepMinutesOf { get; set; } = new Dictionary<string, TimeSpan>();

    /// <summary>The same for windows of an hour.</summary>
    public IDictionary<string, TimeSpan> KeepHoursOf { get; set; } = new Dictionary<string, TimeSpan>();

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

    /// <summary>The three resolutions with their quantities.</summary>
    internal Retention Retention() => new(Or(KeepRaw), Or(KeepMinutes), Or(KeepHours),
        [.. Of(Resolution.Raw, KeepRawOf), .. Of(Resolution.Minute, KeepMinutesOf), .. Of(Resolution.Hour, KeepHoursOf)]);

    private static TimeSpan? Or(TimeSpan keep) => keep == TimeSpan.Zero ? null : keep;

    private static IEnumerable<(Resolution, Quantity, TimeSpan?)> Of(Resolution resolution, IDictionary<string, TimeSpan> of) =>
        of.Select(other => (resolution, QuantityCatalogue.Find(other.Key)!.Quantity, Or(other.Value)));
}

[OptionsValidator]
public sealed partial class TimelineOptionsValidator : IValidateOptions<TimelineOptions>;

/// <summary>What no attribute can say: quantities are in the catalogue, and nothing is kept for less than a day, the length of a file.</summary>
internal sealed class RetentionValidator : IValidateOptions<TimelineOptions>
{
    public ValidateOptionsResult Validate(string? name, TimelineOptions options)
    {
        var wrong = new List<string>();
        foreach (var (key, keep) in ((string, TimeSpan)[])[(nameof(options.KeepRaw), options.KeepRaw), (nameof(options.KeepMinutes), options.KeepMinutes), (nameof(options.KeepHours), options.KeepHours)])
        {
            Look(wrong, "Timeline:" + key, keep);
        }
        foreach (var (key, of) in ((string, IDictionary<string, TimeSpan>)[])[(nameof(options.KeepRawOf), options.KeepRawOf), (nameof(options.KeepMinutesOf), options.KeepMinutesOf), (nameof(options.KeepHoursOf), options.KeepHoursOf)])
        {
            foreach (var (quantity, keep) in of)
            {
                Look(wrong, $"Timeline:{key}:{quantity}", keep);
                if (QuantityCatalogue.Find(quantity) is null) wrong.Add($"Timeline:{key}:{quantity}: no quantity of the catalogue is called so");
            }
        }
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }

    private static void Look(List<string> wrong, string key, TimeSpan keep)
    {
        if (keep != TimeSpan.Zero && keep < TimeSpan.FromDays(1)) wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{key}: is zero or at least a day, not {keep}"));
    }
}
