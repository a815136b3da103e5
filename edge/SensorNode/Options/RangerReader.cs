using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Options;

/// <summary>Reads what the node file says of devices that are more than one line.</summary>
internal static class RangerReader
{
    private static readonly Dictionary<string, Quantity> EchoWords = new Quantity[] { Quantity.BayOccupied, Quantity.WaterLevel }.ToDictionary(quantity => QuantityCatalogue.Of(quantity).Name);

    public static SpeedTrapPlan SpeedTrap(string name, YamlSection section, IReadOnlyList<BusPlan> buses, Place place)
    {
        var (first, second) = (section.Whole("line", 0, 1023), section.Whole("second-line", 0, 1023));
        if (first == second && section.Has("second-line") && !section.IsDescribing) section.Problem("second-line", "is the first beam's already.");
        return new(name, DeviceReader.Bus(section, buses, BusKind.Gpio), DeviceReader.Interval(section, TimeSpan.FromMinutes(1)), place, first, second,
            section.OneOf("active", DeviceReader.PolarityWords, Polarity.ActiveHigh), section.OneOf("pull", DeviceReader.PullWords, LinePull.AsIs), section.Number("apart-metres", 0.1, 20));
    }

    public static EchoPlan Echo(string name, YamlSection section, IReadOnlyList<BusPlan> buses, Place place)
    {
        var (echo, trigger) = (section.Whole("line", 0, 1023), section.Whole("trigger-line", 0, 1023));
        if (echo == trigger && section.Has("trigger-line") && !section.IsDescribing) section.Problem("trigger-line", "is the echo's already.");
        var quantity = section.OneOf<Quantity>("quantity", EchoWords);
        var isBay = quantity != Quantity.WaterLevel;
        return new(name, DeviceReader.Bus(section, buses, BusKind.Gpio), DeviceReader.Interval(section, TimeSpan.FromSeconds(10), EchoPlan.Shortest), place, trigger, echo,
            new(section.Number("air-temperature", -40, 60, 15)),
            isBay ? section.Number("occupied-below-metres", UltrasonicEcho.LeastMetres, UltrasonicEcho.GreatestMetres) : null,
            isBay ? 0 : section.Number("mount-metres", -20, 60),
            isBay ? TimeSpan.FromMinutes(10) : section.Duration("rise-over", TimeSpan.FromMinutes(1), TimeSpan.FromHours(6), TimeSpan.FromMinutes(10)));
    }
}
