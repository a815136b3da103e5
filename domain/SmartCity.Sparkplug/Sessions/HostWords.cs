using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Sparkplug;

/// <summary>What the hub knows of a node or device being there.</summary>
public enum SessionPresence : byte
{
    /// <summary>No birth heard yet.</summary>
    Unheard = 0,

    Online,

    /// <summary>It may be there or not: a new birth is due.</summary>
    Stale,

    /// <summary>Its death was heard.</summary>
    Offline,
}

/// <summary>What a message was taken as.</summary>
public enum HostEvent : byte
{
    /// <summary>Nothing: set aside, or without meaning here.</summary>
    None = 0,
    NodeBirth,
    NodeDeath,
    DeviceBirth,
    DeviceDeath,
    Data,
}

/// <summary>Why a message, or what of it, was set aside. Snake case in metrics and logs, see <see cref="SetAside.Name"/>.</summary>
public enum SetAsideReason : byte
{
    None = 0,

    /// <summary>Not a payload; the outcome's <see cref="HostOutcome.PayloadFault"/> says why.</summary>
    MalformedPayload,

    /// <summary>Delivered from the server's memory: of an unknown age, so it proves nothing.</summary>
    RetainedMessage,

    /// <summary>Data or a device's birth before the node's birth.</summary>
    BeforeBirth,

    /// <summary>A device that was not born in this session.</summary>
    UnknownDevice,

    /// <summary>An alias that no birth of this session declared.</summary>
    UnknownAlias,

    /// <summary>Metrics with neither name nor alias.</summary>
    NamelessMetric,

    /// <summary>Seq missing or over 255 where the standard asks for one.</summary>
    BadSeq,

    /// <summary>A death whose bdSeq is not the current birth's.</summary>
    DeathUnmatched,

    /// <summary>Data of a ledgered node without its position.</summary>
    MissingPosition,

    /// <summary>A position that does not decode.</summary>
    BadPosition,

    /// <summary>A position whose samples name another number of metrics than the message has.</summary>
    SampleCountMismatch,

    /// <summary>An outbox declaration that does not decode.</summary>
    BadOutbox,

    /// <summary>More devices or metrics than the hub keeps for one node.</summary>
    TooManyDeclared,

    /// <summary>An alias given twice in one birth.</summary>
    DuplicateAlias,

    /// <summary>A message that no edge node sends (commands, STATE), or of another node.</summary>
    NotForHost,
}

/// <summary>Why a new birth is wanted.</summary>
public enum RebirthReason : byte
{
    None = 0,

    /// <summary>Seq numbers stayed missing past the reorder timeout.</summary>
    SeqGap,
    BeforeBirth,
    UnknownDevice,
    UnknownAlias,

    /// <summary>A birth that could not be used.</summary>
    BadBirth,
}

public static class SetAside
{
    /// <summary>The reason in snake case: the tag of a metric.</summary>
    public static string Name(SetAsideReason reason) => reason switch
    {
        SetAsideReason.None => "none",
        SetAsideReason.MalformedPayload => "malformed_payload",
        SetAsideReason.RetainedMessage => "retained_message",
        SetAsideReason.BeforeBirth => "before_birth",
        SetAsideReason.UnknownDevice => "unknown_device",
        SetAsideReason.UnknownAlias => "unknown_alias",
        SetAsideReason.NamelessMetric => "nameless_metric",
        SetAsideReason.BadSeq => "bad_seq",
        SetAsideReason.DeathUnmatched => "death_unmatched",
        SetAsideReason.MissingPosition => "missing_position",
        SetAsideReason.BadPosition => "bad_position",
        SetAsideReason.SampleCountMismatch => "sample_count_mismatch",
        SetAsideReason.BadOutbox => "bad_outbox",
        SetAsideReason.TooManyDeclared => "too_many_declared",
        SetAsideReason.DuplicateAlias => "duplicate_alias",
        SetAsideReason.NotForHost => "not_for_host",
    };
}

/// <summary>Departures of other people's clients from the standard that the hub tolerates and lists per node.</summary>
[Flags]
public enum Deviations : ushort
{
    None = 0,

    /// <summary>bdSeq is not an Int64.</summary>
    BdSeqDatatype = 1 << 0,

    /// <summary>A birth without bdSeq: every death counts.</summary>
    BdSeqMissing = 1 << 1,

    /// <summary>bdSeq did not change after a death.</summary>
    BdSeqRepeated = 1 << 2,

    /// <summary>A death came at QoS 0.</summary>
    DeathAtQos0 = 1 << 3,

    /// <summary>A birth or data came at QoS 1 or 2.</summary>
    NotAtQos0 = 1 << 4,

