using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;

namespace SmartCity.Twins;

/// <summary>
/// The rules of one quantity of a sensor, and the good readings that late ones can still be merged with: those at most the largest lateness limit of
/// the rules older than the newest, and at most <see cref="ReadingBuffer.Most"/>. What drops out is folded into each rule's base, for good.
/// </summary>
internal sealed class QuantityTwin
{
    private readonly ReadingBuffer _kept = new();
    private uint _epoch;
    private bool _hasOrder; // something of this epoch was seen
    private bool _hasBase;  // something of this epoch is in the base
    private ulong _baseThrough;
    private RuleTwin[] _rules = [];
    private long _lateness;

    /// <summary>Whether the live value is of this epoch, so that orders can be compared.</summary>
    public bool HasOrder => _hasOrder;

    /// <summary>Whether the newest good value is of this epoch.</summary>
    public bool GoodHasOrder { get; private set; }

    public bool HasRules => _rules.Length > 0;

    public bool IsBound { get; private set; } = true;

    /// <summary>When the clock has something to find, in Unix ms, or earlier.</summary>
    public long Deadline
    {
        get
        {
            var least = long.MaxValue;
            foreach (var rule in _rules) least = Math.Min(least, rule.Deadline);
            return least;
        }
    }

    /// <summary>Whether an epoch is over. A new one starts a new order: what is kept is folded into the base.</summary>
    public bool IsOver(uint epoch)
    {
        if (epoch < _epoch) return true;
        if (epoch > _epoch)
        {
            Settle();
            _epoch = epoch;
            _hasOrder = _hasBase = GoodHasOrder = false;
        }
        return false;
    }

    public void Seen(bool good)
    {
        _hasOrder = true;
        GoodHasOrder |= good;
    }

    /// <summary>Takes a good reading of the present epoch.</summary>
    public ObserveOutcome Observe(SensorId sensor, in Kept reading, long looked, long now, List<EpisodeEvent> events)
    {
        if (_hasBase && reading.Order <= _baseThrough)
        {
            if (reading.Order == _baseThrough) return ObserveOutcome.Duplicate;
            TooLate(sensor, _epoch, reading, looked, now, events);
            return ObserveOutcome.TooLate;
        }
        if (_kept.Count == 0 || reading.Order > _kept.Newest.Order)
        {
            if (_kept.IsFull) Absorb();
            _kept.Append(reading);
            foreach (var rule in _rules) rule.Step(sensor, _epoch, reading, looked, now, events);
            Expire();
            return ObserveOutcome.Newest;
        }
        var index = _kept.Find(reading.Order);
        if (index >= 0) return ObserveOutcome.Duplicate;
        index = ~index;
        if (_kept.IsFull)
        {
            if (index == 0)
            {
                TooLate(sensor, _epoch, reading, looked, now, events);
                return ObserveOutcome.TooLate;
            }
            Absorb();
            index--;
        }
        _kept.Insert(index, reading);
        foreach (var rule in _rules) rule.Merge(sensor, _epoch, _kept, reading.Order, looked, now, events);
        Expire();
        return ObserveOutcome.Merged;
    }

    public void TooLate(SensorId sensor, uint epoch, in Kept reading, long looked, long now, List<EpisodeEvent> events)
    {
        var newest = _kept.Count > 0 ? _kept.Newest.Order : _baseThrough;
        foreach (var rule in _rules) rule.TooLate(sensor, epoch, reading, newest, looked, now, events);
    }

    /// <summary>Tells what the clock found since the last look.</summary>
    public void Elapse(SensorId sensor, long looked, long now, List<EpisodeEvent> events)
    {
        foreach (var rule in _rules)
        {
            if (rule.Deadline <= now) rule.Elapse(sensor, looked, now, events);
        }
    }

