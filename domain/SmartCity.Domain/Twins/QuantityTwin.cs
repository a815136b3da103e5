using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;
using SmartCity.Watch.EarlyWarning;

namespace SmartCity.Twins;

/// <summary>
/// The rules of one quantity of a sensor, and the readings they look at that late ones can still be merged with: those at most the largest lateness limit of
/// the rules older than the newest, and at most <see cref="ReadingBuffer.Most"/>. What drops out is folded into each rule's base, for good.
/// </summary>
internal sealed partial class QuantityTwin
{
    private readonly ReadingBuffer _kept = new();
    private uint _epoch;
    private bool _hasOrder; // something of this epoch was seen
    private bool _hasBase;  // something of this epoch is in the base
    private ulong _baseThrough;
    private RuleTwin[] _rules = [];
    private long _lateness;
    private bool _looksAtSuspect; // at least one rule
    private bool _feeds;          // something is computed from it: repeats must be known

    /// <summary>Whether the live value is of this epoch, so that orders can be compared.</summary>
    public bool HasOrder => _hasOrder;

    /// <summary>Whether the newest good value is of this epoch.</summary>
    public bool GoodHasOrder { get; private set; }

    private bool Keeps => _rules.Length > 0 || _feeds;

    public bool IsBound { get; private set; } = true;

    /// <summary>When the clock has something to find, in Unix ms, or earlier.</summary>
    public long Deadline { get; private set; } = long.MaxValue;

    /// <summary>Whether any rule, or what is computed from it, may look at a reading of this quality.</summary>
    public bool LooksAt(Quality quality) => HasChecks || Keeps && (quality == Quality.Good || _looksAtSuspect && quality is Quality.NotEvaluated or Quality.Suspect);

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

