using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Watch;

/// <summary>
/// The checks of one quantity over its readings in their order; constant memory. Times are of stamps. A flat line begins with the first reading that all since are
/// within the tolerance of; attenuation looks at half windows: two whole ones and the one that is filling, so at a window at least.
/// </summary>
internal struct QualityFold
{
    private const double Rounding = 1e-9; // 20.1 - 20 is a little more than 0.1

    private byte _has; // how many of the last two readings there are
    private long _at;
    private double _last;
    private double _before;
    private double _sound; // the last value that did not fail
    private long _soundAt;
    private long _flatSince;
    private double _flatLow;
    private double _flatHigh;
    private byte _halves; // whole half windows that were seen, at most 2
    private long _halfSince;
    private double _halfLow;
    private double _halfHigh;
    private double _wholeLow;
    private double _wholeHigh;
    private double _olderLow;
    private double _olderHigh;

    /// <summary>Whether it has taken nothing yet.</summary>
    public readonly bool IsEmpty => _has == 0;

    /// <summary>Takes the next reading.</summary>
    /// <param name="source">The quality that it came with.</param>
    /// <param name="before">What the reading before turns out to be, if worse than good; good: nothing new about it.</param>
    public Quality Take(QualityChecks checks, long at, double value, Quality source, out Quality before)
    {
        before = Quality.Good;
        var flag = checks.OfRange(value);
        if (_has > 0 && checks.Gap is { } gap && at - _at > gap.TotalMilliseconds)
        {
            this = default;
            flag = Worse(flag, Quality.Suspect);
        }
        if (_has > 0 && checks.RatePerMinute is { } rate && at > _at)
        {
            // Against the last reading, and against the last sound one: after a spike the way back is no fault.
            var change = Math.Min(Math.Abs(value - _last) / (at - _at), Math.Abs(value - _sound) / (at - _soundAt)) * 60_000;
            flag = Worse(flag, Of(rate, change));
        }
        if (_has > 1 && checks.Spike is { } spike) before = Of(spike, Math.Abs(_last - (_before + value) / 2));
        if (checks.Flat is { } flat) flag = Worse(flag, Flat(flat, at, value));
        if (checks.Attenuated is { } attenuated) flag = Worse(flag, Attenuated(attenuated, at, value));
        (_before, _last, _at) = (_last, value, at);
        if (_has == 0 || flag != Quality.Fail) (_sound, _soundAt) = (value, at);
        _has = (byte)Math.Min(2, _has + 1);
        return source == Quality.NotEvaluated ? flag : Worse(source, flag);
    }

    public readonly void Write(VarintWriter w)
    {
        w.Byte(_has);
        if (_has == 0) return;
        foreach (var at in (ReadOnlySpan<long>)[_at, _soundAt, _flatSince, _halfSince]) w.Signed(at);
        foreach (var value in (ReadOnlySpan<double>)[_last, _before, _sound, _flatLow, _flatHigh, _halfLow, _halfHigh, _wholeLow, _wholeHigh, _olderLow, _olderHigh]) Numbers.Write(w, value);
        w.Byte(_halves);
    }

    public static bool TryRead(ref VarintReader r, out QualityFold fold)
    {
        fold = default;
        if (!r.Byte(out fold._has) || fold._has > 2) return false;
        if (fold._has == 0) return true;
        if (!r.Signed(out fold._at) || !r.Signed(out fold._soundAt) || !r.Signed(out fold._flatSince) || !r.Signed(out fold._halfSince)) return false;
        foreach (var at in (ReadOnlySpan<long>)[fold._at, fold._soundAt, fold._flatSince, fold._halfSince])
        {
            if (at < 0 || at > Instant.Max.UnixMilliseconds) return false;
        }
        return Numbers.Read(ref r, out fold._last) && Numbers.Read(ref r, out fold._before) && Numbers.Read(ref r, out fold._sound)
            && Numbers.Read(ref r, out fold._flatLow) && Numbers.Read(ref r, out fold._flatHigh) && Numbers.Read(ref r, out fold._halfLow) && Numbers.Read(ref r, out fold._halfHigh)
            && Numbers.Read(ref r, out fold._wholeLow) && Numbers.Read(ref r, out fold._wholeHigh)
            && Numbers.Read(ref r, out fold._olderLow) && Numbers.Read(ref r, out fold._olderHigh) && r.Byte(out fold._halves) && fold._halves <= 2;
    }

    public static Quality Worse(Quality a, Quality b) => a >= b ? a : b;

    private static Quality Of(TwoLimits limits, double value) => value > limits.Fail ? Quality.Fail : value > limits.Suspect ? Quality.Suspect : Quality.Good;

    private Quality Flat(FlatLine flat, long at, double value)
    {
        var (low, high) = (Math.Min(_flatLow, value), Math.Max(_flatHigh, value));
        if (_has == 0 || high - low > flat.Tolerance + Rounding) (_flatSince, _flatLow, _flatHigh) = (at, value, value);
        else (_flatLow, _flatHigh) = (low, high);
        var lasted = at - _flatSince;
        return lasted >= flat.Fail.TotalMilliseconds ? Quality.Fail : lasted >= flat.Suspect.TotalMilliseconds ? Quality.Suspect : Quality.Good;
    }

    private Quality Attenuated(Attenuation attenuated, long at, double value)
    {
        var half = attenuated.Over.TotalMilliseconds / 2;
        if (_has == 0) (_halfSince, _halfLow, _halfHigh) = (at, value, value);
        else if (at - _halfSince >= half)
        {
            (_olderLow, _olderHigh) = (_wholeLow, _wholeHigh);
            (_wholeLow, _wholeHigh) = (_halfLow, _halfHigh);
            _halves = (byte)Math.Min(2, _halves + 1);
            (_halfSince, _halfLow, _halfHigh) = (at, value, value);
        }
        else (_halfLow, _halfHigh) = (Math.Min(_halfLow, value), Math.Max(_halfHigh, value));
        if (_halves < 2) return Quality.Good;
        var range = Math.Max(_olderHigh, Math.Max(_wholeHigh, _halfHigh)) - Math.Min(_olderLow, Math.Min(_wholeLow, _halfLow));
        return range < attenuated.Range.Fail ? Quality.Fail : range < attenuated.Range.Suspect ? Quality.Suspect : Quality.Good;
    }
}
