using SmartCity.Readings;

namespace SmartCity.Watch.EarlyWarning;

/// <summary>Where a rule's early warning stands on one channel.</summary>
/// <param name="StillLearns">Readings (a forecast: steps) before it says anything; 0: it has learnt enough.</param>
public sealed record EarlyState(string Rule, Quantity Quantity, EarlyKind Kind, int StillLearns)
{
    /// <summary>Readings that came behind a newer one since the hub started: neither learnt nor judged.</summary>
    public int Late { get; init; }

    /// <summary>Of the last reading, 0 to 1; null for a forecast, and while it learns.</summary>
    public double? Surprise { get; init; }

    /// <summary>What was usual at the last reading's hour; null for a forecast, and while it learns.</summary>
    public double? Usual { get; init; }

    /// <summary>The last change of level, while it is fresh.</summary>
    public Change? Change { get; init; }

    /// <summary>The rule's level, in the quantity's unit; null but for a forecast.</summary>
    public double? Level { get; init; }

    /// <summary>When the forecast crosses the level; null: not within its horizon, or it is past it.</summary>
    public Crossing? Crosses { get; init; }

    /// <summary>The forecast from the last closed step; null while it learns, and when too long nothing came.</summary>
    public Forecast? Forecast { get; init; }
}
