using SmartCity.Telemetry;

namespace SmartCity.Watch;

/// <summary>See <see cref="RateOver"/>. Remembers at most <see cref="Most"/> readings of a window.</summary>
internal sealed class RateInput : PointInput
{
    /// <summary>Most readings remembered: one for each sixtieth of the window, the oldest and the newest.</summary>
    public const int Most = 64;

    private const int Parts = 60;

    private readonly long _window;
    private readonly double _per;
    private readonly long[] _at = new long[Most];
    private readonly double[] _value = new double[Most];
    private int _first;
    private int _count;
    private long _newest = long.MinValue;

    public RateInput(RateOver rate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate.Window, TimeSpan.FromSeconds(1), nameof(rate));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rate.Window, TimeSpan.FromDays(1), nameof(rate));
        _window = (long)rate.Window.TotalMilliseconds;
        _per = rate.Per.TotalMilliseconds;
    }

    public override bool TryTake(long at, double value, out double compared)
    {
        compared = 0;
        if (at <= _newest) return false; // a stamp that goes back, though later in order
        while (_count > 0 && _at[_first] < at - _window) Drop();
        var ready = _count > 0 && at - _at[_first] >= _window / 2;
        if (ready) compared = (value - _value[_first]) * _per / (at - _at[_first]);
        if (_count == 0 || at - _at[Slot(_count - 1)] >= _window / Parts) Append(at, value);
        _newest = at;
        return ready;
    }

    public override void CopyTo(PointInput other)
    {
        var copy = (RateInput)other;
        _at.CopyTo(copy._at, 0);
        _value.CopyTo(copy._value, 0);
        (copy._first, copy._count, copy._newest) = (_first, _count, _newest);
    }

    public override void Write(VarintWriter w)
    {
        w.Varint((ulong)_count);
        if (_count == 0) return;
        var last = 0L;
        for (var i = 0; i < _count; i++)
        {
            w.Signed(_at[Slot(i)] - last);
            Numbers.Write(w, _value[Slot(i)]);
            last = _at[Slot(i)];
        }
        w.Signed(_newest - last);
    }

    public override bool Read(ref VarintReader r)
    {
        if (!r.Varint(out var count) || count > Most) return false;
        var last = 0L;
        for (var i = 0; i < (int)count; i++)
        {
            if (!r.Signed(out var step) || step is < -(1L << 50) or > 1L << 50 || !Numbers.Read(ref r, out _value[i])) return false;
            last += step;
            _at[i] = last;
        }
        _count = (int)count;
        if (count == 0) return true;
        if (!r.Signed(out var newest) || newest is < -(1L << 50) or > 1L << 50) return false;
        _newest = last + newest;
        return true;
    }

    private void Append(long at, double value)
    {
        if (_count == Most) Drop();
        (_at[Slot(_count)], _value[Slot(_count)]) = (at, value);
        _count++;
    }

    private void Drop()
    {
        _first = (_first + 1) % Most;
        _count--;
    }

    private int Slot(int index) => (_first + index) % Most;
}
