using System.Numerics;
using System.Runtime.CompilerServices;

namespace SmartCity.Watch;

/// <summary>Where a rule stands for one sensor.</summary>
internal enum Phase : byte
{
    Normal = 0,

    /// <summary>Breached, and no for-duration is over.</summary>
    Pending = 1,

    /// <summary>An episode is open.</summary>
    Raised = 2,
}

/// <summary>What a fold tells of as it goes. Structs, so that a fold which nobody listens to costs nothing.</summary>
internal interface IFoldSink
{
    /// <summary>An episode opened: <see cref="Threshold.First"/>, <see cref="Threshold.Since"/>, <see cref="Threshold.RaisedAt"/> say which and when.</summary>
    void Raised(in Threshold state);

    /// <summary>The open episode is at another level than before.</summary>
    void Moved(in Threshold state, double value);

    /// <summary>One more breaching value while an episode is open.</summary>
    void Held(in Threshold state, double value);

    /// <summary>The open episode ended.</summary>
    void Cleared(in Threshold ended, long at, double value);
}

/// <summary>One number for each level that a rule can have.</summary>
[InlineArray(Threshold.MostLevels)]
internal struct PerLevel<T>
{
    private T _first;
}

/// <summary>
/// The fold of one rule over values in their order: Normal → Pending → Raised → Normal. Values between level and clear level change nothing.
/// <para>For-duration: a value holds until the next one. When the next one is stamped at or after since + For, the level was reached at exactly
/// since + For, whatever that next value is, provided that the last value before is at most <see cref="Rule.HoldLimit"/> older than that instant;
/// if it is older, the first value at or after since + For decides: it clears, or the level is reached at its stamp.</para>
/// <para>Levels: each has its own duration, counted from the first value past it since one cleared it. An episode opens when the first level is
/// reached, whichever it is; its level is the highest one reached and not cleared since. A level clears when values have stayed on its good side
/// for the clear-duration, as a value on that side shows; the episode ends when the lowest does.</para>
/// <para>Per day: a breaching value on another day of the city than the open episode's first one ends that episode at its own stamp, and starts the next.</para>
/// <para>Silence: every reading begins it anew; it is broken at once and lasts until the next reading.</para>
/// </summary>
internal partial struct Threshold
{
    public const int MostLevels = 4;

    public Phase Phase;

    /// <summary>The highest level that is reached, from 1; 0: none.</summary>
    public byte Level;

    /// <summary>Epoch and order of the first breaching value; what the episode's id is made of.</summary>
    public uint Epoch;
    public ulong First;

    /// <summary>Stamp of the first breaching value.</summary>
    public long Since;
    public long RaisedAt;

    /// <summary>When it came to the level at which it is; the instant it was raised, at first.</summary>
    public long MovedAt;

    /// <summary>The value in force when it was raised.</summary>
    public double RaisedValue;
    public long LastBreachAt;

    /// <summary>The last value, while pending or raised: what holds.</summary>
    public long LastAt;
    public double LastValue;

    // Stamps plus one, so that zero is none: since when a level is breached, and since when values have been on its good side.
    private PerLevel<long> _breachedSince;
    private PerLevel<long> _goodSince;

    // The last values' votes, the newest in bit 0: past the level, on its good side.
    private PerLevel<uint> _past;
    private PerLevel<uint> _good;

    /// <summary>Whether it is as it was when it began: no value has breached, or all is over and forgotten, and no vote counts.</summary>
    public readonly bool IsAtRest => Phase == Phase.Normal && ((ReadOnlySpan<uint>)_past).IndexOfAnyExcept(0u) < 0 && ((ReadOnlySpan<uint>)_good).IndexOfAnyExcept(0u) < 0;

    /// <summary>When the clock alone will bring it to a higher level, if the last value still holds then; else <see cref="long.MaxValue"/>.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="heardSince">Silence before this instant is not counted: nobody listened.</param>
    public readonly long HeldUntil(PlannedRule rule, long heardSince = 0) => Next(rule, heardSince).Due;

    /// <summary>Reaches what the clock alone reaches by <paramref name="now"/>.</summary>
    public void Elapse<TSink>(PlannedRule rule, long now, ref TSink sink, long heardSince = 0) where TSink : struct, IFoldSink
    {
        while (true)
        {
            var (due, level) = Next(rule, heardSince);
            if (due > now) return;
            Reach(level, due, LastValue, ref sink);
        }
    }

    /// <summary>Takes the next value.</summary>
    public void Step<TSink>(PlannedRule rule, uint epoch, ulong order, long at, double value, ref TSink sink) where TSink : struct, IFoldSink
    {
        if (rule.IsSilence)
        {
            Hear(rule, epoch, order, at, value, ref sink);
            return;
        }
        if (rule.VotesLast > 0) Vote(rule, value);
        var looks = rule.Looks(at);
        var breached = looks && IsPast(rule, 1, value);
        if (Phase == Phase.Normal)
        {
            if (breached) Open(rule, epoch, order, at, value, ref sink);
            return;
        }
        Elapse(rule, at, ref sink);
        var clears = IsGood(rule, 1, value);
        if (Phase == Phase.Pending)
        {
            if (clears || !looks)
            {
                Forget();
                return;
            }
            Time(rule, at, value, looks);
            Note(at, value, breached);
            ReachBy(rule, at, value, ref sink);
            return;
        }
        var level = Left(rule, at, value);
        if (level == 0 || breached && rule.PerDay && rule.DayOf(at) != rule.DayOf(Since))
        {
            var ended = this;
            Forget();
            sink.Cleared(ended, at, value);
            if (breached) Open(rule, epoch, order, at, value, ref sink);
            return;
        }
        Time(rule, at, value, looks);
        Note(at, value, breached);
        if (level < Level)
        {
            (Level, MovedAt) = ((byte)level, at);
            sink.Moved(this, value);
        }
        else if (level < rule.Levels) ReachBy(rule, at, value, ref sink);
        if (breached) sink.Held(this, value);
    }

