using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Options;

/// <summary>Reads how a device of the node file is calibrated and when its values are told.</summary>
internal static class TuningReader
{
    private static readonly TimeSpan LongestHeartbeat = TimeSpan.FromHours(24);

    public static DeviceTuning Tuning(YamlSection section, DevicePlan device)
    {
        var (calibrations, report) = (Calibrations(section.Section("calibrate"), device), Report(section.Section("report"), device));
        return calibrations.Count == 0 && report is null ? DeviceTuning.None : new(null, calibrations, report);
    }

    /// <summary>What can only be said once all devices are known.</summary>
    public static void CheckSources(YamlSection section, DevicePlan device, IReadOnlyList<DevicePlan> all)
    {
        foreach (var (quantity, terms) in device.Tuning.Calibrations)
        {
            if (terms.HumidityFrom is not { Length: > 0 } source || all.Any(other => other.Name == source && other.Quantities.Contains(Quantity.RelativeHumidity))) continue;
            section.Section("calibrate").Section(QuantityCatalogue.Of(quantity).Name).Problem("humidity-from", $"\"{source}\" is no device here that measures relative-humidity.");
        }
    }

    private static Dictionary<Quantity, CalibrationTerms> Calibrations(YamlSection section, DevicePlan device)
    {
        var calibrations = new Dictionary<Quantity, CalibrationTerms>();
        foreach (var row in Rows(device).Where(row => row.Kind == QuantityKind.Level))
        {
            var terms = section.Section(row.Name);
            if (!terms.IsPresent) continue;
            var gain = terms.Number("gain", -1000, 1000, 1);
            if (gain == 0) terms.Problem("gain", "0 would make every value the same.");
            var offset = terms.Number("offset", -1e6, 1e6, 0);
            if (!IsDust(row.Quantity)) calibrations[row.Quantity] = new(new(offset, gain), null);
            else
            {
                double? kappa = terms.Has("kappa") ? terms.Number("kappa", 0, 1.5) : null;
                var from = terms.Has("humidity-from") ? terms.Name("humidity-from") : null;
                if (from is null && kappa is not null) terms.Problem("kappa", "needs humidity-from: the device whose relative humidity is taken.");
                calibrations[row.Quantity] = new(new(offset, gain, from is null ? null : kappa ?? ParticleGrowth.UrbanKappa), from);
            }
            terms.RefuseUnknown();
        }
        section.RefuseUnknown();
        return calibrations;
    }

    private static ReportTerms? Report(YamlSection section, DevicePlan device)
    {
        if (!section.IsPresent) return null;
        var heartbeat = section.Duration("heartbeat", device.Interval, LongestHeartbeat);
        var bands = section.Section("dead-band");
        var deadBands = new Dictionary<Quantity, double>();
        foreach (var row in Rows(device).Where(row => row.Kind != QuantityKind.Contact))
        {
            if (bands.Has(row.Name)) deadBands[row.Quantity] = bands.Number(row.Name, 0, 1e6);
        }
        bands.RefuseUnknown();
        section.RefuseUnknown();
        return new(heartbeat, deadBands);
    }

    // A quantity that the file names wrongly is a problem already, and none here.
    private static IEnumerable<QuantityRow> Rows(DevicePlan device) => device.Quantities.Where(quantity => QuantityCatalogue.Knows((byte)quantity)).Select(QuantityCatalogue.Of);

    private static bool IsDust(Quantity quantity) => quantity is Quantity.Pm1 or Quantity.Pm2_5 or Quantity.Pm10;
}
