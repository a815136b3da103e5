using System.Globalization;
using SmartCity.Telemetry;

namespace SensorNode.Devices.Kernel;

/// <summary>How warm the board is, by the kernel's thermal zones (kernel documentation, driver-api/thermal/sysfs-api: <c>thermal_zone*/temp</c>, thousandths of a degree).</summary>
/// <param name="folder">The zones' folder: /sys/class/thermal.</param>
public sealed class KernelThermometer(string folder)
{
    public const string Folder = "/sys/class/thermal";

    /// <summary>°C of the warmest zone; null: the board has none, or none answers. A zone that says what no board can be is passed over.</summary>
    public double? Celsius()
    {
        if (!Directory.Exists(folder)) return null;
        double? warmest = null;
        foreach (var zone in Directory.EnumerateDirectories(folder, "thermal_zone*"))
        {
            if (Of(zone) is { } celsius && !(celsius <= warmest)) warmest = celsius;
        }
        return warmest;
    }

    private static double? Of(string zone)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(zone, "temp"));
            return int.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var thousandths) ? NodeVitals.Celsius(thousandths / 1000.0) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // EAGAIN or EINVAL of a zone that is off or has no reading yet
        {
            return null;
        }
    }
}
