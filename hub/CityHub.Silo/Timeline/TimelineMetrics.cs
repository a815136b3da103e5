using System.Diagnostics.Metrics;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline;

/// <summary>Counters of the timeline.</summary>
internal sealed class TimelineMetrics : IDisposable
{
    private readonly Meter _meter = new("CityHub");
    private readonly Counter<long> _readings;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _damaged;
    private readonly Counter<long> _merged;
    private readonly Counter<long> _compactionFaults;
    private readonly Counter<long> _setAside;
    private readonly Counter<long> _verdicts;
    private readonly Counter<long> _posted;
    private readonly Histogram<double> _postSeconds;

    /// <param name="tailReadings">Null: there is no log of its own.</param>
    public TimelineMetrics(Func<long>? tailReadings)
    {
        _readings = _meter.CreateCounter<long>("cityhub_timeline_readings", description: "Readings appended, durably");
        _bytes = _meter.CreateCounter<long>("cityhub_timeline_bytes", description: "Bytes of append blocks");
        _retries = _meter.CreateCounter<long>("cityhub_timeline_retries", description: "Appends that have to be retried, by reason");
        _damaged = _meter.CreateCounter<long>("cityhub_timeline_damaged", description: "Blocks that were skipped because they are damaged, by part");
        _merged = _meter.CreateCounter<long>("cityhub_timeline_merged_blocks", description: "Series blocks written into the files of days");
        _compactionFaults = _meter.CreateCounter<long>("cityhub_timeline_compaction_faults", description: "Compactions that failed and will be tried again, by reason");
        _setAside = _meter.CreateCounter<long>("cityhub_timeline_set_aside", description: "Readings that history does not keep, by reason");
        _verdicts = _meter.CreateCounter<long>("cityhub_timeline_store_refusals", description: "Requests that the store behind the log did not take, by verdict");
        _posted = _meter.CreateCounter<long>("cityhub_timeline_line_bytes", description: "Bytes of line protocol that the store behind the log took");
        _postSeconds = _meter.CreateHistogram<double>("cityhub_timeline_post_seconds", "s", "Time of one request that the store behind the log took");
        if (tailReadings is not null) _meter.CreateObservableGauge("cityhub_timeline_tail", tailReadings, description: "Readings in the append log that are in no run, or in no store, yet");
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

    public void SetAside(string reason, int readings = 1) => _setAside.Add(readings, Reason(reason));

    public void Refusal(WriteVerdict verdict) => _verdicts.Add(1, new KeyValuePair<string, object?>("verdict", verdict switch
    {
        WriteVerdict.Stored => "stored",
        WriteVerdict.RetryLater => "retry-later",
        WriteVerdict.TooLarge => "too-large",
        WriteVerdict.Refused => "refused",
        WriteVerdict.AccessRefused => "access-refused",
        WriteVerdict.NoDatabase => "no-database",
    }));

    public void Post(int bytes, TimeSpan time)
    {
        _posted.Add(bytes);
        _postSeconds.Record(time.TotalSeconds);
    }

    /// <summary>Adds a figure that is asked for when somebody looks.</summary>
    public void Gauge(string name, string description, Func<long> look) => _meter.CreateObservableGauge(name, look, description: description);

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Reason(string reason) => new("reason", reason);
}
