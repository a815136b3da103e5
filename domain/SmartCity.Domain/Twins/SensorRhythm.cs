using SmartCity.Readings;

namespace SmartCity.Twins;

/// <summary>
/// How often a sensor speaks, and whether it should have spoken by now. The expected interval is learnt from the stamps of its readings (a backlog that comes all
/// at once teaches nothing about the rhythm), and is the longest lately, so that what speaks irregularly is not called silent too soon: a longer pause
/// counts at once, a shorter one little by little. It is trusted after <see cref="Lessons"/> intervals; before that nothing is said.
/// Stale: nothing was heard (wall clock) for longer than the interval and a grace. Back: two readings in rhythm, so that a stray one does not make it flap.
/// </summary>
public struct SensorRhythm
{
    /// <summary>Intervals that must be seen before the rhythm is trusted.</summary>
    public const int Lessons = 8;

    /// <summary>Least grace: what network and node may be late by.</summary>
    public static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(10);

    private const long DayMs = 86_400_000;

    private long _stamp;
    private long _heard;
    private double _interval;
    private int _lessons;

    /// <summary>Whether it should have spoken by now; as of the last <see cref="Heard"/> or <see cref="Look"/>.</summary>
    public bool IsStale { get; private set; }

    /// <summary>The expected interval, or null: it is not known yet.</summary>
    public readonly TimeSpan? Interval => _lessons < Lessons ? null : TimeSpan.FromMilliseconds(_interval);

    /// <summary>Half an interval, at least <see cref="LeastGrace"/>.</summary>
    public readonly TimeSpan Grace => TimeSpan.FromMilliseconds(Math.Max(LeastGrace.TotalMilliseconds, _interval / 2));

    /// <summary>When it will be stale if nothing is heard (wall clock); null: that is not known.</summary>
    public readonly Instant? StaleAt => Interval is { } interval ? new Instant(_heard) + interval + Grace : null;

    /// <summary>A reading came. True: it is back.</summary>
    /// <param name="stamp">When it was measured.</param>
    /// <param name="wallNow">When it came.</param>
    public bool Heard(Instant stamp, Instant wallNow)
    {
        var at = stamp.UnixMilliseconds;
        if (at <= _stamp) return false; // of the same sample, or late
        var gap = at - _stamp;
        var first = _stamp == 0;
        (_stamp, _heard) = (at, wallNow.UnixMilliseconds);
        if (first) return false;
        if (IsStale)
        {
            if (gap > _interval + Grace.TotalMilliseconds) return false; // the pause itself, or another one
            IsStale = false;
            return true;
        }
        if (gap > DayMs) return false; // a rhythm longer than a day is none
        _interval = gap > _interval ? gap : _interval + (gap - _interval) / 32;
        if (_lessons < Lessons) _lessons++;
        return false;
    }

    /// <summary>Its node is there again (wall clock): from now on it has an interval and a grace to speak.</summary>
    public void Expect(Instant wallNow) => _heard = Math.Max(_heard, wallNow.UnixMilliseconds);

    /// <summary>Looks at the clock. True: it has become stale just now.</summary>
    public bool Look(Instant wallNow)
    {
        if (IsStale || StaleAt is not { } due || wallNow <= due) return false;
        return IsStale = true;
    }
}
