using System.Diagnostics.Metrics;
using SmartCity.Telemetry;

namespace SensorNode.Readings.Outbox;

/// <summary>What an outbox has done since its start, also as metrics.</summary>
public sealed class OutboxCounts
{
    private static readonly Meter Meter = new("SensorNode");
    private static readonly Counter<long> TakenReadings = Meter.CreateCounter<long>("sensornode_taken_readings");
    private static readonly Counter<long> NotTakenSamples = Meter.CreateCounter<long>("sensornode_not_taken_samples");
    private static readonly Counter<long> DroppedReadings = Meter.CreateCounter<long>("sensornode_dropped_readings");
    private static readonly Counter<long> AgedReadings = Meter.CreateCounter<long>("sensornode_aged_readings", description: "Unanswered readings let go for their age, by lane.");
    private static readonly Counter<long> Damages = Meter.CreateCounter<long>("sensornode_damaged_batches");
    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("sensornode_disk_refusals");

    private readonly bool[] _announced = new bool[Lanes.Count];
    private long _taken, _notTaken, _dropped, _aged, _damaged, _refused;

    /// <summary>Readings safe on disk.</summary>
    public long TakenTotal => Volatile.Read(ref _taken);

    /// <summary>Samples for which there was no room.</summary>
    public long NotTakenTotal => Volatile.Read(ref _notTaken);

    /// <summary>Unanswered readings that made room for newer or more urgent ones.</summary>
    public long DroppedTotal => Volatile.Read(ref _dropped);

    public long DamagedBatches => Volatile.Read(ref _damaged);

    public long RefusalsTotal => Volatile.Read(ref _refused);

    internal void Taken(int readings)
    {
        Interlocked.Add(ref _taken, readings);
        TakenReadings.Add(readings);
    }

    internal void NotTaken(Lane lane, int samples)
    {
        Interlocked.Add(ref _notTaken, samples);
        NotTakenSamples.Add(samples, Tag(lane));
    }

    internal void Dropped(Lane lane, long readings)
    {
        Interlocked.Add(ref _dropped, readings);
        DroppedReadings.Add(readings, Tag(lane));
    }

    /// <summary>Unanswered readings that were let go for their age.</summary>
    public long AgedTotal => Volatile.Read(ref _aged);

    internal void Aged(Lane lane, long readings)
    {
        Interlocked.Add(ref _aged, readings);
        AgedReadings.Add(readings, Tag(lane));
    }

    internal void Damaged()
    {
        Interlocked.Increment(ref _damaged);
        Damages.Add(1);
    }

    internal void Refused()
    {
        Interlocked.Increment(ref _refused);
        Refusals.Add(1);
    }

    /// <summary>True the first time for a lane: what is said once.</summary>
    internal bool Announce(Lane lane) => !_announced[(int)lane] && (_announced[(int)lane] = true);

    private static KeyValuePair<string, object?> Tag(Lane lane) => new("lane", lane.ToString().ToLowerInvariant());
}
