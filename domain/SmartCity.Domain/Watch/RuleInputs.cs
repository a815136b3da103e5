using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>
/// A mean over slots of equal length. A slot's value is the mean of its good readings; the window's value is the mean of its slots that have any.
/// Slots are right-closed, (start, end], as stations stamp the end of the hour; the mean is formed when a slot has closed.
/// </summary>
/// <param name="Slot">Length of a slot: 1 s to 1 day, a divisor of a day.</param>
/// <param name="Slots">Slots in the window, 1 to 288. For a calendar day: a day divided by the slot.</param>
/// <param name="MinSlots">Slots that must hold a good reading, else the mean is not evaluated; 1 to <paramref name="Slots"/>.</param>
/// <param name="CalendarDay">True: evaluated once, when the city's day ends. False: rolling, evaluated as each slot closes.</param>
public sealed record MeanOver(TimeSpan Slot, int Slots, int MinSlots, bool CalendarDay)
{
    public const int MaxSlots = 288;
}

/// <summary>
/// A rate of change: the value less that of the oldest reading in the window, over the time between them. Evaluated at each reading that has one
/// at least half a window before it. Of readings closer together than a sixtieth of the window one is remembered, so its cost is bounded.
/// </summary>
/// <param name="Window">How far back it looks, 1 s to 1 day.</param>
/// <param name="Per">The time that the rate is given for: an hour makes it units an hour. 1 s to 1 day.</param>
public sealed record RateOver(TimeSpan Window, TimeSpan Per);

/// <summary>What early warning tells of a channel.</summary>
public enum EarlyKind : byte
{
    /// <summary>How surprising a reading is, 0 to 1; 0.5 is where a warning is due. See <see cref="EarlyWarning.AnomalyWatch"/>.</summary>
    Anomaly = 1,

    /// <summary>How far the level has moved, in the quantity's unit, while the move is fresh; else 0. See <see cref="EarlyWarning.ChangeWatch"/>.</summary>
    Change = 2,

    /// <summary>The highest (for a rule that watches for what is below: the lowest) value expected within the time. See <see cref="EarlyWarning.Forecaster"/>.</summary>
    Forecast = 3,
}

/// <summary>What early warning tells is compared. Each rule learns each of its channels by itself, says nothing until it has learnt enough, and takes readings
/// as they come: one that arrives behind a newer one is neither learnt nor judged.</summary>
/// <param name="Within">How far a forecast looks ahead: <see cref="LeastAhead"/> to <see cref="MostAhead"/>; a sixth of it is its step. Zero for the others.</param>
public sealed record EarlyWarningOf(EarlyKind Kind, TimeSpan Within)
{
    public static readonly TimeSpan LeastAhead = EarlyWarning.Forecaster.LeastStep * EarlyWarning.Forecaster.Reach, MostAhead = EarlyWarning.Forecaster.MostStep * EarlyWarning.Forecaster.Reach;
}

/// <summary>How many of the last readings must agree. Raised when <paramref name="Needed"/> of the last <paramref name="Last"/> are past the level;
/// cleared when that many can no longer be short of the clear level.</summary>
/// <param name="Needed">1 to <paramref name="Last"/>.</param>
/// <param name="Last">1 to <see cref="MaxLast"/>.</param>
public sealed record VoteOf(int Needed, int Last)
{
    public const int MaxLast = 32;
}

/// <summary>What a rule's levels are counted from: another quantity of the same sensor in the same sample (equal stamps), or a number that the
/// sensor's place carries as a tag <c>name=number</c>.</summary>
/// <param name="Quantity">The other quantity, or null.</param>
/// <param name="Attribute">The name of the number, or empty.</param>
public sealed record Reference(Quantity? Quantity, string Attribute)
{
    /// <summary>The number of this name among a place's tags, or null: it has none.</summary>
    public static double? Find(IReadOnlyList<string> tags, string attribute)
    {
        foreach (var tag in tags)
        {
            if (tag.Length <= attribute.Length + 1 || tag[attribute.Length] != '=' || !tag.StartsWith(attribute, StringComparison.Ordinal)) continue;
            if (double.TryParse(tag.AsSpan(attribute.Length + 1), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)) return number;
        }
        return null;
    }
}
