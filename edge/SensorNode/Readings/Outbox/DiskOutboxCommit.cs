using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings.Outbox;

// Getting samples onto the disk, and room for them.
public sealed partial class DiskOutbox
{
    /// <summary>
    /// Puts everything that waits in the lanes up to and with <paramref name="last"/> onto the disk, the most urgent lane first.
    /// What the disk refuses waits on, within its limit.
    /// </summary>
    public void Commit(Lane last)
    {
        lock (_commitGate)
        {
            var changed = false;
            for (var lane = Lane.Alert; lane <= last; lane++) changed |= CommitLane(lane);
            if (changed) Changed?.Invoke();
        }
    }

    /// <summary>Goes on above a number: the hub has seen numbers that our disk has lost after it had said that they are safe.</summary>
    public bool SkipTo(Lane lane, ulong next)
    {
        lock (_commitGate)
        {
            try
            {
                if (Kept(lane).Next >= next) return true;
                _lanes[(int)lane].SkipTo(next);
                LogSkipped(lane, next);
            }
            catch (IOException e)
            {
                Refused(e);
                return false;
            }
        }
        Changed?.Invoke();
        return true;
    }

    private bool CommitLane(Lane lane)
    {
        List<PendingBatch> batches;
        lock (_pendingGate)
        {
            if (_pending[(int)lane].Count == 0) return false;
            batches = _pending[(int)lane];
            _pending[(int)lane] = [];
            foreach (var batch in batches) _open.Remove((lane, batch.Device));
        }
        if (!WriteStateIfDue())
        {
            PutBack(lane, batches);
            return false;
        }
        MakeRoom(batches.Sum(batch => 64L + batch.Device.Length + batch.Samples.Count * 16L + batch.Readings.Count * 10L));
        var safe = _lanes[(int)lane].Append(batches, out var refusal);
        if (refusal is not null && FreeForFullDisk(lane)) safe += _lanes[(int)lane].Append(batches[safe..], out refusal);
        Taken(batches.Take(safe));
        if (refusal is null) Accepting();
        else
        {
            Refused(refusal);
            PutBack(lane, batches[safe..]);
        }
        return safe > 0;
    }

    private void Taken(IEnumerable<PendingBatch> batches)
    {
        var readings = 0;
        lock (_newest)
        {
            foreach (var batch in batches)
            {
                readings += batch.Readings.Count;
                foreach (var reading in batch.Readings) OutboxScan.Note(_newest, batch.Device, reading);
            }
        }
        lock (_pendingGate) _pendingReadings -= readings;
        Counts.Taken(readings);
    }

    private void PutBack(Lane lane, List<PendingBatch> batches)
    {
        lock (_pendingGate) _pending[(int)lane].InsertRange(0, batches);
    }

    /// <summary>Answered batches go first, then raw ones, oldest first, alerts last.</summary>
    private void MakeRoom(long incoming)
    {
        try
        {
            while (Bytes + incoming > _limitBytes && (DropAnswered() || DropUnanswered(Lane.Alert)))
            {
            }
        }
        catch (IOException e)
        {
            Refused(e);
        }
    }

    /// <summary>The disk is full before we are: what is answered goes; for an alert also the oldest raw.</summary>
    private bool FreeForFullDisk(Lane lane)
    {
        try
        {
            return DropAnswered() || (lane == Lane.Alert && DropUnanswered(Lane.Presence));
        }
        catch (IOException)
        {
            return false; // nothing can be done on this disk for now; the caller says so
        }
    }

    private bool DropAnswered()
    {
        for (var lane = Lane.Raw; ; lane--)
        {
            var answered = AnsweredThrough(lane);
            if (_lanes[(int)lane].DropOldest(segment => segment.Count > 0 && segment.Next - 1 <= answered) is not null) return true;
            if (lane == Lane.Alert) return false;
        }
    }

