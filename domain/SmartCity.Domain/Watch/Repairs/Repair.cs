using SmartCity.Readings;

namespace SmartCity.Watch.Repairs;

/// <summary>How a value was found that stands beside one that is missing or not good. Kept by number.</summary>
public enum RepairMethod : byte
{
    /// <summary>A straight line between the good readings before and after.</summary>
    Interpolation = 1,

    /// <summary>What a near sensor of the same quantity said, by the line that fits the two.</summary>
    Neighbour = 2,

    /// <summary>What is usual at this hour of the week.</summary>
    Season = 3,
}

/// <summary>
/// A value for a reading that is missing or not good. It stands beside the reading, never over it: it is no live value, and no rule looks at it.
/// </summary>
/// <param name="At">The stamp of the reading that it is for; of one that never came, when it was due.</param>
/// <param name="Value">In the catalogue's unit.</param>
/// <param name="Confidence">0 to 1: the channel's usual spread over the sum of that and the error that this method has lately made here. 0.5: no better than its mean.</param>
public readonly record struct Repair(Quantity Quantity, Instant At, double Value, RepairMethod Method, double Confidence)
{
    private const int Steps = 255;

    /// <summary>As a row of the series of repairs, <see cref="SensorId.OfRepairs"/>: method and confidence, in 255 steps, stand where a reading has its order.</summary>
    public Reading ToReading() => Reading.Measured(Quantity, At, new((ulong)Method << 8 | (byte)Math.Round(Confidence * Steps)), Value);

    /// <summary>False when the row is none of those.</summary>
    public static bool TryOf(in Reading row, out Repair repair)
    {
        repair = default;
        if (row.Order.Packed > ushort.MaxValue || !row.TryGetValue(out var value)) return false;
        var (method, confidence) = ((RepairMethod)(row.Order.Packed >> 8), row.Order.Packed & Steps);
        if (!Enum.IsDefined(method)) return false;
        repair = new(row.Quantity, row.At, value, method, confidence / (double)Steps);
        return true;
    }
}

/// <summary>What is repaired of a quantity, and by which methods.</summary>
/// <param name="Methods">At least one.</param>
/// <param name="Longest">The longest time between two good readings that is bridged from both sides. 1 s to 1 day.</param>
/// <param name="WithinMetres">How far away a neighbour may be.</param>
/// <param name="FreshFor">How far apart in time its reading may be.</param>
/// <param name="LeastConfidence">What is less sure is not kept.</param>
public sealed record RepairPlan(Quantity Quantity, IReadOnlyList<RepairMethod> Methods, TimeSpan Longest, double WithinMetres, TimeSpan FreshFor, double LeastConfidence)
{
    public static readonly TimeSpan LongestOfAll = TimeSpan.FromDays(1);

    /// <summary>What a file means that names a quantity and no more.</summary>
    public static RepairPlan DefaultOf(Quantity quantity) =>
        new(quantity, [RepairMethod.Interpolation, RepairMethod.Neighbour, RepairMethod.Season], TimeSpan.FromHours(12), 5000, TimeSpan.FromMinutes(15), 0.3);

    /// <summary>
    /// How often a reading is due: where two are further apart than one and a half of it, those between them that never came are repaired too, in even steps, up to
    /// <see cref="RepairWatch.MostWaiting"/> of them and the longest time that is bridged. 1 s to 1 day; null: a reading that never came is a gap, as it should be of a sensor that tells changes only.
    /// </summary>
    public TimeSpan? Every { get; init; }

    /// <summary>Districts it holds in; empty: all.</summary>
    public IReadOnlyList<string> Districts { get; init; } = [];

    /// <summary>Tags that a sensor's place must all have; empty: any place.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Whether a quantity can be repaired: what is on or off, counted up, or a direction has no value in between.</summary>
    public static bool CanRepair(Quantity quantity) => QuantityCatalogue.Of(quantity).Kind == QuantityKind.Level && quantity != Quantity.WindDirection;
}
