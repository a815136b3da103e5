namespace SmartCity.Watch;

/// <summary>A rule with everything a fold needs at hand: durations in milliseconds, levels by side, slots by number.</summary>
internal sealed class PlannedRule
{
    public static readonly long HoldLimit = (long)Rule.HoldLimit.TotalMilliseconds;

    private const long Day = 86_400_000;

    private readonly bool _above;
    private readonly double _level;
    private readonly double _clear;
    private readonly long _dayOffset;
    private readonly long _liveFor;
    private readonly int _slotsPerDay;

    public PlannedRule(Rule rule, RuleSet set)
    {
        Rule = rule;
        Version = set.Version;
        _above = rule.Breach == Breach.Above;
        _level = rule.Level;
        _clear = rule.Clear;
        _dayOffset = (long)set.DayOffset.TotalMilliseconds;
        For = (long)rule.For.TotalMilliseconds;
        Lateness = (long)rule.Lateness.TotalMilliseconds;
        PerDay = rule.PerDay;
        if (rule.Mean is { } mean)
        {
            Slot = (long)mean.Slot.TotalMilliseconds;
            ArgumentOutOfRangeException.ThrowIfLessThan(Slot, 1000, nameof(rule));
            ArgumentOutOfRangeException.ThrowIfNotEqual(Day % Slot, 0, nameof(rule));
            _slotsPerDay = (int)(Day / Slot);
            Slots = mean.CalendarDay ? _slotsPerDay : mean.Slots;
            ArgumentOutOfRangeException.ThrowIfLessThan(Slots, 1, nameof(rule));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(Slots, MeanOver.MaxSlots, nameof(rule));
            MinSlots = Math.Max(1, mean.MinSlots);
            CalendarDay = mean.CalendarDay;
            PerDay |= CalendarDay;
        }
        // A mean is formed up to the lateness limit after its window, and is news until the next one is due.
        _liveFor = IsMean ? 2 * Lateness + Slot : Lateness;
        Definition = Fingerprint(rule, PerDay || IsMean ? _dayOffset : 0);
    }

    public Rule Rule { get; }

    public string Id => Rule.Id;

    /// <summary>Of the rule set it came with.</summary>
    public int Version { get; }

    /// <summary>Two rules with one id and one definition find the same episodes.</summary>
    public ulong Definition { get; }

    public long For { get; }

    public long Lateness { get; }

    public bool PerDay { get; }

    public bool IsMean => Slots > 0;

    /// <summary>Length of a slot in ms; 0 for a rule on the value itself.</summary>
    public long Slot { get; }

    public int Slots { get; }

    public int MinSlots { get; }

    public bool CalendarDay { get; }

    public SlotCut Cut => new(Slot, Slots, _dayOffset);

    public bool Breached(double value) => _above ? value > _level : value < _level;

    public bool Clears(double value) => _above ? value <= _clear : value >= _clear;

    /// <summary>Whether something of this stamp is still worth a call: not older than the lateness limit.</summary>
    public bool IsLive(long at, long now) => now - at <= _liveFor;

    /// <summary>The calendar day of the city that an instant belongs to; midnight belongs to the day that ends there.</summary>
    public long DayOf(long at) => CeilingOf(at + _dayOffset, Day);

    /// <summary>The number of the slot (start, end] that an instant lies in.</summary>
    public long SlotOf(long at) => CeilingOf(at + _dayOffset, Slot);

    public long SlotEnd(long slot) => slot * Slot - _dayOffset;

    /// <summary>The first slot from this one on whose closing calls for an evaluation.</summary>
    public long Evaluated(long slot) => CalendarDay ? CeilingOf(slot, _slotsPerDay) * _slotsPerDay : slot;

    private static long CeilingOf(long dividend, long divisor)
    {
        var quotient = dividend / divisor;
        return dividend > quotient * divisor ? quotient + 1 : quotient;
    }

    // FNV-1a, 64 bits, over what decides which episodes there are; severity, districts, department and message do not.
    private static ulong Fingerprint(Rule rule, long dayOffset)
    {
        var hash = 14_695_981_039_346_656_037ul;
        Mix((long)rule.Quantity);
        Mix((long)rule.Breach);
        Mix(BitConverter.DoubleToInt64Bits(rule.Level));
        Mix(BitConverter.DoubleToInt64Bits(rule.Clear));
        Mix(rule.For.Ticks);
        Mix(rule.PerDay ? 1 : 0);
        Mix(rule.Lateness.Ticks);
        Mix((long)rule.LatePolicy);
        Mix(dayOffset);
        Mix(rule.Mean?.Slot.Ticks ?? 0);
        Mix(rule.Mean?.Slots ?? 0);
        Mix(rule.Mean?.MinSlots ?? 0);
        Mix(rule.Mean?.CalendarDay ?? false ? 1 : 0);
        return hash;

        void Mix(long word)
        {
            for (var shift = 0; shift < 64; shift += 8) hash = unchecked((hash ^ (byte)(word >> shift)) * 1_099_511_628_211ul);
        }
    }
}
