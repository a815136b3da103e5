using SmartCity.Telemetry;

namespace SmartCity.Watch;

/// <summary>How the day is cut: what a slot's number depends on, besides the stamp.</summary>
/// <param name="Slot">Length in ms.</param>
/// <param name="Slots">Slots in the window.</param>
/// <param name="DayOffset">The city's offset from UTC in ms.</param>
internal readonly record struct SlotCut(long Slot, int Slots, long DayOffset);

/// <summary>
/// The last slots of one mean rule, (start, end] each. A slot closes when a reading stamped at or after its end comes; closing it evaluates the
/// window that ends there. What is closed takes no more: a reading whose stamp goes back behind it, though later in order, is left out.
/// Between readings the clock may look ahead (<see cref="Ahead"/>) without closing anything.
/// </summary>
internal sealed class SlotRing(SlotCut cut)
{
    private const long Far = 1L << 50; // no slot number or instant that was written is further from zero

    private readonly double[] _sums = new double[cut.Slots];
    private readonly int[] _counts = new int[cut.Slots];
    private uint _epoch;      // of the last reading
    private long _newest;     // newest slot with a reading
    private long _newestEnd;  // its end in Unix ms
    private long _closed;     // newest closed slot
    private bool _any;

    public SlotCut Cut => cut;

    private int Slots => _sums.Length;

    /// <summary>Adds a reading; evaluations are steps of <paramref name="fold"/>. True when slots moved, and with them the next deadline.</summary>
    public bool Add<TSink>(PlannedRule rule, ref Threshold fold, uint epoch, long at, double value, ref TSink sink) where TSink : struct, IFoldSink
    {
        if (_any && at < _newestEnd && at > _newestEnd - rule.Slot && _closed < _newest)
        {
            Count(_newest, epoch, value); // most readings: into the open slot
            return false;
        }
        var slot = rule.SlotOf(at);
        if (!_any)
        {
            _any = true;
            _closed = slot - 1;
            _newest = slot;
        }
        CloseThrough(rule, ref fold, slot - 1, ref sink);
        if (slot <= _closed) return false;
        for (var stale = Math.Max(_newest + 1, slot - Slots + 1); stale <= slot; stale++)
        {
            _sums[At(stale)] = 0;
            _counts[At(stale)] = 0;
        }
        _newest = slot;
        _newestEnd = rule.SlotEnd(slot);
        Count(slot, epoch, value);
        if (at == _newestEnd) CloseThrough(rule, ref fold, slot, ref sink);
        return true;
    }

    /// <summary>Evaluates on a copy of the fold what the clock has closed by <paramref name="now"/>: slots whose end is the lateness limit or more ago.</summary>
    public void Ahead<TSink>(PlannedRule rule, ref Threshold fold, long now, ref TSink sink) where TSink : struct, IFoldSink
    {
        if (_any) Evaluate(rule, ref fold, ClosedByClock(rule, now), ref sink);
    }

    /// <summary>Closes what the clock has closed, for good: used where rules change and the past is settled.</summary>
    public void Settle(PlannedRule rule, long now)
    {
        if (_any) _closed = Math.Max(_closed, ClosedByClock(rule, now));
    }

    /// <summary>When the clock closes the next slot that calls for an evaluation; none once the window has run empty.</summary>
    public long NextDeadline(PlannedRule rule, long after)
    {
        if (!_any) return long.MaxValue;
        var next = rule.Evaluated(Math.Max(_closed, ClosedByClock(rule, after)) + 1);
        return next <= _newest + Slots - 1 ? rule.SlotEnd(next) + rule.Lateness : long.MaxValue;
    }

    public void CopyTo(SlotRing other)
    {
        _sums.CopyTo(other._sums, 0);
        _counts.CopyTo(other._counts, 0);
        (other._epoch, other._newest, other._newestEnd, other._closed, other._any) = (_epoch, _newest, _newestEnd, _closed, _any);
    }

