using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Options;

/// <summary>What of a device may be changed while it runs.</summary>
/// <param name="Interval">How often it is sampled; null: as its plan says.</param>
/// <param name="Calibrations">How its values are corrected, by quantity.</param>
/// <param name="Report">When its values are told; null: all of them.</param>
public sealed record DeviceTuning(TimeSpan? Interval, IReadOnlyDictionary<Quantity, CalibrationTerms> Calibrations, ReportTerms? Report)
{
    public static readonly DeviceTuning None = new(null, new Dictionary<Quantity, CalibrationTerms>(), null);
}

/// <summary>How a quantity is calibrated.</summary>
/// <param name="HumidityFrom">The device whose relative humidity a correction for moisture takes; null: there is none.</param>
public sealed record CalibrationTerms(Calibration Calibration, string? HumidityFrom);

/// <summary>Change-of-value reporting of a device.</summary>
/// <param name="Heartbeat">When a value is told at the latest: its interval to 24 h.</param>
/// <param name="DeadBands">By quantity, in its unit; one that is not named is told at any change.</param>
public sealed record ReportTerms(TimeSpan Heartbeat, IReadOnlyDictionary<Quantity, double> DeadBands);
