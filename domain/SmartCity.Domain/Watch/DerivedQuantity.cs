using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>A quantity that is computed from others of the same sample. No sensor need measure it.</summary>
/// <param name="Quantity">What it is.</param>
/// <param name="Inputs">What it takes, 1 to <see cref="MaxInputs"/>; the first one gives the order.</param>
/// <param name="Attribute">A number that the place must carry as a tag <c>name=number</c>; empty: none.</param>
/// <param name="Compute">From the inputs in their order, and the attribute. Not a number where the formula does not hold.</param>
public sealed record DerivedQuantity(Quantity Quantity, IReadOnlyList<Quantity> Inputs, string Attribute, DerivedQuantity.Formula Compute)
{
    public const int MaxInputs = 3;

    public delegate double Formula(ReadOnlySpan<double> inputs, double attribute);

    /// <summary>The tag that says how high above sea level a pressure is measured, in metres.</summary>
    public const string Altitude = "altitude";

    public static IReadOnlyList<DerivedQuantity> All { get; } =
    [
        new(Quantity.DewPoint, [Quantity.AirTemperature, Quantity.RelativeHumidity], "", static (x, _) => Weather.DewPoint(x[0], x[1])),
        new(Quantity.HeatIndex, [Quantity.AirTemperature, Quantity.RelativeHumidity], "", static (x, _) => Weather.HeatIndex(x[0], x[1])),
        new(Quantity.SeaLevelPressure, [Quantity.AirPressure, Quantity.AirTemperature], Altitude, static (x, metres) => Weather.SeaLevelPressure(x[0], x[1], metres)),
    ];

    /// <summary>Whether a quantity is computed with a number that the place must carry.</summary>
    public static bool NeedsAttribute(Quantity quantity) => Find(quantity) is { Attribute.Length: > 0 };

    public static DerivedQuantity? Find(Quantity quantity)
    {
        foreach (var derived in All)
        {
            if (derived.Quantity == quantity) return derived;
        }
        return null;
    }
}
