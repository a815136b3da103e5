using SmartCity.Readings;
using SmartCity.Sparkplug;

namespace SensorNode.Options;

/// <summary>
/// The devices under which a device's minutes are told: their least, mean and greatest values stand beside the readings, never among them, so that
/// raw readings which come later, or by hand, are not counted twice.
/// </summary>
public static class MinuteDevices
{
    public const string Min = ".min", Mean = ".mean", Max = ".max";

    /// <summary>Their names; none for a device of contacts alone.</summary>
    public static IEnumerable<string> Names(DevicePlan device) => Of(device, null).Select(minute => minute.Name);

    /// <summary>As births declare them. Of a counter there is the greatest alone.</summary>
    public static IEnumerable<EdgeDevice> Of(DevicePlan device, PlaceSuggestion? place)
    {
        var levels = With(device, QuantityKind.Level);
        Quantity[] all = [.. levels, .. With(device, QuantityKind.Counter)];
        if (levels.Length > 0)
        {
            yield return new(device.Name + Min, levels, place);
            yield return new(device.Name + Mean, levels, place);
        }
        if (all.Length > 0) yield return new(device.Name + Max, all, place);
    }

    // A quantity that the file names wrongly is a problem already, and none here.
    private static Quantity[] With(DevicePlan device, QuantityKind kind) =>
        [.. device.Quantities.Where(quantity => QuantityCatalogue.Knows((byte)quantity) && QuantityCatalogue.Of(quantity).Kind == kind)];
}
