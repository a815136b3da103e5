using SmartCity.Readings;

namespace CityHub.Silo;

/// <summary>Which clock the city goes by.</summary>
public enum CityClockKind : byte
{
    /// <summary>The machine's clock.</summary>
    System,

    /// <summary>The newest stamp in the data: for replays of the past.</summary>
    Data,
}

/// <summary>
/// The clock of readings, rules and lateness. Never goes back. In <see cref="CityClockKind.Data"/> it stands still until data move it, and its
/// timers fire when they do. It then stays a millisecond short of the newest stamp until no newer one has come for a while: many stations
/// stamp the same hour, and their slot has not closed before all of them were heard.
/// </summary>
public sealed class CityClock(CityClockKind kind, TimeProvider wall) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<DataTimer> _timers = [];
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    private long _newest;
    private long _now;
    private long _movedAt;

    public CityClockKind Kind => kind;

    public Instant Now => kind == CityClockKind.Data ? new(Interlocked.Read(ref _now)) : Instant.From(wall.GetUtcNow());

    public override DateTimeOffset GetUtcNow() => Now.ToDateTimeOffset();

    public override long GetTimestamp() => kind == CityClockKind.Data ? Interlocked.Read(ref _now) : wall.GetTimestamp();

    public override long TimestampFrequency => kind == CityClockKind.Data ? 1000 : wall.TimestampFrequency;

    /// <summary>The newest stamp of data that were taken as good; changes nothing unless the clock follows the data.</summary>
    public void Follow(Instant stamp)
    {
        if (kind != CityClockKind.Data) return;
        var before = Interlocked.Read(ref _newest);
        if (stamp.UnixMilliseconds <= before) return;
        List<DataTimer> due;
        lock (_gate)
        {
            if (stamp.UnixMilliseconds <= _newest) return;
            Interlocked.Exchange(ref _newest, stamp.UnixMilliseconds);
            _movedAt = wall.GetTimestamp();
            due = Due(stamp.UnixMilliseconds - 1);
        }
        foreach (var timer in due) timer.Fire();
    }

    /// <summary>Called now and then: when the data have been quiet for a second, the newest stamp is the time.</summary>
    public void Settle()
    {
        if (kind != CityClockKind.Data) return;
        List<DataTimer> due;
        lock (_gate)
        {
            if (_now == _newest || wall.GetElapsedTime(_movedAt) < Quiet) return;
            due = Due(_newest);
        }
        foreach (var timer in due) timer.Fire();
    }

    private List<DataTimer> Due(long now)
    {
        Interlocked.Exchange(ref _now, now);
        return _timers.FindAll(timer => timer.IsDue(now));
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (kind != CityClockKind.Data) return wall.CreateTimer(callback, state, dueTime, period);
        var timer = new DataTimer(this, callback, state);
        lock (_gate) _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class DataTimer(CityClock clock, TimerCallback callback, object? state) : ITimer
    {
        private long _due = long.MaxValue;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        /// <summary>Called under the clock's gate; sets the next due time, or none.</summary>
        public bool IsDue(long now)
        {
            if (now < _due) return false;
            _due = _period > TimeSpan.Zero ? now + (long)_period.TotalMilliseconds : long.MaxValue;
            return true;
        }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                _period = period;
                _due = dueTime < TimeSpan.Zero ? long.MaxValue : clock._now + (long)dueTime.TotalMilliseconds;
            }
            return true;
        }

        public void Dispose()
        {
            lock (clock._gate) clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
