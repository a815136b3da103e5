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

    private Course _base;
    private Course _now;
    private Told _told;
    private long _movedTold; // the instant that the last move to another level was told for
    private bool _clockAhead; // the clock has found an opening, an end or a move that the readings have not
    private ulong _lateThrough;
    private bool _lateBreached;
    private bool _isPlain;

    public RuleTwin(PlannedRule rule)
    {
        Plan = rule;
        Id = rule.Id;
        Definition = rule.Definition;
        _isPlain = rule.IsPlain;
        Begin(default);
    }

    public string Id { get; }

    /// <summary>Of the rule that the state belongs to, see <see cref="PlannedRule.Definition"/>.</summary>
    public ulong Definition { get; private set; }

    /// <summary>The rule in force; null after reading a checkpoint, until a plan is bound.</summary>
    public PlannedRule? Plan { get; private set; }

    /// <summary>When the clock has something to find, in Unix ms, or earlier; never: <see cref="long.MaxValue"/>.</summary>
    public long Deadline { get; private set; } = long.MaxValue;

    /// <summary>Whether a reading changes nothing: a rule that a value alone decides, at rest, and a value that does not breach it. Most readings.</summary>
    public bool IsQuiet(in Kept reading) => _isPlain && _now.Phase == Phase.Normal && !Plan!.Breached(reading.Value) || !Plan!.Passes(reading.Quality);

    /// <summary>Whether the base need not take a reading either.</summary>
    public bool IsQuietInBase(in Kept reading) => _isPlain && _base.Phase == Phase.Normal && !Plan!.Breached(reading.Value) || Plan!.Learns || !Plan.Passes(reading.Quality);

    /// <summary>Takes the next reading in order, one that is not quiet.</summary>
    /// <param name="looked">The time of the last look, through which the clock's part has been told.</param>
    /// <param name="now">The time of this one.</param>
    public void Step(SensorId sensor, uint epoch, in Kept reading, long looked, long now, List<EpisodeEvent> events)
    {
        if (_clockAhead)
        {
            var before = Finder(ref _before, _now.Fold);
            LookAhead(looked, ref before);
            var after = Finder(ref _after, _now.Fold);
            _now.Take(Plan!, epoch, reading, ref after);
            TellDifferences(sensor, now, ref after, events);
            return;
        }
        var sink = new LiveSink(new(sensor, Plan!, now, events, _now.Input), _told) { MovedTold = _movedTold };
        var slotsMoved = _now.Take(Plan!, epoch, reading, ref sink);
        _told = sink.Finish();
        _movedTold = sink.MovedTold;
        var held = _now.HeldUntil(Plan!, Plan!.HeardSince);
        if (_now.Slots is not { } slots) Deadline = held;
        else Deadline = Math.Min(slotsMoved ? slots.NextDeadline(Plan!, after: 0) : Deadline, held);
    }

    /// <summary>Some of the kept readings are there that were not, or have another quality than before: folds again from the base, and tells what came out
    /// differently.</summary>
    public void Merge(SensorId sensor, uint epoch, ReadingBuffer kept, long looked, long now, List<EpisodeEvent> events)
    {
        if (Plan!.Learns) return;
        var before = Finder(ref _before, _base.Fold);
        Refold(epoch, kept, asBefore: true, ref before);
        LookAhead(looked, ref before);
        var after = Finder(ref _after, _base.Fold);
        Refold(epoch, kept, asBefore: false, ref after);
        TellDifferences(sensor, now, ref after, events);
    }

    /// <summary>Lets the base take the oldest kept reading, one that is not quiet there.</summary>
    public void Absorb(uint epoch, in Kept reading)
    {
        var nobody = default(Unheard);
        _base.Take(Plan!, epoch, reading, ref nobody);
    }

    /// <summary>Tells what the clock found since the last look.</summary>
    public void Elapse(SensorId sensor, long looked, long now, List<EpisodeEvent> events)
    {
        var before = Finder(ref _before, _now.Fold);
        if (_clockAhead) LookAhead(looked, ref before);
        var after = Finder(ref _after, _now.Fold);
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
        if (rule.Rule.LatePolicy != LatePolicy.Raise || !rule.IsMomentary || !rule.Passes(reading.Quality)) return;
        if (reading.Order > _lateThrough) _lateBreached = false; // a later backlog
        _lateThrough = Math.Max(_lateThrough, newest);
        if (rule.Clears(reading.Value)) _lateBreached = false;
        if (!rule.Breached(reading.Value) || !rule.Looks(reading.At) || _lateBreached) return;
        _lateBreached = true;
        if (OpenAt(looked).Phase == Phase.Raised) return;
        var nobody = default(Unheard);
        var alone = default(Threshold);
        alone.Step(rule, epoch, reading.Order, reading.At, reading.Value, ref nobody);
        new Teller(sensor, rule, now, events).Raise(new(alone), late: true);
        new Teller(sensor, rule, now, events).Clear(epoch, reading.Order, reading.At, reading.Value);
    }

    // A rule that learns has one input for both folds: it is never folded again.
    private void Begin(in Threshold fold)
    {
        (_base, _now) = (new(Plan!) { Fold = fold }, new(Plan!) { Fold = fold });
        if (Plan!.Learns) _base.Input = _now.Input;
    }

    private void Refold<TSink>(uint epoch, ReadingBuffer kept, bool asBefore, ref TSink sink) where TSink : struct, IFoldSink
    {
        _base.CopyTo(ref _now);
        if (Plan!.Learns) return;
        for (var i = 0; i < kept.Count; i++)
        {
            if (Plan!.Passes(asBefore ? kept[i].Was : kept[i].Quality)) _now.Take(Plan!, epoch, kept[i], ref sink);
        }
    }

    // The clock's part: on a copy, so that readings can still have the last word.
    private Threshold LookAhead<TSink>(long now, ref TSink sink) where TSink : struct, IFoldSink
    {
        var ahead = _now.Fold;
        _now.Slots?.Ahead(Plan!, ref ahead, now, ref sink);
        ahead.Elapse(Plan!, now, ref sink, Plan!.HeardSince);
        return ahead;
    }

    /// <summary>The episode that is open by the readings and the clock's last look, or null.</summary>
    public EpisodeId? OpenEpisode(SensorId sensor, long looked) =>
        Open(looked) is { Phase: Phase.Raised } open ? EpisodeId.Of(Id, sensor, open.Epoch, open.First) : null;

    /// <summary>The order of the first breaching reading of the episode that is open, if it has this id.</summary>
    public ReadingOrder? FirstBreachOf(EpisodeId episode, SensorId sensor, long looked) =>
        Open(looked) is { Phase: Phase.Raised } open && EpisodeId.Of(Id, sensor, open.Epoch, open.First) == episode ? new(open.First) : null;

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
        found.Changed = false;
        var ahead = LookAhead(now, ref found);
        _clockAhead = found.Changed;
        Deadline = Math.Min(_now.Slots?.NextDeadline(Plan!, after: now) ?? long.MaxValue, ahead.HeldUntil(Plan!, Plan!.HeardSince));

        var teller = new Teller(sensor, Plan!, now, events, _now.Input);
        var told = Told.Nothing;
        var (before, after) = (_before!, _after!);
        for (int i = 0, k = 0; i < before.Count; i++)
        {
            var old = before[i];
            while (k < after.Count && after[k].CompareTo(old) < 0) k++;
            if (k == after.Count || after[k].CompareTo(old) != 0)
            {
                teller.Withdraw(old.Epoch, old.First, Teller.Contradicted);
                continue;
            }
            if (after[k].Level != old.Level && old.IsOpen && _told is Told.Raised or Told.Recorded) teller.Move(after[k], ref _movedTold);
            if (after[k].IsOpen)
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

        public long MovedTold;

        public void Raised(in Threshold state)
        {
            _opened = new(state);
            _hasOpened = true;
        }

        public void Moved(in Threshold state, double value)
        {
            if (_hasOpened) _opened.Move(state, value);
            else if (told is Told.Raised or Told.Recorded)
            {
                var moved = new Found(state);
                moved.Move(state, value);
                teller.Move(moved, ref MovedTold);
            }
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
