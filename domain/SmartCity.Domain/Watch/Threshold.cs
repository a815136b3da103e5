using SmartCity.Telemetry;

namespace SmartCity.Watch;

/// <summary>Where a rule stands for one sensor.</summary>
internal enum Phase : byte
{
    Normal = 0,

    /// <summary>Breached, and the for-duration is not over.</summary>
    Pending = 1,

    /// <summary>An episode is open.</summary>
    Raised = 2,
}

/// <summary>What a fold tells of as it goes. Structs, so that a fold which nobody listens to costs nothing.</summary>
internal interface IFoldSink
{
    /// <summary>An episode opened: <see cref="Threshold.First"/>, <see cref="Threshold.Since"/>, <see cref="Threshold.RaisedAt"/> say which and when.</summary>
    void Raised(in Threshold state);

    /// <summary>One more breaching value while an episode is open.</summary>
    void Held(in Threshold state, double value);

    /// <summary>The open episode ended.</summary>
    void Cleared(in Threshold ended, long at, double value);
}

/// <summary>
/// The fold of one rule over values in their order: Normal → Pending → Raised → Normal. Values between level and clear level change nothing.
/// <para>For-duration: a value holds until the next one. When the next one is stamped at or after since + For, the episode was raised at exactly
/// since + For, whatever that next value is, provided that the last value before is at most <see cref="Rule.HoldLimit"/> older than that instant;
/// if it is older, the first value at or after since + For decides: it clears, or the episode is raised at its stamp.</para>
/// <para>Per day: a breaching value on another day of the city than the open episode's first one ends that episode at its own stamp, and starts the next.</para>
/// </summary>
internal struct Threshold
{
    public Phase Phase;

    /// <summary>Epoch and order of the first breaching value; what the episode's id is made of.</summary>
    public uint Epoch;
    public ulong First;

    /// <summary>Stamp of the first breaching value.</summary>
    public long Since;
    public long RaisedAt;

    /// <summary>The value in force when it was raised.</summary>
    public double RaisedValue;
    public long LastBreachAt;

    /// <summary>The last value, while pending: what holds.</summary>
    public long LastAt;
    public double LastValue;

    /// <summary>When the clock alone will raise it: since + For, if the last value still holds then; else <see cref="long.MaxValue"/>.</summary>
    public readonly long HeldUntil(PlannedRule rule)
    {
        if (Phase != Phase.Pending) return long.MaxValue;
        var due = Since + rule.For;
        return due - LastAt <= PlannedRule.HoldLimit ? due : long.MaxValue;
    }

    /// <summary>Raises what the clock alone raises by <paramref name="now"/>.</summary>
    public void Elapse<TSink>(PlannedRule rule, long now, ref TSink sink) where TSink : struct, IFoldSink
    {
        var due = HeldUntil(rule);
        if (due <= now) Raise(due, LastValue, ref sink);
    }

    /// <summary>Takes the next value.</summary>
    public void Step<TSink>(PlannedRule rule, uint epoch, ulong order, long at, double value, ref TSink sink) where TSink : struct, IFoldSink
    {
        var breached = rule.Breached(value);
        if (Phase == Phase.Normal)
        {
            if (breached) Open(rule, epoch, order, at, value, ref sink);
            return;
        }
        Elapse(rule, at, ref sink);
        var clears = rule.Clears(value);
        if (Phase == Phase.Pending)
        {
            if (clears)
            {
                this = default;
                return;
            }
            Note(at, value, breached);
            if (at >= Since + rule.For) Raise(at, value, ref sink);
            return;
        }
        if (clears || breached && rule.PerDay && rule.DayOf(at) != rule.DayOf(Since))
        {
            var ended = this;
            this = default;
            sink.Cleared(ended, at, value);
            if (!clears) Open(rule, epoch, order, at, value, ref sink);
            return;
        }
        Note(at, value, breached);
        if (breached) sink.Held(this, value);
    }

    private void Open<TSink>(PlannedRule rule, uint epoch, ulong order, long at, double value, ref TSink sink) where TSink : struct, IFoldSink
    {
        this = new() { Phase = Phase.Pending, Epoch = epoch, First = order, Since = at };
        Note(at, value, breached: true);
        if (rule.For == 0) Raise(at, value, ref sink);
    }

    private void Raise<TSink>(long at, double value, ref TSink sink) where TSink : struct, IFoldSink
    {
        Phase = Phase.Raised;
        RaisedAt = at;
        RaisedValue = value;
        sink.Raised(this);
    }

    private void Note(long at, double value, bool breached)
    {
        LastAt = at;
        LastValue = value;
        if (breached) LastBreachAt = at;
    }

    public readonly void Write(VarintWriter w)
    {
        w.Byte((byte)Phase);
        if (Phase == Phase.Normal) return;
        w.Varint(Epoch);
        w.Varint(First);
        w.Signed(Since);
        w.Signed(RaisedAt - Since);
        w.Signed(LastBreachAt - Since);
        w.Signed(LastAt - Since);
        Numbers.Write(w, RaisedValue);
        Numbers.Write(w, LastValue);
    }

    public static bool TryRead(ref VarintReader r, out Threshold state)
    {
        state = default;
        if (!r.Byte(out var phase) || phase > (byte)Phase.Raised) return false;
        if (phase == 0) return true;
        if (!r.Varint(out var epoch) || epoch > uint.MaxValue || !r.Varint(out var first)) return false;
        if (!Stamp(ref r, 0, out var since) || !Stamp(ref r, since, out var raised) || !Stamp(ref r, since, out var breach) || !Stamp(ref r, since, out var last)) return false;
        if (!Numbers.Read(ref r, out var raisedValue) || !Numbers.Read(ref r, out var lastValue)) return false;
        state = new()
        {
            Phase = (Phase)phase,
            Epoch = (uint)epoch,
            First = first,
            Since = since,
            RaisedAt = raised,
            LastBreachAt = breach,
            LastAt = last,
            RaisedValue = raisedValue,
            LastValue = lastValue,
        };
        return true;
    }

    private static bool Stamp(ref VarintReader r, long from, out long at)
    {
        var read = r.Signed(out var delta);
        at = delta is > -(1L << 50) and < 1L << 50 ? from + delta : 0; // no stamp that was written is further away
        return read;
    }
}