    /// <summary>Takes a reading of the present epoch that some rule may look at.</summary>
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
            if (_kept.IsFull) Absorb(sensor, now, events);
            if (HasChecks)
            {
                JudgeNewest(sensor, reading, looked, now, events);
                Expire(sensor, now, events);
                return ObserveOutcome.Newest;
            }
            _kept.Append(reading);
            var stepped = false;
            foreach (var rule in _rules)
            {
                if (rule.IsQuiet(reading)) continue; // most readings
                Step(rule, sensor, reading, looked, now, events);
                stepped = true;
            }
            if (stepped) FindDeadline();
            Expire(sensor, now, events);
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
            Absorb(sensor, now, events);
            index--;
        }
        foreach (var rule in _rules) rule.PassOver();
        _kept.Insert(index, reading.With(reading.Quality, Kept.NotThere));
        if (HasChecks) JudgeKept();
        Merge(sensor, reading, looked, now, events);
        Judged = _kept[index].Quality;
        Expire(sensor, now, events);
        return ObserveOutcome.Merged;
    }

    public void TooLate(SensorId sensor, uint epoch, in Kept reading, long looked, long now, List<EpisodeEvent> events)
    {
        var newest = _kept.Count > 0 ? _kept.Newest.Order : _baseThrough;
        foreach (var rule in _rules)
        {
            rule.PassOver();
            rule.TooLate(sensor, epoch, reading, newest, looked, now, events);
        }
    }

    /// <summary>Tells what the clock found since the last look.</summary>
    public void Elapse(SensorId sensor, long looked, long now, List<EpisodeEvent> events)
    {
        foreach (var rule in _rules)
        {
            if (rule.Deadline <= now) Elapse(rule, sensor, looked, now, events);
        }
        FindDeadline();
    }

    /// <summary>Puts other rules in force. If none of this quantity's is new, gone or changed, nothing else changes.</summary>
    /// <param name="feeds">How long, in ms, what is computed from it waits for late readings; null: nothing is.</param>
    /// <param name="checks">What is checked of each reading; null: nothing.</param>
    public void Bind(SensorId sensor, Quantity quantity, PlannedRule[] planned, QualityChecks? checks, long? feeds, int version, long looked, long now, List<EpisodeEvent> events)
    {
        (_lateness, _feeds, _looksAtSuspect) = (feeds ?? 0, feeds is not null, feeds is not null);
        foreach (var rule in planned)
        {
            _lateness = Math.Max(_lateness, rule.Lateness);
            _looksAtSuspect |= rule.Passes(Quality.Suspect);
        }
        Check(checks);
        Replace(sensor, quantity, planned, version, looked, now, events);
        FindDeadline();
    }

    private void Replace(SensorId sensor, Quantity quantity, PlannedRule[] planned, int version, long looked, long now, List<EpisodeEvent> events)
    {
        if (IsSame(planned))
        {
            for (var i = 0; i < planned.Length; i++)
            {
                if (IsBound) _rules[i].Rename(planned[i]);
                else Restore(_rules[i], planned[i], sensor, looked, now, events);
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
                else Restore(old, rule, sensor, looked, now, events);
                old.Settle();
                next[i] = old;
            }
            else next[i] = old?.Redefine(rule, _epoch, _kept, looked) ?? new(rule);
        }
        foreach (var old in _rules)
        {
            if (!Array.Exists(planned, rule => rule.Id == old.Id)) old.Withdraw(sensor, quantity, version, looked, now, events);
        }
        ForgetKept();
        _rules = next;
        IsBound = true;
    }

    public void EarlyWarnings(List<EarlyState> states)
    {
        foreach (var rule in _rules)
        {
            if (rule.Early is { } early) states.Add(early);
        }
    }

    /// <summary>The order of the first breaching reading of an open episode; null: it is not open here.</summary>
    public ReadingOrder? FirstBreachOf(EpisodeId episode, SensorId sensor, long looked)
    {
        foreach (var rule in _rules)
        {
            if (rule.FirstBreachOf(episode, sensor, looked) is { } first) return first;
        }
        return null;
    }

    public void OpenEpisodes(SensorId sensor, long looked, List<EpisodeId> open)
    {
        foreach (var rule in _rules)
        {
            if (rule.OpenEpisode(sensor, looked) is { } episode) open.Add(episode);
            if (rule.FailureEpisode(sensor) is { } failure) open.Add(failure);
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
            w.Byte((byte)((byte)_kept[i].Source << 4 | (byte)_kept[i].Quality));
            w.Signed(_kept[i].At - last.At);
            Numbers.Write(w, _kept[i].Value);
            last = _kept[i];
        }
        (_folds?.Base ?? default).Write(w);
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
            if (!r.Varint(out var step) || !r.Byte(out var qualities) || !r.Signed(out var delta) || !Numbers.Read(ref r, out var value)) return false;
            if (step > ulong.MaxValue - last.Order || i > 0 && step == 0) return false;
            if (delta < -Instant.Max.UnixMilliseconds || delta > Instant.Max.UnixMilliseconds) return false;
            var (source, quality) = ((Quality)(qualities >> 4), (Quality)(qualities & 15));
            if (!Enum.IsDefined(source) || !Enum.IsDefined(quality)) return false;
            var at = last.At + delta;
            if (at < 0 || at > Instant.Max.UnixMilliseconds) return false;
            last = new(last.Order + step, at, value, quality, source, quality);
            twin._kept.Append(last);
        }
        if (!QualityFold.TryRead(ref r, out var fold)) return false;
        if (!fold.IsEmpty) twin._folds = new() { Base = fold };
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

    private void Merge(SensorId sensor, in Kept reading, long looked, long now, List<EpisodeEvent> events)
    {
        foreach (var rule in _rules) Merge(rule, sensor, reading, looked, now, events);
        _kept.Settle();
        FindDeadline();
    }

    private void FindDeadline()
    {
        Deadline = long.MaxValue;
        foreach (var rule in _rules) Deadline = Math.Min(Deadline, rule.Deadline);
    }

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
        if (_folds is not null) _folds.Base = _folds.Now;
        _kept.Clear();
    }

    private void Expire(SensorId sensor, long now, List<EpisodeEvent> events)
    {
        while (_kept.Count > 1 && _kept.Newest.At - _kept.Oldest.At > _lateness) Absorb(sensor, now, events);
    }

    private void Absorb(SensorId sensor, long now, List<EpisodeEvent> events)
    {
        ref readonly var oldest = ref _kept.Oldest;
        foreach (var rule in _rules)
        {
            if (!rule.IsQuietInBase(oldest)) Absorb(rule, sensor, oldest, now, events);
        }
        if (_checks is not null) _folds!.Base.Take(_checks, oldest.At, oldest.Value, oldest.Source, out _);
        _baseThrough = oldest.Order;
        _hasBase = true;
        _kept.DropOldest();
    }
}
