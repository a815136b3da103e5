using SmartCity.Readings;
using SmartCity.Timeline;
using SmartCity.Watch;

namespace Walls;

/// <summary>The timeline's names as the boards write them, taken from the domain.</summary>
internal static class Names
{
    /// <summary>The measurement of the quantity that the reader chose.</summary>
    public const string ChosenQuantity = "${quantity:raw}";

    /// <summary>The quantities that somebody measures and the timeline therefore holds. What the hub computes from them for its rules is not written down.</summary>
    public static IReadOnlyList<QuantityRow> Measured { get; } = [.. QuantityCatalogue.All.Where(q => DerivedQuantity.Find(q.Quantity) is null && AirQualityIndex.Find(q.Quantity) is null)];

    public static string Of(Quantity quantity) => TimelineSchema.Measurement(quantity);

    /// <summary>The last of a field in each step.</summary>
    public static string Last(string field) => $"last(\"{field}\")";

    public static string Mean(string field) => $"mean(\"{field}\")";

    public static string Max(string field) => $"max(\"{field}\")";

    public static string Sum(string field) => $"sum(\"{field}\")";

    /// <summary>How fast a counter grows; where it began anew, nothing rather than a fall.</summary>
    /// <param name="per">A span in InfluxQL, such as 1s.</param>
    public static string Rate(string counter, string per = "1s") => $"non_negative_derivative(last(\"{counter}\"), {per})";

    /// <summary>By how much it grew in each step.</summary>
    public static string Growth(string counter) => $"non_negative_difference(last(\"{counter}\"))";
}
