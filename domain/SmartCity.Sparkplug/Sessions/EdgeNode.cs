using SmartCity.Readings;

namespace SmartCity.Sparkplug;

/// <summary>Where the installer says that something stands. What is null is not said.</summary>
public sealed record PlaceSuggestion(string? District = null, string? Site = null, double? Latitude = null, double? Longitude = null)
{
    public static readonly PlaceSuggestion None = new();

    /// <summary>This, and what it does not say from <paramref name="fallback"/>.</summary>
    public PlaceSuggestion Over(PlaceSuggestion fallback) =>
        new(District ?? fallback.District, Site ?? fallback.Site, Latitude ?? fallback.Latitude, Longitude ?? fallback.Longitude);
}

/// <summary>A device as its births declare it.</summary>
/// <param name="Name">Unique within its node, whatever the case of its letters.</param>
/// <param name="Quantities">What it will ever report on; each once.</param>
/// <param name="Place">Only what differs from the node's.</param>
public sealed record EdgeDevice(string Name, IReadOnlyList<Quantity> Quantities, PlaceSuggestion? Place = null);

/// <summary>A node as its births declare it: fixed for the life of an <see cref="EdgeSession"/>.</summary>
/// <param name="PrimaryHost">The host whose STATE it waits for; null: it waits for none.</param>
public sealed record EdgeNode(NodeKey Key, IReadOnlyList<EdgeDevice> Devices, PlaceSuggestion Place, string? PrimaryHost);

/// <summary>What a node says of its terms in its births.</summary>
/// <param name="InForce">The terms; empty: those of its file.</param>
/// <param name="Answer">What became of the last write; empty: there was none.</param>
public sealed record EdgeTerms(string InForce, string Answer);

/// <summary>A message to be published.</summary>
public readonly record struct OutgoingMessage(string Topic, byte[] Payload, byte Qos, bool Retain);

/// <summary>A topic to be subscribed.</summary>
public readonly record struct TopicSubscription(string Filter, byte Qos);

/// <summary>A device's last known reading of a quantity, for its birth.</summary>
public readonly record struct BirthValue(string Device, Reading Reading);

/// <summary>What a STATE message means for the node.</summary>
public enum StateOutcome : byte
{
    /// <summary>The host is online and there is no birth yet: publish one.</summary>
    Birth,

    /// <summary>The host went offline under a live birth: publish the death, disconnect, connect again after a while.</summary>
    DieAndReconnect,

    /// <summary>The host is offline and there is no birth: stay, and wait for it.</summary>
    Wait,

    /// <summary>Nothing changes: the host is online and we are born already.</summary>
    Unchanged,

    /// <summary>Another host's, older than what we have heard, or of a connection that is over.</summary>
    Ignored,

    /// <summary>Not a STATE message.</summary>
    Malformed,
}

/// <summary>Why a command could not be read.</summary>
public enum CommandFault : byte
{
    None = 0,
    BadTopic,

    /// <summary>For another node, or a device that we do not have.</summary>
    NotOurs,
    BadPayload,

    /// <summary>A ledger answer that does not decode.</summary>
    BadAnswer,

    /// <summary>A write to a device's metric that is no output, or no value that an output can have.</summary>
    NotWritable,
}

/// <summary>A write that a command asks for, its alias resolved. Which metrics may be written is the daemon's matter.</summary>
/// <param name="Command">The id of the command that it is of (<see cref="PropertyNames.Command"/>); null: it has none.</param>
public readonly record struct MetricWrite(string? Device, string Metric, MetricValue? Value, string? Command = null);

/// <summary>What a command asks for.</summary>
/// <param name="Rebirth">New births, now; no data before them.</param>
/// <param name="Answer">What the hub has accounted for.</param>
/// <param name="Writes">Writes to other metrics that we have declared.</param>
/// <param name="Unknown">Metrics that we have not declared: passed over, counted.</param>
public sealed record CommandOutcome(CommandFault Fault, bool Rebirth, Telemetry.LedgerAnswer? Answer, IReadOnlyList<MetricWrite> Writes, int Unknown)
{
    internal static CommandOutcome Failed(CommandFault fault) => new(fault, false, null, [], 0);
}
