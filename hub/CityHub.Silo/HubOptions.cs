using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CityHub.Silo;

/// <summary>Section <c>Hub</c>: taking readings in and keeping twins.</summary>
public sealed class HubOptions
{
    /// <summary>Ingest groups that this hub listens to; each has a host id of its own, <c>cityhub-{group}</c>. Default: <c>city</c>.</summary>
    [Length(0, 16)]
    public IList<string> Groups { get; set; } = [];

    /// <summary>Which clock the city goes by. Default: System.</summary>
    public CityClockKind Clock { get; set; }

    /// <summary>Mailboxes that share the nodes among them; 0: one per core. Default 0.</summary>
    [Range(0, 64)]
    public int Shards { get; set; }

    /// <summary>Most megabytes of messages waiting to be handled; above it raw readings are shed, at one and a half of it everything is. Default 64.</summary>
    [Range(1, 4096)]
    public int IngestLimitMegabytes { get; set; } = 64;

    /// <summary>Longest message that is taken, in kilobytes. Default 256.</summary>
    [Range(1, 16384)]
    public int MessageLimitKilobytes { get; set; } = 256;

    /// <summary>Most readings waiting to be stored while the timeline is away; then nothing more is taken until it returns. Default 1,000,000 (about 64 MB).</summary>
    [Range(1_000, 50_000_000)]
    public int UnstoredLimit { get; set; } = 1_000_000;

    /// <summary>Most episode events waiting to be written while the register is away; then nothing more is taken until it returns. Default 100,000.</summary>
    [Range(1, 10_000_000)]
    public int UnwrittenEventLimit { get; set; } = 100_000;

    /// <summary>How often what was taken is made durable. At most 1 s. Default 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:01")]
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often ledgers are answered and checkpoints of twins written. At most 1 s. Default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.250", "00:00:01")]
    public TimeSpan AnswerInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Kilobytes of checkpoints that each mailbox writes in such an interval; what is left comes in the next ones. A restart replays what no checkpoint has. Default 128: more of it delays alerts at the register's disk.</summary>
    [Range(16, 1_048_576)]
    public int CheckpointKilobytes { get; set; } = 128;

    /// <summary>How long a stop waits for the stores to take the last of what was taken. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan StopPatience { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after the hub went online a known node has to send its birth before it counts as stale. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan BirthDeadline { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How far ahead of the city clock a stamp may be. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan FutureLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How far back a stamp may be. Default ten years.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "36500.00:00:00")]
    public TimeSpan PastLimit { get; set; } = TimeSpan.FromDays(3653);

    /// <summary>Silence after which a node that speaks SenML, and so says neither birth nor death, counts as stale. Default 15 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "31.00:00:00")]
    public TimeSpan SenMlSilence { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Most nodes that each shard keeps; whoever may publish can make one. Default 20,000.</summary>
    [Range(1, 1_000_000)]
    public int NodeLimit { get; set; } = 20_000;

    /// <summary>The list of enrolled nodes that <c>./city enrol</c> keeps (<c>broker/enrolled</c>): a node on it that was never heard is shown as silent. Default: none.</summary>
    public string? EnrolledFile { get; set; }

    /// <summary>How long a command to an output is sent again until its node tells the value back, and a call to a node until that answers; then it is given up and an alert. Default 2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan CommandLimit { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Rebirth requests that the whole city may be sent in a second. Default 50.</summary>
    [Range(1, 10_000)]
    public int RebirthsPerSecond { get; set; } = 50;

    /// <summary>The groups, or the default one.</summary>
    internal IReadOnlyList<string> GroupsOrDefault => Groups.Count > 0 ? [.. Groups.Distinct(StringComparer.Ordinal)] : ["city"];
}

[OptionsValidator]
public sealed partial class HubOptionsValidator : IValidateOptions<HubOptions>;

/// <summary>Section <c>Stores</c>.</summary>
public sealed class StoresOptions
{
    /// <summary>Folder of the timeline and the register; made if missing. Default: <c>data</c> in the working folder.</summary>
    [Required]
    public string Directory { get; set; } = "data";
}

[OptionsValidator]
public sealed partial class StoresOptionsValidator : IValidateOptions<StoresOptions>;
