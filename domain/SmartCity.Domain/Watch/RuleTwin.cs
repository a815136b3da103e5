using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>
/// One rule on one sensor. Two folds: one over all that is too old to be merged with (the base), one over all readings. On top of the second the
/// clock may have found more: a for-duration that ended, slots that it closed. That part is never kept but found again, from the fold and the time,
/// whenever it is asked for; so it does not matter when somebody looked. Readings have the last word: what the clock found and they contradict is withdrawn.
/// </summary>
internal sealed partial class RuleTwin
{
    // Lists to work in, empty between uses.
    [ThreadStatic] private static List<Found>? _before;
    [ThreadStatic] private static List<Found>? _after;

    private Threshold _base;
    private Threshold _now;
    private SlotRing? _baseSlots;
    private SlotRing? _nowSlots;
    private Told _told;
    private bool _clockAhead; // the clock has found an opening or an end that the readings have not
    private ulong _lateThrough;
    private bool _lateBreached;

    public RuleTwin(PlannedRule rule)
    {
        Plan = rule;
        Id = rule.Id;
        Definition = rule.Definition;
        if (rule.IsMean) (_baseSlots, _nowSlots) = (new(rule.Cut), new(rule.Cut));
    }

    public string Id { get; }

    /// <summary>Of the rule that the state belongs to, see <see cref="PlannedRule.Definition"/>.</summary>
    public ulong Definition { get; private set; }

    /// <summary>The rule in force; null after reading a checkpoint, until a plan is bound.</summary>
    public PlannedRule? Plan { get; private set; }

    /// <summary>When the clock has something to find, in Unix ms, or earlier; never: <see cref="long.MaxValue"/>.</summary>
    public long Deadline { get; private set; } = long.MaxValue;

    /// <summary>Takes the next reading in order.</summary>
    /// <param name="looked">The time of the last look, through which the clock's part has been told.</param>
    /// <param name="now">The time of this one.</param>
    public void Step(SensorId sensor, uint epoch, in Kept reading, long looked, long now, List<EpisodeEvent> events)
    {
        if (IsQuiet(_now, reading)) return; // most readings
        if (_clockAhead)
        {
            var before = Finder(ref _before, _now);
            LookAhead(looked, ref before);
            var after = Finder(ref _after, _now);
            Fold(ref _now, _nowSlots, epoch, reading, ref after);
            TellDifferences(sensor, now, ref after, events);
            return;
        }
        var sink = new LiveSink(new(sensor, Plan!, now, events), _told);
        if (Fold(ref _now, _nowSlots, epoch, reading, ref sink)) Deadline = _nowSlots!.NextDeadline(Plan!, after: 0);
        _told = sink.Finish();
        if (_nowSlots is null) Deadline = _now.HeldUntil(Plan!);
        else Deadline = Math.Min(Deadline, _now.HeldUntil(Plan!));
    }

    /// <summary>Takes a reading that now stands in the middle of the kept ones: folds again from the base, and tells what came out differently.</summary>
    public void Merge(SensorId sensor, uint epoch, ReadingBuffer kept, ulong inserted, long looked, long now, List<EpisodeEvent> events)
    {
        var before = Finder(ref _before, _base);
        Refold(epoch, kept, without: inserted, ref before);
        LookAhead(looked, ref before);
        var after = Finder(ref _after, _base);
        Refold(epoch, kept, without: null, ref after);
        TellDifferences(sensor, now, ref after, events);
    }

    /// <summary>Lets the base take the oldest kept reading.</summary>
    public void Absorb(uint epoch, in Kept reading)
    {
        if (IsQuiet(_base, reading)) return;
        var nobody = default(Unheard);
        Fold(ref _base, _baseSlots, epoch, reading, ref nobody);
    }

    /// <summary>Tells what the clock found since the last look.</summary>
    public void Elapse(SensorId sensor, long looked, long now, List<EpisodeEvent> events)
    {
        var before = Finder(ref _before, _now);
        if (_clockAhead) LookAhead(looked, ref before);
        var after = Finder(ref _after, _now);
        TellDifferences(sensor, now, ref after, events);
    }

    /// <summary>
    /// A reading older than all that is kept. Only a rule on the value itself, without for-duration, whose policy raises what is late looks at it:
    /// a breach raises a late episode that is cleared at the same stamp, since its end is not known; further breaches of the same backlog belong to it.
    /// Nothing is added while an episode is open: somebody knows already.
    /// </summary>
    public void TooLate(SensorId sensor, uint epoch, in Kept reading, ulong newest, long looked, long now, List<EpisodeEvent> events)
    {
        var rule = Plan!;
        if (rule.Rule.LatePolicy != LatePolicy.Raise || rule.IsMean || rule.For > 0) return;
        if (reading.Order > _lateThrough) _lateBreached = false; // a later backlog
        _lateThrough = Math.Max(_lateThrough, newest);
        if (rule.Clears(reading.Value)) _lateBreached = false;
        if (!rule.Breached(reading.Value) || _lateBreached) return;
        _lateBreached = true;
        if (OpenAt(looked).Phase == Phase.Raised) return;
        var nobody = default(Unheard);
        var alone = default(Threshold);
        alone.Step(rule, epoch, reading.Order, reading.At, reading.Value, ref nobody);
        new Teller(sensor, rule, now, events).Raise(new(alone), late: true);
        new Teller(sensor, rule, now, events).Clear(epoch, reading.Order, reading.At, reading.Value);
    }

