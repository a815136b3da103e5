using System.Diagnostics.Metrics;

namespace CityHub.Silo.Timeline;

/// <summary>Counters of the SQLite timeline.</summary>
internal sealed class TimelineMetrics : IDisposable
{
    private readonly Meter _meter = new("CityHub");
    private readonly Counter<long> _readings;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _damaged;
    private readonly Counter<long> _merged;
    private readonly Counter<long> _compactionFaults;

    public TimelineMetrics(Func<long> tailReadings)
    {
        _readings = _meter.CreateCounter<long>("cityhub_timeline_readings", description: "Readings appended, durably");
        _bytes = _meter.CreateCounter<long>("cityhub_timeline_bytes", description: "Bytes of append blocks");
        _retries = _meter.CreateCounter<long>("cityhub_timeline_retries", description: "Appends that have to be retried, by reason");
        _damaged = _meter.CreateCounter<long>("cityhub_timeline_damaged", description: "Blocks that were skipped because they are damaged, by part");
        _merged = _meter.CreateCounter<long>("cityhub_timeline_merged_blocks", description: "Series blocks written into the files of days");
        _compactionFaults = _meter.CreateCounter<long>("cityhub_timeline_compaction_faults", description: "Compactions that failed and will be tried again, by reason");
        _meter.CreateObservableGauge("cityhub_timeline_tail", tailReadings, description: "Readings in the append log that are in no run yet");
    }

    public long DamagedCount;

    public void Append(int readings, int bytes)
    {
        _readings.Add(readings);
        _bytes.Add(bytes);
    }

    public void Retry(string reason) => _retries.Add(1, Reason(reason));

    public void Damage(string part)
    {
        Interlocked.Increment(ref DamagedCount);
        _damaged.Add(1, new KeyValuePair<string, object?>("part", part));
    }

    public void Merge(int blocks) => _merged.Add(blocks);

    public void CompactionFault(string reason) => _compactionFaults.Add(1, Reason(reason));

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Reason(string reason) => new("reason", reason);
}
