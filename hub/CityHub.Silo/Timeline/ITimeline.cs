using CityHub.Contracts;
using CityHub.Silo.Register;
using SmartCity.Readings;
using SmartCity.Watch.Repairs;

namespace CityHub.Silo.Timeline;

/// <summary>One reading on its way into the timeline, under the sensor it belongs to.</summary>
/// <param name="Series">The timeline's own number for (sensor, quantity), from <see cref="ITimeline.Series"/>.</param>
public readonly record struct TimelineRow(int Series, Reading Reading);

/// <summary>Where a batch stands in the ledger, kept with its rows so that a restart can find what the last twin checkpoint missed.</summary>
/// <param name="Node">Number of the node, from <see cref="ITimeline.Node"/>.</param>
public readonly record struct LedgerMark(int Node, ulong Outbox, byte Lane, ulong Batch, int FirstRow, int Rows);

/// <summary>What the store said of an append. Never an exception for the store's own failures.</summary>
public enum TimelineVerdict : byte
{
    Stored,

    /// <summary>Away, busy or full: keep it and try again.</summary>
    RetryLater,
}

/// <summary>The history of readings. One writer; any number of readers.</summary>
public interface ITimeline
{
    /// <summary>The number of a series, made on first use. Thread-safe.</summary>
    int Series(SensorId sensor, Quantity quantity);

    /// <summary>The number of a node, made on first use. Thread-safe.</summary>
    int Node(NodeKey node);

    /// <summary>Appends and returns when durable: all of it or none. Called by one writer at a time.</summary>
    /// <param name="rows">In the order of arrival.</param>
    /// <param name="marks">Which rows belong to which batch; unledgered rows have none.</param>
    TimelineVerdict Append(ReadOnlySpan<TimelineRow> rows, ReadOnlySpan<LedgerMark> marks, out long block);

    /// <summary>Which log this is, and how far it goes.</summary>
    LogPosition Position { get; }

    /// <summary>Gives the log another identity: it turned out not to be the one that others know by this one, but an older copy of it.</summary>
    LogPosition Renew();

    /// <summary>Blocks with a number above this one, in order: what a restart replays into the twins.</summary>
    IEnumerable<TimelineBlock> BlocksAfter(long block);

    /// <summary>Says that the twins' committed checkpoint includes every block through this one: <see cref="BlocksAfter"/> will not be asked for them again.</summary>
    void CheckpointedThrough(long block);

    /// <summary>Blocks through this one are where they are to stay. Less than the last block while they wait in front of a store that is elsewhere: durable here, but
    /// the ledger does not answer for them yet, so that nodes keep theirs even if this machine is lost. Thread-safe.</summary>
    long StoredThrough { get; }

    /// <summary>Why blocks wait in front of the store, or null: they do not. Thread-safe.</summary>
    string? Trouble { get; }

    /// <summary>Whatever the store does by itself, until cancelled. Called once, after the places of sensors are known.</summary>
    Task Run(CancellationToken stopping);

    /// <summary>Readings of one series in [from, to), by time, streaming.</summary>
    /// <exception cref="TimelineUnavailableException">The store is away.</exception>
    IEnumerable<Reading> Read(SensorId sensor, Quantity quantity, Instant from, Instant to);

    /// <summary>What stands beside readings of one series in [from, to) that are missing or not good, by time; at most one for a reading.</summary>
    /// <exception cref="TimelineUnavailableException">The store is away.</exception>
    IEnumerable<Repair> Repairs(SensorId sensor, Quantity quantity, Instant from, Instant to) => RepairRows.Of(Read(SensorId.OfRepairs(sensor), quantity, from, to));

    /// <summary>History in steps that are counted from its start, each named by its start. Made of the coarsest resolution that serves.</summary>
    /// <exception cref="TimelineUnavailableException">The store is away.</exception>
    HistoryAnswer History(HistoryQuery query);

    /// <summary>Resolves numbers back to names, for <see cref="BlocksAfter"/>.</summary>
    (SensorId Sensor, Quantity Quantity) SeriesName(int series);

    NodeKey NodeName(int node);
}

/// <summary>One append, as it was made.</summary>
public sealed record TimelineBlock(long Number, TimelineRow[] Rows, LedgerMark[] Marks);