    /// <summary>The open episode alone, for a rule that has changed under it.</summary>
    public readonly Threshold Reopened(int levels) => this with { Level = (byte)Math.Min(Level, levels), _breachedSince = default, _goodSince = default, _past = default, _good = default };

    // A reading ends silence and begins it.
    private void Hear<TSink>(PlannedRule rule, uint epoch, ulong order, long at, double value, ref TSink sink) where TSink : struct, IFoldSink
    {
        if (Phase != Phase.Normal)
        {
            Elapse(rule, at, ref sink);
            if (Phase == Phase.Raised) sink.Cleared(this, at, value);
        }
        this = new() { Phase = Phase.Pending, Epoch = epoch, First = order, Since = at };
        for (var level = 0; level < rule.Levels; level++) _breachedSince[level] = at + 1;
        Note(at, value, breached: true);
    }

    // When the clock alone brings it to which level; the highest of those that come at one instant.
    private readonly (long Due, int Level) Next(PlannedRule rule, long heardSince)
    {
        var next = (Due: long.MaxValue, Level: 0);
        if (Phase == Phase.Normal) return next;
        for (var level = Level + 1; level <= rule.Levels; level++)
        {
            var since = _breachedSince[level - 1] - 1;
            if (since < 0) continue;
            var due = Math.Max(since, heardSince) + rule.For(level);
            if (rule.IsSilence) due = rule.LooksFrom(due);
            else if (due - LastAt > PlannedRule.HoldLimit || !rule.LooksThroughout(since, due)) continue;
            if (due > next.Due || due == long.MaxValue) continue;
            next = (due, level);
        }
        return next;
    }

    private void Open<TSink>(PlannedRule rule, uint epoch, ulong order, long at, double value, ref TSink sink) where TSink : struct, IFoldSink
    {
        (Phase, Epoch, First, Since) = (Phase.Pending, epoch, order, at);
        Time(rule, at, value, looks: true);
        Note(at, value, breached: true);
        ReachBy(rule, at, value, ref sink);
    }

    // The highest level whose duration is over at this value's stamp.
    private void ReachBy<TSink>(PlannedRule rule, long at, double value, ref TSink sink) where TSink : struct, IFoldSink
    {
        for (var level = rule.Levels; level > Level; level--)
        {
            var since = _breachedSince[level - 1] - 1;
            if (since < 0 || at - since < rule.For(level)) continue;
            Reach(level, at, value, ref sink);
            return;
        }
    }

    private void Reach<TSink>(int level, long at, double value, ref TSink sink) where TSink : struct, IFoldSink
    {
        var raises = Phase != Phase.Raised;
        (Level, MovedAt) = ((byte)level, at);
        for (var i = 0; i < level; i++) _goodSince[i] = 0;
        if (raises)
        {
            (Phase, RaisedAt, RaisedValue) = (Phase.Raised, at, value);
            sink.Raised(this);
        }
        else sink.Moved(this, value);
    }

    // The level that is left after a value: from the highest down, those go whose good side it has kept to for long enough.
    private int Left(PlannedRule rule, long at, double value)
    {
        for (var level = 1; level <= Level; level++)
        {
            ref var since = ref _goodSince[level - 1];
            if (!IsGood(rule, level, value)) since = 0;
            else if (since == 0) since = at + 1;
        }
        int left = Level;
        while (left > 0 && _goodSince[left - 1] is not 0 and var since && at + 1 - since >= rule.ClearFor) left--;
        return left;
    }

    private void Time(PlannedRule rule, long at, double value, bool looks)
    {
        for (var level = 1; level <= rule.Levels; level++)
        {
            ref var since = ref _breachedSince[level - 1];
            if (!looks || IsGood(rule, level, value)) since = 0;
            else if (since == 0 && IsPast(rule, level, value)) since = at + 1;
        }
    }

    private void Vote(PlannedRule rule, double value)
    {
        for (var level = 1; level <= rule.Levels; level++)
        {
            _past[level - 1] = _past[level - 1] << 1 | (rule.Breached(level, value) ? 1u : 0);
            _good[level - 1] = _good[level - 1] << 1 | (rule.Clears(level, value) ? 1u : 0);
        }
    }

    private readonly bool IsPast(PlannedRule rule, int level, double value) =>
        rule.VotesLast == 0 ? rule.Breached(level, value) : Count(rule, _past[level - 1]) >= rule.VotesNeeded;

    // So many on the good side that those short of it can no longer be as many as raise.
    private readonly bool IsGood(PlannedRule rule, int level, double value) =>
        rule.VotesLast == 0 ? rule.Clears(level, value) : Count(rule, _good[level - 1]) > rule.VotesLast - rule.VotesNeeded;

    private static int Count(PlannedRule rule, uint votes) => BitOperations.PopCount(votes & (uint)((1ul << rule.VotesLast) - 1));

    private void Note(long at, double value, bool breached)
    {
        LastAt = at;
        LastValue = value;
        if (breached) LastBreachAt = at;
    }

    // Back to normal; votes are of values, not of an episode.
    private void Forget() => this = new() { _past = _past, _good = _good };
}
