using SmartCity.Readings;

namespace SmartCity.Timeline;

/// <summary>How fine a store keeps history. Each resolution has a database (1.x) or bucket (2.x, 3 Core) of its own.</summary>
public enum Resolution : byte
{
    /// <summary>Every reading.</summary>
    Raw = 0,

    /// <summary>Windows of a minute.</summary>
    Minute = 1,

    /// <summary>Windows of an hour.</summary>
    Hour = 2,
}

/// <summary>
/// What the timeline is called in InfluxDB, in one place: databases, measurements, tags, fields, precision. Dashboards, queries and the writer
/// all name what stands here and nothing else. Why it is so: docs/timeline.md.
/// </summary>
public static class TimelineSchema
{
    /// <summary>Tags of every reading and every window, in the order of the alphabet, and all of them in every line: InfluxDB 3 fixes the tags of
    /// a measurement by its first line. All are bounded by what the city has put up. An unknown one is <see cref="TagText.None"/>.</summary>
    public static IReadOnlyList<string> Tags { get; } = [District, Node, Sensor, Site];

    public const string District = "district";

    /// <summary>As in <c>group/node</c>.</summary>
    public const string Node = "node";
    public const string Sensor = "sensor";
    public const string Site = "site";

    /// <summary>Float: the value in the catalogue's unit. Missing when the read failed.</summary>
    public const string Value = "value";

    /// <summary>Float: what the instrument gave. Only where it is not the value, because it was corrected.</summary>
    public const string RawValue = "raw";

    /// <summary>Integer: <see cref="Readings.Quality"/>, 1 is good.</summary>
    public const string Quality = "quality";

    /// <summary>Float: a value that was found for a reading that is missing or not good. Beside <see cref="Value"/>, never in its place.</summary>
    public const string Repaired = "repaired";

    /// <summary>Integer: <see cref="Watch.Repairs.RepairMethod"/>. Only beside <see cref="Repaired"/>.</summary>
    public const string Method = "method";

    /// <summary>Float, 0 to 1. Only beside <see cref="Repaired"/>.</summary>
    public const string Confidence = "confidence";

    /// <summary>Integer: the reading's place within its outbox, <see cref="ReadingOrder.Packed"/> as a signed number.</summary>
    public const string Order = "order";

    /// <summary>Integer: <see cref="ClockTrust"/>. Only where it is not synced.</summary>
    public const string Clock = "clock";

    /// <summary>Integer: <see cref="ReadFault"/>. Only where the read failed.</summary>
    public const string Fault = "fault";

    /// <summary>Floats of a window: of its good readings; without any, of all that have a value. Missing when none has.</summary>
    public const string Min = "min", Mean = "mean", Max = "max";

    /// <summary>Float of a window: the sum that its mean is made of. With it a store puts windows together by itself; releases of before did not write it.</summary>
    public const string Sum = "sum";

    /// <summary>Integer: readings in the window, failed ones too.</summary>
    public const string Count = "count";

    /// <summary>Integer: those that are good. Their share is good / count.</summary>
    public const string Good = "good";

    /// <summary>Integer: those that have a value, good or not.</summary>
    public const string Measured = "measured";

    /// <summary>Fields of a measurement in <see cref="Database"/> of <see cref="Resolution.Raw"/>.</summary>
    public static IReadOnlyList<string> ReadingFields { get; } = [Value, RawValue, Quality, Repaired, Method, Confidence, Order, Clock, Fault];

    /// <summary>Fields of a measurement in the databases of windows.</summary>
    public static IReadOnlyList<string> WindowFields { get; } = [Min, Mean, Max, Sum, Count, Good, Measured];

    /// <summary>Episodes, in the database of hours, which is kept for ever. A point stands at the instant at which the episode was raised or recorded; what happens to
    /// it later is written over that same point.</summary>
    public const string Episodes = "episode";

    /// <summary>Tags of <see cref="Episodes"/>: severity is a field, because it may change and a tag may not.</summary>
    public static IReadOnlyList<string> EpisodeTags { get; } = [District, "rule", Sensor];

    /// <summary>Strings: id, severity, quantity, department, title (the rule's message), runbook (its address; missing where there is none), kind (exercise or test; missing where it is real), state (open, cleared, withdrawn). Float: value. Integers, Unix ms: ended, acknowledged.</summary>
    public static IReadOnlyList<string> EpisodeFields { get; } = ["id", "severity", "quantity", "department", "title", "runbook", "kind", "state", "value", "ended", "acknowledged"];

    /// <summary>Changes of presence, in the database of hours.</summary>
    public const string Presence = "presence";

    public static IReadOnlyList<string> PresenceTags { get; } = [Node];

    /// <summary>String: state (online, offline, stale, unheard). Integer: online (1 or 0).</summary>
    public static IReadOnlyList<string> PresenceFields { get; } = ["state", "online"];

    private static readonly string[] ByQuantity = Index();

    /// <summary>Database or bucket of a resolution.</summary>
    public static string Database(Resolution resolution) => resolution switch
    {
        Resolution.Raw => "city_raw",
        Resolution.Minute => "city_1m",
        Resolution.Hour => "city_1h",
    };

    /// <summary>Length of a window; zero for <see cref="Resolution.Raw"/>.</summary>
    public static TimeSpan Window(Resolution resolution) => resolution switch
    {
        Resolution.Raw => TimeSpan.Zero,
        Resolution.Minute => TimeSpan.FromMinutes(1),
        Resolution.Hour => TimeSpan.FromHours(1),
    };

    /// <summary>The measurement of a quantity, the same at every resolution: its catalogue name with underscores, as in <c>air_temperature</c> or <c>pm2_5</c>.
    /// A name that needs no quoting in any of the three dialects.</summary>
    public static string Measurement(Quantity quantity) => ByQuantity[(byte)quantity];

    /// <summary>The last instant that fits: nanoseconds since 1970 in 63 bits, less a millisecond.</summary>
    public static readonly Instant Last = new(long.MaxValue / NanosecondsPerMillisecond - 1);

    /// <summary>
    /// The stamp of a reading in nanoseconds: its milliseconds and, where its source does not promise that stamps rise (no ledger, or a clock that was never set),
    /// six digits of its order below them. So two of its readings in one millisecond stay two points, and a reading sent twice lands on itself. All others keep whole
    /// milliseconds, which take half the room on disk.
    /// </summary>
    public static long Nanoseconds(in PackedReading reading) => Nanoseconds(reading.At)
        + (reading.Flags.Clock == ClockTrust.Unsynced || reading.Order.IsUnledgered(reading.At) ? (long)(reading.Order.Packed % (1 << 22) % NanosecondsPerMillisecond) : 0);

    /// <summary>A stamp of nothing finer than milliseconds: windows and annotations.</summary>
    public static long Nanoseconds(Instant at) => at.UnixMilliseconds * NanosecondsPerMillisecond;

    /// <summary>The instant of a stamp.</summary>
    public static Instant InstantOf(long nanoseconds) => new(Math.DivRem(nanoseconds, NanosecondsPerMillisecond, out var rest) - (rest < 0 ? 1 : 0));

    /// <summary>Whether a reading of this instant can be written: from 1970 to <see cref="Last"/>.</summary>
    public static bool Fits(Instant at) => at.UnixMilliseconds >= 0 && at <= Last;

    private const long NanosecondsPerMillisecond = 1_000_000;

    private static string[] Index()
    {
        var names = new string[256];
        foreach (var row in QuantityCatalogue.All) names[(byte)row.Quantity] = row.Name.Replace('-', '_').Replace('.', '_');
        return names;
    }
}