    /// <summary>Puts other rules in force. If none of this quantity's is new, gone or changed, nothing else changes.</summary>
    public void Bind(SensorId sensor, Quantity quantity, RulePlan plan, long looked, long now, List<EpisodeEvent> events)
    {
        var planned = plan.Of(quantity);
        _lateness = 0;
        foreach (var rule in planned) _lateness = Math.Max(_lateness, rule.Lateness);
        if (IsSame(planned))
        {
            for (var i = 0; i < planned.Length; i++)
            {
                if (IsBound) _rules[i].Rename(planned[i]);
                else _rules[i].Restore(planned[i], _epoch, _kept, looked);
            }
            IsBound = true;
            return;
        }
        var next = new RuleTwin[planned.Length];
        for (var i = 0; i < planned.Length; i++)
        {
            var rule = planned[i];
            var old = Array.Find(_rules, known => known.Id == rule.Id);
            if (old is not null && old.Definition == rule.Definition)
            {
                if (IsBound) old.Rename(rule);
                else old.Restore(rule, _epoch, _kept, looked);
                old.Settle();
                next[i] = old;
            }
            else next[i] = old?.Redefine(rule, _epoch, _kept, looked) ?? new(rule);
        }
        foreach (var old in _rules)
        {
            if (!Array.Exists(planned, rule => rule.Id == old.Id)) old.Withdraw(sensor, quantity, plan.Set.Version, looked, now, events);
        }
        ForgetKept();
        _rules = next;
        IsBound = true;
    }

    public void OpenEpisodes(SensorId sensor, long looked, List<EpisodeId> open)
    {
        foreach (var rule in _rules)
        {
            if (rule.OpenEpisode(sensor, looked) is { } episode) open.Add(episode);
        }
    }

    public void Write(VarintWriter w, long looked)
    {
        w.Varint(_epoch);
        w.Byte((byte)((_hasOrder ? 1 : 0) | (_hasBase ? 2 : 0) | (GoodHasOrder ? 4 : 0)));
        if (_hasBase) w.Varint(_baseThrough);
        w.Varint((ulong)_kept.Count);
        var last = default(Kept);
        for (var i = 0; i < _kept.Count; i++)
        {
            w.Varint(_kept[i].Order - last.Order);
            w.Signed(_kept[i].At - last.At);
            Numbers.Write(w, _kept[i].Value);
            last = _kept[i];
        }
        w.Varint((ulong)_rules.Length);
        foreach (var rule in _rules) rule.Write(w, looked);
    }

    public static bool TryRead(ref VarintReader r, out QuantityTwin twin)
    {
        twin = new() { IsBound = false };
        if (!r.Varint(out var epoch) || epoch > uint.MaxValue || !r.Byte(out var flags) || flags > 7) return false;
        (twin._epoch, twin._hasOrder, twin._hasBase, twin.GoodHasOrder) = ((uint)epoch, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);
        if (twin._hasBase && !r.Varint(out twin._baseThrough)) return false;
        if (!r.Varint(out var kept) || kept > ReadingBuffer.Most) return false;
        var last = default(Kept);
        for (var i = 0ul; i < kept; i++)
        {
            if (!r.Varint(out var step) || !r.Signed(out var delta) || !Numbers.Read(ref r, out var value)) return false;
            if (step > ulong.MaxValue - last.Order || i > 0 && step == 0) return false;
            if (delta < -Instant.Max.UnixMilliseconds || delta > Instant.Max.UnixMilliseconds) return false;
            last = new(last.Order + step, last.At + delta, value);
            if (last.At < 0 || last.At > Instant.Max.UnixMilliseconds) return false;
            twin._kept.Append(last);
        }
        if (!r.Varint(out var rules) || rules > MaxRules) return false;
        twin._rules = new RuleTwin[(int)rules];
        for (var i = 0; i < twin._rules.Length; i++)
        {
            if (!RuleTwin.TryRead(ref r, out twin._rules[i])) return false;
        }
        return true;
    }

    /// <summary>Most rules on one quantity that a checkpoint is believed to hold.</summary>
    private const ulong MaxRules = 4096;

    private bool IsSame(PlannedRule[] planned)
    {
        if (planned.Length != _rules.Length) return false;
        for (var i = 0; i < planned.Length; i++)
        {
            if (_rules[i].Id != planned[i].Id || _rules[i].Definition != planned[i].Definition) return false;
        }
        return true;
    }

    private void Settle()
    {
        foreach (var rule in _rules) rule.Settle();
        ForgetKept();
    }

    private void ForgetKept()
    {
        if (_kept.Count == 0) return;
        _baseThrough = _kept.Newest.Order;
        _hasBase = true;
        _kept.Clear();
    }

    private void Expire()
    {
        while (_kept.Count > 1 && _kept.Newest.At - _kept.Oldest.At > _lateness) Absorb();
    }

    private void Absorb()
    {
        ref readonly var oldest = ref _kept.Oldest;
        foreach (var rule in _rules) rule.Absorb(_epoch, oldest);
        _baseThrough = oldest.Order;
        _hasBase = true;
        _kept.DropOldest();
    }
}
