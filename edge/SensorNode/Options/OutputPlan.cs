using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Options;

/// <summary>An output behind a line of a GPIO chip: siren, beacon, relay.</summary>
/// <param name="Line">Its offset on the chip, 0 to 1023.</param>
/// <param name="Active">The level at which it is on.</param>
/// <param name="MostOn">The longest that it is on: <see cref="HeldOutput.ShortestOn"/> to <see cref="HeldOutput.LongestOn"/>.</param>
public sealed record OutputPlan(string Name, BusPlan Bus, TimeSpan Interval, Place Place, int Line, Quantity Quantity, Polarity Active, TimeSpan MostOn) : DevicePlan(Name, Bus, Interval, Place)
{
    public override IReadOnlyList<Quantity> Quantities => [Quantity];

    /// <summary>The level of its line when it is on, or off.</summary>
    public bool Level(bool on) => on == (Active == Polarity.ActiveHigh);
}