    /// <summary>An NBIRTH whose seq is not 0.</summary>
    BirthSeqNotZero = 1 << 5,

    /// <summary>No <c>Node Control/Rebirth</c> in the NBIRTH.</summary>
    NoRebirthMetric = 1 << 6,

    /// <summary>Metrics in data that no birth declared.</summary>
    MetricNotInBirth = 1 << 7,

    /// <summary>Metrics without a timestamp.</summary>
    NoMetricTimestamp = 1 << 8,

    /// <summary>A quantity under another datatype than the catalogue's, or a value in another field than its datatype's.</summary>
    OtherDatatype = 1 << 9,

    /// <summary>Names beside aliases in data.</summary>
    NameBesideAlias = 1 << 10,
}

/// <summary>How many metrics of one message could not become readings, by reason. A refused metric is accounted for with its batch.</summary>
/// <param name="Uncatalogued">Metrics whose name the quantity catalogue does not have.</param>
/// <param name="NotNumeric">Quantities whose value is no number.</param>
/// <param name="BadTimestamp">Stamps past the year 9999.</param>
public readonly record struct MetricTally(int Uncatalogued, int NotNumeric, int BadTimestamp)
{
    /// <summary>Values that are NaN or infinite: they become failed readings.</summary>
    public int NotFinite { get; init; }
}

/// <summary>A device as the hub sees it; the same object for the life of its <see cref="HostSession"/>. The node itself is the device with the empty name.</summary>
public sealed class HostDevice
{
    internal HostDevice(DeviceKey key) => Key = key;

    public DeviceKey Key { get; }
    public SessionPresence Presence { get; internal set; }

    /// <summary>Since when <see cref="Presence"/> holds: the hub's receipt, but for a DDEATH, which says it itself.</summary>
    public Instant? Since { get; internal set; }

    public PlaceSuggestion Place { get; internal set; } = PlaceSuggestion.None;

    /// <summary>Quantities its last birth declared.</summary>
    public IReadOnlyList<Quantity> Quantities { get; internal set; } = [];

    /// <summary>The caller's own attachment (say, the twin that stands behind it), so that a reading needs no look-up.</summary>
    public object? Attachment { get; set; }

    internal MetricTable Metrics { get; set; } = MetricTable.Empty;
}

/// <summary>One reading out of a message.</summary>
/// <param name="IsHistorical">The source says that it must not become the live value.</param>
public readonly record struct DeviceReading(HostDevice Device, Reading Reading, bool IsHistorical);

/// <summary>What a message meant.</summary>
public readonly record struct HostOutcome
{
    public HostEvent Event { get; init; }

    /// <summary>Why the message or a part of it was set aside; none when all of it was taken.</summary>
    public SetAsideReason Reason { get; init; }

    public PayloadFault PayloadFault { get; init; }

    /// <summary>The device it was about; null for the node's own births and deaths.</summary>
    public HostDevice? Device { get; init; }

    /// <summary>Where the batch stands in the ledger. Also given with a reason that resending cannot cure: then it is accounted for, with nothing in it.
    /// Null for unledgered sources and where a resend will bring it.</summary>
    public Position? Batch { get; init; }

    /// <summary>In a ledgered node's birth.</summary>
    public OutboxDeclaration? Outbox { get; init; }

    /// <summary>What a node birth says that the node's own rules have found. Null: it is none.</summary>
    public IReadOnlyList<Watch.EdgeEpisode>? Episodes { get; init; }

    /// <summary>What a node birth says of its terms. Null: it takes none.</summary>
    public EdgeTerms? Terms { get; init; }

    /// <summary>What the node says of itself now, as far as the message tells it. Null: it tells nothing of the kind.</summary>
    public NodeVitals? Vitals { get; init; }

    public MetricTally Tally { get; init; }

    /// <summary>The readings are a birth's: current values with their original stamps. Of a ledgered node they restore live state and add nothing to history.</summary>
    public bool IsBirth => Event is HostEvent.NodeBirth or HostEvent.DeviceBirth;
}

/// <param name="ReorderTimeout">How long missing seq numbers may take before a rebirth is wanted. Default 2 s.</param>
/// <param name="RebirthInterval">Least time between two rebirth requests to one node. Default 10 s.</param>
/// <param name="MaxDevices">Devices kept per node. Default 1,000.</param>
/// <param name="MaxMetrics">Metrics kept per device. Default 10,000.</param>
public sealed record HostSessionLimits(TimeSpan ReorderTimeout, TimeSpan RebirthInterval, int MaxDevices, int MaxMetrics)
{
    public static readonly HostSessionLimits Default = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), 1000, 10_000);
}
