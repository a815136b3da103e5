using SmartCity.Readings;
using SmartCity.Timeline;
using SmartCity.Watch;
using SmartCity.Watch.EarlyWarning;

namespace CityHub.Contracts;

/// <summary>Whether a node or sensor is known to be there.</summary>
public enum Presence : byte
{
    /// <summary>Known from the register; nothing heard since the hub started.</summary>
    Unheard,
    Online,
    Offline,

    /// <summary>It should have spoken by now.</summary>
    Stale,

    /// <summary>Enrolled, and never heard since the hub started: not mounted yet, or refused by a broker that does not say so.</summary>
    Silent,
}

/// <summary>The newest value of one quantity of a sensor. Never goes back in order.</summary>
public sealed record LiveValue(Quantity Quantity, Instant At, double? Value, ReadFault? Fault, Quality Quality, ClockTrust Clock);

/// <summary>The newest value of one quantity of a sensor, and no more of it.</summary>
/// <param name="Value">Missing when the read failed or gave no finite number.</param>
public readonly record struct LatestValue(SensorId Sensor, Instant At, double? Value, Quality Quality);

/// <summary>Where a sensor is. Dated: true from <paramref name="Since"/>.</summary>
public sealed record Place(string District, string Site, double? Latitude, double? Longitude, IReadOnlyList<string> Tags, Instant Since);

public sealed record SensorView(SensorId Id, DeviceKey Device, Place Place, Presence Presence, IReadOnlyList<LiveValue> Values)
{
    /// <summary>Where early warning stands on its quantities; empty when no rule asks for any.</summary>
    public IReadOnlyList<EarlyState> EarlyWarnings { get; init; } = [];
}

/// <param name="Deviations">Known departures of other people's clients from Sparkplug that the hub tolerates, by name.</param>
/// <param name="Unledgered">Its readings carry no ledger: no promise of completeness.</param>
public sealed record NodeView(NodeKey Key, Presence Presence, Instant? Since, Instant? LastHeard, int Sensors, ulong Outstanding, ClockTrust? Clock, bool Unledgered, IReadOnlyList<string> Deviations)
{
    /// <summary>Of its board, °C, as it said last; null: it has no thermometer, or does not say.</summary>
    public double? BoardCelsius { get; init; }

    /// <summary>What its link may carry in a day; null: any amount, or it does not say.</summary>
    public ulong? BytesADay { get; init; }

    /// <summary>Bytes of MQTT packets that it has published by its own count, which goes on over its restarts; null: it does not count.</summary>
    public ulong? SentBytes { get; init; }

    /// <summary>Of those, what it has published since midnight UTC.</summary>
    public ulong? SentTodayBytes { get; init; }

    /// <summary>Terms that stand over its file's, as it said at its last birth to this hub; empty: none. Null: it takes none, or has not been born since.</summary>
    public string? Terms { get; init; }

    /// <summary>Bytes of MQTT packets that came from it by the hub's count.</summary>
    public ulong ReceivedBytes { get; init; }
}

public sealed record DistrictView(string Id, string Name, int Sensors, int SensorsOnline, int NodesOnline, int Nodes, IReadOnlyDictionary<Severity, int> OpenEpisodes);

/// <summary>Which readings a history is made of.</summary>
public enum HistoryQuality : byte
{
    /// <summary>The good ones; in a step without any, all that have a value.</summary>
    Best,

    /// <summary>The good ones alone.</summary>
    Good,

    /// <summary>All that have a value.</summary>
    Any,
}

/// <param name="From">Start of the first step, included.</param>
/// <param name="To">End, excluded.</param>
/// <param name="Step">At least 1 ms.</param>
public sealed record HistoryQuery(SensorId Sensor, Quantity Quantity, Instant From, Instant To, TimeSpan Step, HistoryQuality Quality = HistoryQuality.Best);

/// <param name="Resolution">What it was made of: the coarsest that serves the step.</param>
/// <param name="Points">Oldest first; a step without readings is left out.</param>
public sealed record HistoryAnswer(Resolution Resolution, IReadOnlyList<HistoryPoint> Points);

/// <summary>One step of a history: gaps are steps that are missing, never zeros.</summary>
public sealed record HistoryPoint(Instant At, double Min, double Mean, double Max, int Count, int Good);

/// <summary>A line that the store behind the timeline refused for good.</summary>
/// <param name="Number">Rises with every line that is set aside.</param>
/// <param name="Reason">The server's words.</param>
/// <param name="Line">Line protocol, as it was sent.</param>
public sealed record RefusedLine(long Number, Instant At, string Reason, string Line);

/// <param name="Kept">Lines that are kept in all; the oldest give way to new ones.</param>
/// <param name="Lines">The newest first.</param>
public sealed record RefusedLines(int Kept, IReadOnlyList<RefusedLine> Lines);

/// <summary>One thing that happened, as live events and the audit tell it.</summary>
/// <param name="Number">Rises by one with every event of this hub; a gap means that something was missed.</param>
/// <param name="Kind">Dotted, lower case: <c>episode.raised</c>, <c>node.online</c>, …</param>
public sealed record HubEvent(long Number, Instant At, string Kind, string Subject, Episode? Episode);

/// <summary>Which episodes to list.</summary>
public sealed record EpisodeFilter(bool? Open = null, string? District = null, SensorId? Sensor = null, Instant? From = null, Instant? To = null, int Limit = 200);

/// <summary>One message on its way to one subscription.</summary>
public sealed record DeliveryView(string MessageId, string Subscription, EpisodeId? Episode, string Type, string State, int Attempts, Instant QueuedAt, Instant? DeliveredAt, Instant? NextAttemptAt, string? LastOutcome);
