using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>A rule with everything a fold needs at hand: durations in milliseconds, levels by side, slots by number.</summary>
internal sealed class PlannedRule
{
    public static readonly long HoldLimit = (long)Rule.HoldLimit.TotalMilliseconds;

    private const long Day = 86_400_000;
    private const long Hour = 3_600_000;

    private readonly Limits _lowest;
    private readonly Limits[] _limits;
    private readonly long[] _for;
    private readonly Severity[] _severities;
    private readonly Listening _listening;
    private readonly long _dayOffset;
    private readonly long _liveFor;
    private readonly int _slotsPerDay;

    /// <param name="rule">The rule.</param>
    /// <param name="set">The set it came with.</param>
    /// <param name="listening">Since when silence counts.</param>
    /// <param name="reference">The number that its levels are counted from on this sensor; zero if they are not.</param>
    public PlannedRule(Rule rule, RuleSet set, Listening listening, double reference = 0)
    {
        Rule = rule;
        _listening = listening;
        Version = set.Version;
        var levels = rule.Levels.ToArray();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(levels.Length, Rule.MaxSeverities, nameof(rule));
        IsSilence = rule.Breach == Breach.Missing;
        _limits = Array.ConvertAll(levels, level => new Limits(rule.Breach, level, reference));
        _lowest = _limits[0];
        // Silence is too long when it is longer: a reading at the very end of the time is in time.
        _for = Array.ConvertAll(levels, level => (long)level.For.TotalMilliseconds + (IsSilence ? 1 : 0));
        _severities = Array.ConvertAll(levels, level => level.Severity);
        _dayOffset = (long)set.DayOffset.TotalMilliseconds;
        ClearFor = (long)rule.ClearFor.TotalMilliseconds;
        Lateness = (long)rule.Lateness.TotalMilliseconds;
        PerDay = rule.PerDay;
        if (rule.Votes is { } votes)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(votes.Last, VoteOf.MaxLast, nameof(rule));
            (VotesNeeded, VotesLast) = (votes.Needed, votes.Last);
        }
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
        IsPlain = !IsMean && !IsSilence && rule.Rate is null && rule.Early is null && VotesLast == 0;
        Reference = reference;
        // A mean (and an index, which is made of means) is formed up to the lateness limit after its window, and is news until the next one is due. Silence comes to light as it grows.
        var step = rule.District is { } district ? (long)district.Every.TotalMilliseconds : IsMean ? Slot : AirQualityIndex.Find(rule.Quantity) is not null ? Hour : 0;
        _liveFor = step > 0 ? 2 * Lateness + step : Lateness;
        Definition = Fingerprint();
    }

    public Rule Rule { get; }

    public string Id => Rule.Id;

    /// <summary>Of the rule set it came with.</summary>
    public int Version { get; }

    /// <summary>Two rules with one id and one definition find the same episodes.</summary>
    public ulong Definition { get; }

    /// <summary>The number that the levels are counted from; zero if they are not.</summary>
    public double Reference { get; }

    /// <summary>Whether it learns from readings as they come: then nothing is folded again, whatever comes late.</summary>
    public bool Learns => Rule.Early is not null;

    /// <summary>How many severities there are; levels are numbered from 1.</summary>
    public int Levels => _limits.Length;

    public long ClearFor { get; }

    /// <summary>How many votes raise, and among how many; zero: every value for itself.</summary>
    public int VotesNeeded { get; }

    public int VotesLast { get; }

    public long Lateness { get; }

    public bool PerDay { get; }

    public bool IsMean => Slots > 0;

    public bool IsSilence { get; }

    /// <summary>Silence before this instant (Unix ms) the clock does not count.</summary>
    public long HeardSince => IsSilence ? _listening.Since.UnixMilliseconds : 0;

    /// <summary>Whether a value alone decides, so that one which breaches nothing changes nothing at rest.</summary>
    public bool IsPlain { get; }

    /// <summary>Whether a single value raises: a plain rule without for-duration.</summary>
    public bool IsMomentary => IsPlain && _for[0] == 0;

    /// <summary>Length of a slot in ms; 0 for a rule on the value itself.</summary>
    public long Slot { get; }

    public int Slots { get; }

    public int MinSlots { get; }

    public bool CalendarDay { get; }

    public SlotCut Cut => new(Slot, Slots, _dayOffset);

    /// <summary>Whether a value is past the lowest level.</summary>
    public bool Breached(double value) => _lowest.Breached(value);

    /// <param name="level">From 1.</param>
    public bool Breached(int level, double value) => _limits[level - 1].Breached(value);

    public bool Clears(double value) => _lowest.Clears(value);

    /// <param name="level">From 1.</param>
    public bool Clears(int level, double value) => _limits[level - 1].Clears(value);

    /// <param name="level">From 1.</param>
    public long For(int level) => _for[level - 1];

    /// <param name="level">From 1; a higher one than there is, of a state from before the rule changed, counts as the highest.</param>
    public Severity SeverityOf(int level) => _severities[Math.Clamp(level, 1, _severities.Length) - 1];

    public bool Passes(Quality quality) => quality == Quality.Good || Rule.Gate == QualityGate.Suspect && quality is Quality.NotEvaluated or Quality.Suspect;

    /// <summary>Whether the rule looks at all at an instant.</summary>
    public bool Looks(long at) => Rule.Schedule is not { } schedule || schedule.Includes(at);

    /// <summary>Whether it looks all the time from one instant to another.</summary>
    public bool LooksThroughout(long from, long to) => Rule.Schedule is not { } schedule || schedule.Covers(from, to);

    /// <summary>The first instant from one on at which it looks.</summary>
    public long LooksFrom(long at) => Rule.Schedule is not { } schedule ? at : schedule.FirstFrom(at);

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

    // FNV-1a, 64 bits, over what decides which episodes there are; severities' names, districts, department and message do not.
    private ulong Fingerprint()
    {
        var hash = 14_695_981_039_346_656_037ul;
        Mix((long)Rule.Quantity);
        Mix((long)Rule.Breach);
        Mix(Levels);
        foreach (var limits in _limits) limits.Mix(Mix);
        foreach (var wait in _for) Mix(wait);
        Mix(ClearFor);
        Mix(VotesNeeded);
        Mix(VotesLast);
        Mix(PerDay ? 1 : 0);
        Mix(Lateness);
        Mix((long)Rule.LatePolicy);
        Mix((long)Rule.Gate);
        Mix(PerDay || IsMean ? _dayOffset : 0);
        Mix(Slot);
        Mix(Slots);
        Mix(MinSlots);
        Mix(CalendarDay ? 1 : 0);
        Mix(Rule.Rate?.Window.Ticks ?? 0);
        Mix(Rule.Rate?.Per.Ticks ?? 0);
        Mix((long)(Rule.Early?.Kind ?? 0));
        Mix(Rule.Early?.Within.Ticks ?? 0);
        Mix((long)(Rule.District?.Take ?? 0));
        Mix(Rule.District?.Sites ?? 0);
        Mix(BitConverter.DoubleToInt64Bits(Rule.District?.Percentile ?? 0));
        Mix(Rule.District?.FreshFor.Ticks ?? 0);
        Mix(Rule.District?.Every.Ticks ?? 0);
        Mix((long)(Rule.RelativeTo?.Quantity ?? 0));
        foreach (var letter in Rule.Schedule?.ToString() ?? "") Mix(letter);
        return hash;

        void Mix(long word)
        {
            for (var shift = 0; shift < 64; shift += 8) hash = unchecked((hash ^ (byte)(word >> shift)) * 1_099_511_628_211ul);
        }
    }
}
