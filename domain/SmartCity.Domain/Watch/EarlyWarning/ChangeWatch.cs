using SmartCity.Telemetry;

namespace SmartCity.Watch.EarlyWarning;

/// <summary>A level that moved and stayed.</summary>
/// <param name="Since">Stamp of the first reading of the run that showed it, Unix ms.</param>
/// <param name="FoundAt">Stamp of the reading at which it was certain, Unix ms.</param>
/// <param name="By">How far, against what is usual at the hour, in the quantity's unit; negative: down.</param>
public readonly record struct Change(long Since, long FoundAt, double By);

/// <summary>
/// Finds where a channel's level has changed: Page's cumulative sum, up and down, of the distances from the usual less a level of its own, in usual
/// distances (<see cref="Anomaly.Spread"/>). A reading counts three at most, so that no single one is a change; less than one counts for nothing; thirty
/// together are a change. Then the level is where the run has been, and what follows is measured against it.
/// </summary>
public sealed class ChangeWatch
{
    /// <summary>Readings for which a change is fresh.</summary>
    public const int Fresh = 60;

    private const double Most = 3;        // usual distances that a reading counts at most
    private const double Least = 1;       // usual distances that are none
    private const double Certain = 30;
    private const int Looks = 8;          // first readings of a run that say how far: what is usual has not followed them yet
    private const double Memory = 500;    // readings of its own level
    private const double Follow = 30;     // the same while a change is fresh: what is usual follows it

    private double _level;                // of the distance from the usual, in the quantity's unit
    private Run _up;
    private Run _down;
    private Change _last;
    private int _since;                   // readings since the last change, up to Fresh + 1

    /// <summary>A run of distances to one side.</summary>
    private struct Run
    {
        public double Sum;
        public double Off;
        public int Readings;
        public long Since;

        public bool Add(double distance, double off, long at)
        {
            if (Sum == 0) (Off, Readings, Since) = (0, 0, at);
            Sum = Math.Max(0, Sum + distance - Least);
            if (Readings < Looks)
            {
                Off += off;
                Readings++;
            }
            return Sum > Certain;
        }

        public readonly void Write(VarintWriter w)
        {
            Floats.Write(w, Sum);
            Floats.Write(w, Off);
            w.Varint((ulong)Readings);
            w.Signed(Since);
        }

        public static bool TryRead(ref VarintReader r, out Run run)
        {
            run = default;
            if (!Floats.Read(ref r, out run.Sum) || run.Sum < 0 || !Floats.Read(ref r, out run.Off) || !r.Varint(out var readings) || readings > Looks) return false;
            run.Readings = (int)readings;
            return r.Signed(out run.Since);
        }
    }

    /// <summary>The last change, while it is fresh; else null.</summary>
    public Change? Last => _last.FoundAt > 0 && _since < Fresh ? _last : null;

    /// <summary>Takes a reading and what it looked like. True: it makes a change certain, which is <see cref="Last"/>.</summary>
    public bool Observe(long unixMilliseconds, double value, in Anomaly seen)
    {
        if (_since <= Fresh) _since++;
        if (seen.Learning) return false;
        var off = value - seen.Usual;
        var distance = Math.Clamp((off - _level) / seen.Spread, -Most, Most);
        var (up, down) = (_up.Add(distance, off, unixMilliseconds), _down.Add(-distance, off, unixMilliseconds));
        if (!up && !down)
        {
            _level += (off - _level) / (_since < Fresh && _last.FoundAt > 0 ? Follow : Memory);
            return false;
        }
        var run = up ? _up : _down;
        var level = run.Off / run.Readings;
        _last = new(run.Since, unixMilliseconds, level - _level);
        (_level, _since, _up, _down) = (level, 0, default, default);
        return true;
    }

    public void Write(VarintWriter w)
    {
        Floats.Write(w, _level);
        _up.Write(w);
        _down.Write(w);
        w.Signed(_last.Since);
        w.Signed(_last.FoundAt);
        Floats.Write(w, _last.By);
        w.Varint((ulong)_since);
    }

    /// <summary>False when the bytes are not what <see cref="Write"/> wrote.</summary>
    public static bool TryRead(ref VarintReader r, out ChangeWatch watch)
    {
        watch = new();
        if (!Floats.Read(ref r, out watch._level) || !Run.TryRead(ref r, out watch._up) || !Run.TryRead(ref r, out watch._down)) return false;
        if (!r.Signed(out var since) || !r.Signed(out var found) || !Floats.Read(ref r, out double by) || !r.Varint(out var readings) || readings > Fresh + 1) return false;
        (watch._last, watch._since) = (new(since, found, by), (int)readings);
        return true;
    }
}
