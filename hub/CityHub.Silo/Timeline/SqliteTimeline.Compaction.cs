using System.Diagnostics.CodeAnalysis;
using CityHub.Silo.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;

namespace CityHub.Silo.Timeline;

public sealed partial class SqliteTimeline
{
    private readonly TimelineCompactor _compactor;
    private readonly AutoResetEvent _wake = new(false);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _compacting = new();
    private Thread? _thread;
    private ITimer? _flushTimer, _mergeTimer;
    private bool _flushDue, _mergeDue;
    private long _checkpointed;
    private string? _compactionFault;

    /// <summary>Says that the twins' committed checkpoint includes every block through this one: it may be dropped once it is in a run.
    /// Until the first call nothing is dropped.</summary>
    public void CheckpointedThrough(long block)
    {
        if (block > Interlocked.Read(ref _checkpointed)) Interlocked.Exchange(ref _checkpointed, block);
    }

    /// <summary>Moves everything on now, on the caller's thread: the log into runs, and runs of hours that ended by an instant into the files of their days.</summary>
    public void Compact(Instant endedBy, CancellationToken cancel)
    {
        lock (_compacting)
        {
            while (Flush(cancel))
            {
                // until the log has nothing more
            }
            _compactor.Merge(endedBy, cancel);
            Drop(cancel);
        }
    }

    private void StartCompaction()
    {
        _flushTimer = _wall.CreateTimer(_ => Wake(ref _flushDue), null, _options.FlushAge, _options.FlushAge);
        _mergeTimer = _wall.CreateTimer(_ => Wake(ref _mergeDue), null, _options.MergeEvery, _options.MergeEvery);
        _thread = new Thread(CompactUntilStopped) { IsBackground = true, Name = "timeline-compaction" };
        _thread.Start();
    }

    private void StopCompaction()
    {
        _flushTimer?.Dispose();
        _mergeTimer?.Dispose();
        _stopping.Cancel();
        _wake.Set();
        _thread?.Join();
        _wake.Dispose();
        _stopping.Dispose();
    }

    private void Wake(ref bool due)
    {
        Volatile.Write(ref due, true);
        try
        {
            _wake.Set();
        }
        catch (ObjectDisposedException)
        {
            // the timer fired while the timeline was closed
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Compaction that fails is tried again at the next turn; appends and reads go on without it.")]
    private void CompactUntilStopped()
    {
        Niceness.Yield();
        while (!_stopping.IsCancellationRequested)
        {
            _wake.WaitOne();
            try
            {
                lock (_compacting) Turn(_stopping.Token);
                if (_compactionFault is not null) CompactionRecovered();
                _compactionFault = null;
            }
            catch (Exception error)
            {
                var name = error is SqliteException store ? SqliteFault.Name(store) : error.GetType().Name;
                _metrics.CompactionFault(name);
                if (_compactionFault != name) CompactionFailing(error, name);
                _compactionFault = name;
            }
        }
    }

    private void Turn(CancellationToken cancel)
    {
        var flushDue = Interlocked.Exchange(ref _flushDue, false);
        var worked = false;
        while ((TailReadings >= _options.FlushRows || flushDue && TailReadings > 0) && Flush(cancel)) worked = true;
        if (Interlocked.Exchange(ref _mergeDue, false))
        {
            _compactor.Merge(Instant.From(_wall.GetUtcNow()) - _options.HourGrace, cancel);
            Expire();
        }
        if (worked || flushDue) Drop(cancel);
    }

    /// <summary>Deletes the files of what has had its time, by the city's clock.</summary>
    public void Expire()
    {
        var now = _city();
        var gone = _days.Expire(now) + _windows.Expire(now);
        if (gone > 0) Expired(gone);
    }

    private bool Flush(CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested || _compactor.Flush(cancel) is not { } rows) return false;
        Interlocked.Add(ref _tailRows, -rows);
        return true;
    }

    private void Drop(CancellationToken cancel)
    {
        var through = Math.Min(RunFile.Through(_runs.Session), Interlocked.Read(ref _checkpointed));
        if (through > 0) _append.DropThrough(through, cancel);
    }

    [LoggerMessage(LogLevel.Error, "The timeline cannot be compacted: {Fault}. It is tried again; readings stay in the append log")]
    private partial void CompactionFailing(Exception error, string fault);

    [LoggerMessage(LogLevel.Information, "{Files} files of the timeline have had their time and are deleted")]
    private partial void Expired(int files);

    [LoggerMessage(LogLevel.Information, "The timeline can be compacted again")]
    private partial void CompactionRecovered();
}
