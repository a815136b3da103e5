using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Watch;

/// <summary>Changes of the rule itself, and the checkpoint.</summary>
internal sealed partial class RuleTwin
{
    private const byte LateBreached = 1;
    private const byte HasSlots = 2;
    private const byte HasInput = 4;
    private const byte Failed = 8;

    private VarintBytes _unreadInput; // of a checkpoint, until the rule says what kind of input it is

    private RuleTwin(string id, ulong definition)
    {
        Id = id;
        Definition = definition;
    }

    /// <summary>The same definition, perhaps from another version of the rule set.</summary>
    public void Rename(PlannedRule rule) => Plan = rule;

    /// <summary>The first plan after a checkpoint was read, with the rule unchanged: the fold over all readings is found again.</summary>
    public void Restore(PlannedRule rule, uint epoch, ReadingBuffer kept, long looked)
    {
        Plan = rule;
        _isPlain = rule.IsPlain && !HasFailed;
        var fold = _base.Fold.Level > rule.Levels ? _base.Fold.Reopened(rule.Levels) : _base.Fold;
        var slots = _base.Slots;
        Begin(fold);
        if (slots is not null && _base.Slots is not null && slots.Cut == rule.Cut) _base.Slots = slots;
        if (_base.Input is { } input && !_unreadInput.ReadInto(input)) Begin(fold);
        _unreadInput = default;
        var found = Finder(ref _after, _base.Fold);
        Refold(epoch, kept, asBefore: false, ref found);
        found.Changed = false;
        var ahead = LookAhead(looked, ref found);
        _clockAhead = found.Changed;
        Deadline = Math.Min(_now.Slots?.NextDeadline(rule, after: looked) ?? long.MaxValue, ahead.HeldUntil(rule, rule.HeardSince));
        _after!.Clear();
    }

    /// <summary>The past is settled: nothing kept will be merged with any more.</summary>
    public void Settle()
    {
        _now.CopyTo(ref _base);
        _lateThrough = 0; // belongs to the order that ends here
        _lateBreached = false;
    }

    /// <summary>Another definition under the same id: an open episode stays open and goes by the new definition, anything pending starts again;
    /// slots are kept if they are cut the same way.</summary>
    public RuleTwin Redefine(PlannedRule rule, uint epoch, ReadingBuffer kept, long looked)
    {
        var next = new RuleTwin(rule);
        if (Open(looked) is { Phase: Phase.Raised } open)
        {
            next._base.Fold = next._now.Fold = open.Reopened(rule.Levels);
            next._told = _told;
            next._movedTold = _movedTold;
        }
        if (rule.Learns) next.LearnOn(_now.Input, _unreadInput);
        if (_base.Slots is { } slots && next._now.Slots is { } nextSlots && slots.Cut == rule.Cut)
        {
            var nobody = default(Unheard);
            var unread = default(Threshold);
            slots.CopyTo(nextSlots);
            for (var i = 0; i < kept.Count; i++)
            {
                if (rule.Passes(kept[i].Quality)) nextSlots.Add(rule, ref unread, epoch, kept[i].At, kept[i].Value, ref nobody);
            }
            nextSlots.Settle(rule, looked);
            nextSlots.CopyTo(next._base.Slots!);
            next.Deadline = nextSlots.NextDeadline(rule, after: 0);
        }
        return next;
    }

    // What a channel has taught outlives other levels, as long as the same is learnt.
    private void LearnOn(PointInput? learnt, VarintBytes unread)
    {
        var input = (EarlyWarning.EarlyInput)_now.Input!;
        if (learnt is EarlyWarning.EarlyInput known) input.TakeOver(known);
        else if (unread.Any && !unread.ReadInto(input)) Begin(_now.Fold);
    }

    /// <summary>Where its early warning stands; null: it has none, or no reading has come since a restart.</summary>
    public EarlyWarning.EarlyState? Early => (_now.Input as EarlyWarning.EarlyInput)?.State;