    // A rule on the value itself, at rest, and a value that does not breach it: nothing to fold, to tell or to wait for.
    private bool IsQuiet(in Threshold fold, in Kept reading) => _nowSlots is null && fold.Phase == Phase.Normal && !Plan!.Breached(reading.Value);

    private bool Fold<TSink>(ref Threshold fold, SlotRing? slots, uint epoch, in Kept reading, ref TSink sink) where TSink : struct, IFoldSink
    {
        if (slots is not null) return slots.Add(Plan!, ref fold, epoch, reading.At, reading.Value, ref sink);
        fold.Step(Plan!, epoch, reading.Order, reading.At, reading.Value, ref sink);
        return false;
    }

    private void Refold<TSink>(uint epoch, ReadingBuffer kept, ulong? without, ref TSink sink) where TSink : struct, IFoldSink
    {
        _now = _base;
        _baseSlots?.CopyTo(_nowSlots!);
        for (var i = 0; i < kept.Count; i++)
        {
            if (kept[i].Order != without) Fold(ref _now, _nowSlots, epoch, kept[i], ref sink);
        }
    }

    // The clock's part: on a copy, so that readings can still have the last word.
    private Threshold LookAhead<TSink>(long now, ref TSink sink) where TSink : struct, IFoldSink
    {
        var ahead = _now;
        _nowSlots?.Ahead(Plan!, ref ahead, now, ref sink);
        ahead.Elapse(Plan!, now, ref sink);
        return ahead;
    }

    /// <summary>The episode that is open by the readings and the clock's last look, or null.</summary>
    public EpisodeId? OpenEpisode(SensorId sensor, long looked) =>
        Open(looked) is { Phase: Phase.Raised } open ? EpisodeId.Of(Id, sensor, open.Epoch, open.First) : null;

    private Threshold OpenAt(long now)
    {
        var nobody = default(Unheard);
        return LookAhead(now, ref nobody);
    }

    private static Finder Finder(ref List<Found>? list, in Threshold start)
    {
        var finder = new Finder(list ??= []);
        finder.Start(start);
        return finder;
    }

    // Ends first, then openings: a rule never has two open episodes on one sensor, not even between two events.
    private void TellDifferences(SensorId sensor, long now, ref Finder found, List<EpisodeEvent> events)
    {
        found.Moved = false;
        var ahead = LookAhead(now, ref found);
        _clockAhead = found.Moved;
        Deadline = Math.Min(_nowSlots?.NextDeadline(Plan!, after: now) ?? long.MaxValue, ahead.HeldUntil(Plan!));

        var teller = new Teller(sensor, Plan!, now, events);
        var told = Told.Nothing;
        var (before, after) = (_before!, _after!);
        for (int i = 0, k = 0; i < before.Count; i++)
        {
            var old = before[i];
            while (k < after.Count && after[k].CompareTo(old) < 0) k++;
            if (k == after.Count || after[k].CompareTo(old) != 0) teller.Withdraw(old.Epoch, old.First, Teller.Contradicted);
            else if (after[k].IsOpen)
            {
                if (old.IsOpen) told = teller.Promote(_told, after[k]);
                else teller.Withdraw(old.Epoch, old.First, Teller.GoesOn);
            }
            else if (after[k].ClearedAt != old.ClearedAt) teller.Clear(old.Epoch, old.First, after[k].ClearedAt, after[k].ClearedValue);
        }
        for (int i = 0, k = 0; k < after.Count; k++)
        {
            while (i < before.Count && before[i].CompareTo(after[k]) < 0) i++;
            var known = i < before.Count && before[i].CompareTo(after[k]) == 0;
            if (after[k].IsOpen && !(known && before[i].IsOpen)) told = teller.Open(after[k]);
            else if (!after[k].IsOpen && !known) teller.Over(after[k], quietly: told != Told.Nothing);
        }
        _told = told;
        before.Clear();
        after.Clear();
    }

    /// <summary>The usual case: nothing to compare with, events as the fold goes.</summary>
    private struct LiveSink(Teller teller, Told told) : IFoldSink
    {
        private Found _opened; // within this step
        private bool _hasOpened;

        public void Raised(in Threshold state)
        {
            _opened = new(state);
            _hasOpened = true;
        }

        public void Held(in Threshold state, double value)
        {
            if (_hasOpened)
            {
                _opened.LastBreachAt = state.LastBreachAt;
                _opened.LastBreachValue = value;
            }
            else if (told != Told.Raised) told = teller.Promote(told, new(state));
        }

        public void Cleared(in Threshold ended, long at, double value)
        {
            if (_hasOpened)
            {
                _opened.ClearedAt = at;
                _opened.ClearedValue = value;
                teller.Over(_opened, quietly: false);
                _hasOpened = false;
            }
            else teller.Clear(ended.Epoch, ended.First, at, value);
            told = Told.Nothing;
        }

        public Told Finish() => _hasOpened ? teller.Open(_opened) : told;
    }
}
