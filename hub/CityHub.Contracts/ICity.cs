using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Repairs;

namespace CityHub.Contracts;

/// <summary>What the API asks of the hub: live state from the twins, history from the timeline, the rest from the register.</summary>
public interface ICity
{
    IReadOnlyList<SensorView> Sensors();
    SensorView? Sensor(SensorId id);

    /// <summary>Appends the newest value of a quantity of every sensor that has it, in no order. For many readers of many sensors: no view is built.</summary>
    Task Latest(Quantity quantity, List<LatestValue> into);

    IReadOnlyList<NodeView> Nodes();
    IReadOnlyList<DistrictView> Districts();

    /// <summary>History in steps, oldest first; a step without readings is left out.</summary>
    /// <exception cref="TimelineUnavailableException">The store is away.</exception>
    Task<HistoryAnswer> History(HistoryQuery query, CancellationToken cancel);

    /// <summary>Readings of one quantity of a sensor in [from, to), by time, as they come from the store.</summary>
    /// <exception cref="TimelineUnavailableException">The store is away; may come after the first readings.</exception>
    IEnumerable<Reading> Readings(SensorId sensor, Quantity quantity, Instant from, Instant to);

    /// <summary>Lines that the store refused for good, the newest first. A store beside the hub refuses none.</summary>
    /// <param name="before">Only those with a smaller number.</param>
    RefusedLines Refused(long? before, int limit);

    /// <summary>What stands beside readings of one quantity of a sensor in [from, to) that are missing or not good, by time.</summary>
    /// <exception cref="TimelineUnavailableException">The store is away; may come after the first ones.</exception>
    IEnumerable<Repair> Repairs(SensorId sensor, Quantity quantity, Instant from, Instant to);

    Task<IReadOnlyList<Episode>> Episodes(EpisodeFilter filter, CancellationToken cancel);
    Task<Episode?> Episode(EpisodeId id, CancellationToken cancel);

    /// <summary>Acknowledges; the first acknowledgement stands. Null: no such episode.</summary>
    Task<Episode?> Acknowledge(EpisodeId id, string by, string note, CancellationToken cancel);

    IDesk Desk { get; }

    IOutputCommands Commands { get; }

    INodeCalls Calls { get; }

    RuleSet Rules();

    /// <summary>Live events from now on; a reader that falls behind by more than a bounded queue gets its stream ended.</summary>
    IAsyncEnumerable<HubEvent> Events(CancellationToken cancel);

    /// <summary>Why the hub is not ready to take readings, by part; empty when it is.</summary>
    IReadOnlyDictionary<string, string> NotReady();
}
