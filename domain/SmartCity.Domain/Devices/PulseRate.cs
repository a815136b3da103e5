namespace SmartCity.Devices;

/// <summary>
/// How fast a pulse counter turned between two looks: wind speed by a cup anemometer, each of whose pulses stands for a length of wind that went by.
/// A pure fold over looks at the count.
/// </summary>
/// <param name="Pulses">The count at the last look.</param>
/// <param name="AtNs">When that was, monotonic nanoseconds.</param>
public readonly record struct PulseRate(long Pulses, long AtNs)
{
    /// <summary>Davis 6410: "V = P(2.25/T)", V in miles an hour, P pulses in T seconds (its data sheet); 2.25 mph are 1.00584 m/s.</summary>
    public const double Davis6410MetresPerPulse = 1.00584;

    /// <summary>Looks again: pulses a second since the last look; no number when no time has passed or the count began anew.</summary>
    public (PulseRate Next, double PerSecond) Look(long pulses, long atNs) =>
        (new(pulses, atNs), atNs > AtNs && pulses >= Pulses ? (pulses - Pulses) / ((atNs - AtNs) * 1e-9) : double.NaN);
}
