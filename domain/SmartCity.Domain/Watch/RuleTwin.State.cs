using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Watch;

/// <summary>Changes of the rule itself, and the checkpoint.</summary>
internal sealed partial class RuleTwin
{
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
        if (_baseSlots is not null) _nowSlots = new(_baseSlots.Cut);
        var found = Finder(ref _after, _base);
        Refold(epoch, kept, without: null, ref found);
        found.Moved = false;
        var ahead = LookAhead(looked, ref found);
        _clockAhead = found.Moved;
        Deadline = Math.Min(_nowSlots?.NextDeadline(rule, after: looked) ?? long.MaxValue, ahead.HeldUntil(rule));
        _after!.Clear();
    }

    /// <summary>The past is settled: nothing kept will be merged with any more.</summary>
    public void Settle()
    {
        _base = _now;
        _nowSlots?.CopyTo(_baseSlots!);
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
            next._base = next._now = open;
            next._told = _told;
        }
        if (_baseSlots is not null && rule.IsMean && _baseSlots.Cut == rule.Cut)
        {
            var nobody = default(Unheard);
            var unread = default(Threshold);
            _baseSlots.CopyTo(next._nowSlots!);
            for (var i = 0; i < kept.Count; i++) next._nowSlots!.Add(rule, ref unread, epoch, kept[i].At, kept[i].Value, ref nobody);
            next._nowSlots!.Settle(rule, looked);
            next._nowSlots.CopyTo(next._baseSlots!);
            next.Deadline = next._nowSlots.NextDeadline(rule, after: 0);
        }
        return next;
    }

    /// <summary>The rule is no longer in force: an open episode is withdrawn.</summary>
    public void Withdraw(SensorId sensor, Quantity quantity, int version, long looked, long now, List<EpisodeEvent> events)
    {
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
        Texts.Write(w, Id);
        w.UInt64(Definition);
        w.Byte((byte)_told);
        w.Varint(_lateThrough);
        w.Byte((byte)((_lateBreached ? 1 : 0) | (_baseSlots is null ? 0 : 2)));
        _base.Write(w);
        Open(looked).Write(w);
        _baseSlots?.Write(w);
    }

    public static bool TryRead(ref VarintReader r, out RuleTwin twin)
    {
        twin = new("", 0);
        if (!Texts.Read(ref r, out var id) || !r.UInt64(out var definition)) return false;
        twin = new(id, definition);
        if (!r.Byte(out var told) || told > (byte)Told.Raised || !r.Varint(out twin._lateThrough) || !r.Byte(out var flags) || flags > 3) return false;
        twin._told = (Told)told;
        twin._lateBreached = (flags & 1) != 0;
        if (!Threshold.TryRead(ref r, out twin._base) || !Threshold.TryRead(ref r, out twin._now)) return false;
        if ((flags & 2) == 0) return true;
        var read = SlotRing.TryRead(ref r, out var slots);
        twin._baseSlots = slots;
        return read;
    }

    // Before a plan is bound, where it stands is what the checkpoint says.
    private Threshold Open(long looked) => Plan is null ? _now : OpenAt(looked);
}
