using SmartCity.Readings;

namespace SmartCity.Sparkplug;

/// <summary>Names of metrics and properties that both ends know, but for quantities (the catalogue's) and the ledger (<see cref="Telemetry.LedgerMetrics"/>).</summary>
public static class MetricNames
{
    /// <summary>Int64, 0 to 255: ties a death to its birth (Sparkplug 3.0, section 6.4.20).</summary>
    public const string BdSeq = "bdSeq";

    /// <summary>Boolean; true in an NCMD asks for new births. Never has an alias.</summary>
    public const string Rebirth = "Node Control/Rebirth";

    /// <summary>String: on which terms the node's devices are sampled and told. Written by NCMD; the births that follow say what is in force.</summary>
    public const string Terms = "Node Control/Terms";

    /// <summary>String: what became of the last write of <see cref="Terms"/>.</summary>
    public const string TermsAnswer = "Node Control/Terms Answer";

    /// <summary>String: the episodes that the node has found by its own rules, see <see cref="Watch.EdgeEpisode"/>. In births alone.</summary>
    public const string Episodes = "Watch/Episodes";

    /// <summary>Float, °C: the node's board, by the thermometer that its system has. Declared where there is one.</summary>
    public const string BoardTemperature = "Node Vitals/Board Temperature";

    /// <summary>UInt64: bytes of MQTT packets that the node has published since its start, births included.</summary>
    public const string SentBytes = "Node Vitals/Sent Bytes";

    /// <summary>UInt64, in births alone: what the node's link may carry in a day. Declared where there is such a limit.</summary>
    public const string BytesADay = "Node Vitals/Bytes A Day";

    /// <summary>String: the district that the installer named. A suggestion: the city decides.</summary>
    public const string District = "Place/District";

    /// <summary>String: street, crossing, pole.</summary>
    public const string Site = "Place/Site";

    /// <summary>Double, degrees north, WGS 84.</summary>
    public const string Latitude = "Place/Latitude";

    /// <summary>Double, degrees east, WGS 84.</summary>
    public const string Longitude = "Place/Longitude";
}

/// <summary>Keys of the properties that a reading of ours may have; a good one in a data message has none.</summary>
public static class PropertyNames
{
    /// <summary>Int32: 0 bad, 192 good, 500 stale (Sparkplug 3.0, section 6.4.11).</summary>
    public const string Quality = "Quality";

    /// <summary>String: why there is no value, see <see cref="FaultNames"/>.</summary>
    public const string Fault = "fault";

    /// <summary>Int32: the QARTOD flag of a value that is not good.</summary>
    public const string Qartod = "qartod";

    /// <summary>UInt64, in births: the <see cref="ReadingOrder"/> of the value, packed.</summary>
    public const string Order = "order";

    /// <summary>Int32, in births: the <see cref="ClockTrust"/> of the value's stamp.</summary>
    public const string Clock = "clock";

    /// <summary>String, in a write of an output: the command's id. A node does a command once, however often it comes.</summary>
    public const string Command = "command";
}

/// <summary>Read faults by name on the wire: lower case, hyphens.</summary>
public static class FaultNames
{
    private static readonly (ReadFault Fault, string Name, byte[] Utf8)[] All =
        [.. Enum.GetValues<ReadFault>().Select(fault => (fault, Of(fault), System.Text.Encoding.ASCII.GetBytes(Of(fault))))];

    public static string Of(ReadFault fault) => fault switch
    {
        ReadFault.NoAnswer => "no-answer",
        ReadFault.TimedOut => "timed-out",
        ReadFault.BadChecksum => "bad-checksum",
        ReadFault.WrongChip => "wrong-chip",
        ReadFault.NotReady => "not-ready",
        ReadFault.OutOfRange => "out-of-range",
        ReadFault.BusUnavailable => "bus-unavailable",
        ReadFault.Unspecified => "unspecified",
    };

    /// <summary><see cref="ReadFault.Unspecified"/> for a name that we do not know.</summary>
    public static ReadFault Parse(ReadOnlySpan<byte> utf8)
    {
        foreach (var (fault, _, name) in All)
        {
            if (utf8.SequenceEqual(name)) return fault;
        }
        return ReadFault.Unspecified;
    }
}