    /// <summary>A rule that learns neither learns nor judges what comes behind a newer reading; it counts it.</summary>
    public void PassOver() => (_now.Input as EarlyWarning.EarlyInput)?.PassOver();

    /// <summary>Takes over an open episode.</summary>
    public void Adopt(in Threshold open)
    {
        _base.Fold = _now.Fold = open.Reopened(Plan!.Levels);
        (_told, _movedTold) = (Told.Raised, open.MovedAt);
    }

    /// <summary>Where it stands, if an episode is open.</summary>
    public Threshold? OpenState(long looked) => Open(looked) is { Phase: Phase.Raised } open ? open : null;

    /// <summary>The rule is no longer in force: an open episode is withdrawn.</summary>
    public void Withdraw(SensorId sensor, Quantity quantity, int version, long looked, long now, List<EpisodeEvent> events)
    {
        if (FailureEpisode(sensor) is { } failure) events.Add(new EpisodeEvent.Withdrawn(failure, OwnRules.FaultOf(Id), version, sensor, quantity, new(now), Teller.NotInForce));
        var open = Open(looked);
        if (open.Phase != Phase.Raised) return;
        events.Add(new EpisodeEvent.Withdrawn(EpisodeId.Of(Id, sensor, open.Epoch, open.First), Id, version, sensor, quantity, new(now), Teller.NotInForce));
    }

    /// <summary>
    /// Written: the base, and where the rule stands after all readings and the clock. The fold over all readings is not: it is found again from
    /// the base and the kept readings, or, if the rule has changed meanwhile, where it stood is all that counts.
    /// </summary>
    public void Write(VarintWriter w, long looked)
    {
        if (Plan is { Learns: true }) _base.Fold = _now.Fold;
        Texts.Write(w, Id);
        w.UInt64(Definition);
        w.Byte((byte)_told);
        w.Varint(_lateThrough);
        w.Varint((ulong)_movedTold);
        var hasInput = _base.Input is not null || _unreadInput.Any;
        w.Byte((byte)((_lateBreached ? LateBreached : 0) | (_base.Slots is null ? 0 : HasSlots) | (hasInput ? HasInput : 0) | (HasFailed ? Failed : 0)));
        if (_failed is { } failed)
        {
            w.Varint(failed.Epoch);
            w.Varint(failed.First);
        }
        _base.Fold.Write(w);
        Open(looked).Write(w);
        _base.Slots?.Write(w);
        if (hasInput) VarintBytes.Write(w, _base.Input, _unreadInput);
    }

    public static bool TryRead(ref VarintReader r, out RuleTwin twin)
    {
        twin = new("", 0);
        if (!Texts.Read(ref r, out var id) || !r.UInt64(out var definition)) return false;
        twin = new(id, definition);
        if (!r.Byte(out var told) || told > (byte)Told.Raised || !r.Varint(out twin._lateThrough)) return false;
        if (!r.Varint(out var moved) || moved > 1ul << 50 || !r.Byte(out var flags) || flags > 15) return false;
        if ((flags & Failed) != 0)
        {
            if (!r.Varint(out var epoch) || epoch > uint.MaxValue || !r.Varint(out var first)) return false;
            twin._failed = new((uint)epoch, first);
        }
        (twin._told, twin._movedTold) = ((Told)told, (long)moved);
        twin._lateBreached = (flags & LateBreached) != 0;
        if (!Threshold.TryRead(ref r, out var fold) || !Threshold.TryRead(ref r, out var stands)) return false;
        (twin._base.Fold, twin._now.Fold) = (fold, stands);
        if ((flags & HasSlots) != 0)
        {
            if (!SlotRing.TryRead(ref r, out var slots)) return false;
            twin._base.Slots = slots;
        }
        return (flags & HasInput) == 0 || VarintBytes.TryRead(ref r, out twin._unreadInput);
    }

    // Before a plan is bound, where it stands is what the checkpoint says.
    private Threshold Open(long looked) => Plan is null ? _now.Fold : OpenAt(looked);
}