    public void Write(VarintWriter w)
    {
        w.Varint((ulong)cut.Slot);
        w.Varint((ulong)cut.Slots);
        w.Signed(cut.DayOffset);
        w.Byte(_any ? (byte)1 : (byte)0);
        if (!_any) return;
        w.Varint(_epoch);
        w.Signed(_newest);
        w.Signed(_newestEnd);
        w.Signed(_closed - _newest);
        for (var i = 0; i < Slots; i++)
        {
            w.Varint((ulong)_counts[i]);
            if (_counts[i] > 0) Numbers.Write(w, _sums[i]);
        }
    }

    public static bool TryRead(ref VarintReader r, out SlotRing ring)
    {
        ring = new(default);
        if (!r.Varint(out var slot) || slot is 0 or > 86_400_000 || !r.Varint(out var slots) || slots is 0 or > MeanOver.MaxSlots) return false;
        if (!r.Signed(out var offset) || offset is < -86_400_000 or > 86_400_000) return false;
        ring = new(new((long)slot, (int)slots, offset));
        return ring.Read(ref r);
    }

    private bool Read(ref VarintReader r)
    {
        if (!r.Byte(out var any) || any > 1) return false;
        if (any == 0) return true;
        _any = true;
        if (!r.Varint(out var epoch) || epoch > uint.MaxValue || !r.Signed(out _newest) || !r.Signed(out _newestEnd) || !r.Signed(out var closed)) return false;
        if (_newest is < -Far or > Far || _newestEnd is < -Far or > Far || closed is < -1 or > Far) return false;
        _epoch = (uint)epoch;
        _closed = _newest + closed;
        for (var i = 0; i < Slots; i++)
        {
            if (!r.Varint(out var count) || count > int.MaxValue) return false;
            _counts[i] = (int)count;
            if (count > 0 && !Numbers.Read(ref r, out _sums[i])) return false;
        }
        return true;
    }

    private void CloseThrough<TSink>(PlannedRule rule, ref Threshold fold, long through, ref TSink sink) where TSink : struct, IFoldSink
    {
        if (through <= _closed) return;
        Evaluate(rule, ref fold, through, ref sink);
        _closed = through;
    }

    // The windows that end at the slots after the closed one. Summed from the newest slot back, so that a window whose last slots are empty
    // is a shorter run of the same sum, and every one of them costs a step.
    private void Evaluate<TSink>(PlannedRule rule, ref Threshold fold, long through, ref TSink sink) where TSink : struct, IFoldSink
    {
        var first = rule.Evaluated(_closed + 1);
        var last = Math.Min(through, _newest + Slots - 1);
        if (first > last) return;
        Span<double> sums = stackalloc double[MeanOver.MaxSlots];
        Span<int> filled = stackalloc int[MeanOver.MaxSlots];
        var sum = 0.0;
        var count = 0;
        for (var back = 0; back < Slots; back++)
        {
            var at = At(_newest - back);
            if (_counts[at] > 0)
            {
                sum += _sums[at] / _counts[at];
                count++;
            }
            sums[back] = sum;
            filled[back] = count;
        }
        for (var slot = first; slot <= last; slot = rule.Evaluated(slot + 1))
        {
            var oldest = (int)(Slots - 1 - (slot - _newest)); // slots back from the newest that the window still covers
            if (filled[oldest] < rule.MinSlots) continue;
            var end = rule.SlotEnd(slot);
            fold.Step(rule, _epoch, (ulong)Math.Max(0, end), end, sums[oldest] / filled[oldest], ref sink);
        }
    }

    private long ClosedByClock(PlannedRule rule, long now) => rule.SlotOf(now - rule.Lateness + 1) - 1;

    private void Count(long slot, uint epoch, double value)
    {
        _epoch = epoch;
        _sums[At(slot)] += value;
        _counts[At(slot)]++;
    }

    private int At(long slot)
    {
        var at = (int)(slot % Slots);
        return at < 0 ? at + Slots : at;
    }
}