    /// <summary>
    /// Lets go of what is so much older than the newest reading, a file at a time, whether it was answered or not. By the readings' own stamps, which only
    /// a disciplined clock moves: a clock that is set a year ahead by anybody else empties no outbox.
    /// </summary>
    public void DropOlderThan(TimeSpan age)
    {
        lock (_commitGate)
        {
            Instant? newest = null;
            lock (_newest)
            {
                foreach (var reading in _newest.Values)
                {
                    if (!(newest >= reading.At)) newest = reading.At;
                }
            }
            if (newest is not { } now) return;
            try
            {
                for (var lane = Lane.Alert; lane <= Lane.Raw; lane++)
                {
                    while (_lanes[(int)lane].OldestEndsBefore((now - age).UnixMilliseconds))
                    {
                        var answered = AnsweredThrough(lane);
                        var unanswered = false;
                        if (_lanes[(int)lane].DropOldest(segment => segment.Count > 0 && (unanswered = segment.Next - 1 > answered) | true) is not { } dropped) break;
                        if (!unanswered) continue;
                        Counts.Aged(lane, dropped.Readings);
                        LogAged(lane, dropped.Batches, dropped.Readings, age);
                    }
                }
            }
            catch (IOException e)
            {
                Refused(e);
            }
        }
    }

    private bool DropUnanswered(Lane mostUrgent)
    {
        for (var lane = Lane.Raw; lane >= mostUrgent; lane--)
        {
            if (_lanes[(int)lane].DropOldest(segment => segment.Count > 0) is { } dropped)
            {
                Counts.Dropped(lane, dropped.Readings);
                if (Counts.Announce(lane)) LogDropping(lane, dropped.Batches, dropped.Readings);
                return true;
            }
            if (lane == Lane.Alert) break;
        }
        return false;
    }

    private bool WriteStateIfDue()
    {
        if (!_stateDue) return true;
        try
        {
            _state = _state with { Answered = [.. _answered] };
            _state.Write(_files);
            _stateDue = false;
            return true;
        }
        catch (IOException e)
        {
            Refused(e);
            return false;
        }
    }

    private void Refused(IOException e)
    {
        Counts.Refused();
        Refusal = e.Message;
        if (_refusing) return;
        _refusing = true;
        lock (_pendingGate) _notTakenWhileRefusing = 0;
        LogRefused(e.Message);
    }

    private void Accepting()
    {
        if (!_refusing) return;
        _refusing = false;
        Refusal = null;
        LogAccepting(_notTakenWhileRefusing);
    }

    [LoggerMessage(LogLevel.Information, "New outbox {Outbox}")]
    private partial void LogCreated(OutboxId outbox);

    [LoggerMessage(LogLevel.Warning, "{Bytes} bytes at the end of the outbox were half written when the node last stopped; cut off, nothing taken was in them")]
    private partial void LogTorn(long bytes);

    [LoggerMessage(LogLevel.Error, "{Files} files of the outbox belong to another outbox or cannot be understood; they are left where they are, renamed")]
    private partial void LogSetAside(int files);

    [LoggerMessage(LogLevel.Error, "Batch {Position} is damaged on the disk and is sent as a batch of nothing; further ones are counted")]
    private partial void LogDamaged(Position position);

    [LoggerMessage(LogLevel.Error, "The disk refuses: {Reason}. Samples wait in memory, then are not taken; both are counted")]
    private partial void LogRefused(string reason);

    [LoggerMessage(LogLevel.Warning, "The disk takes again; {NotTaken} samples were not taken in between")]
    private partial void LogAccepting(long notTaken);

    [LoggerMessage(LogLevel.Error, "The outbox is full: {Batches} batches of lane {Lane} with {Readings} readings that no hub has stored make room; further ones are counted")]
    private partial void LogDropping(Lane lane, ulong batches, long readings);

    [LoggerMessage(LogLevel.Error, "{Batches} batches of lane {Lane} with {Readings} readings that no hub has stored are more than {Age} older than the newest one and are let go")]
    private partial void LogAged(Lane lane, ulong batches, long readings, TimeSpan age);

    [LoggerMessage(LogLevel.Error, "The hub knows batches of lane {Lane} that this disk has lost; numbers go on at {Next}")]
    private partial void LogSkipped(Lane lane, ulong next);
}
