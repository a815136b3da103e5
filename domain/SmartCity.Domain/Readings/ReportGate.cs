namespace SmartCity.Readings;

/// <summary>When a value is worth telling.</summary>
/// <param name="DeadBand">How far a value must be from the last one that was told, in the quantity's unit; 0: any change is enough.</param>
/// <param name="Heartbeat">After this long it is told though nothing changed: a sensor that is silent for longer is in trouble.</param>
public sealed record ReportPlan(double DeadBand, TimeSpan Heartbeat);

/// <summary>
/// Change-of-value reporting of one quantity of one device, as a pure fold over its samples: what is told is the first sample, one that left the
/// dead-band around the last told value, one that fails or fails otherwise than before or is well again, and one that comes when the heartbeat is due.
/// </summary>
public readonly record struct ReportGate
{
    private (double Value, ReadFault? Fault, long AtNs)? Told { get; init; }

    /// <summary>Takes a sample; whether it is to be told.</summary>
    /// <param name="value">Its value; without meaning when it failed.</param>
    /// <param name="fault">Why it failed; null: it did not.</param>
    /// <param name="atNs">When, monotonic nanoseconds.</param>
    /// <param name="mustTell">It goes out whatever is decided here, and counts as told.</param>
    public (ReportGate Next, bool Tell) Observe(ReportPlan plan, double value, ReadFault? fault, long atNs, bool mustTell = false)
    {
        var tell = mustTell || Told is not { } told || told.Fault != fault
            || fault is null && Math.Abs(value - told.Value) is var apart && apart > 0 && apart >= plan.DeadBand
            || atNs - told.AtNs >= plan.Heartbeat.Ticks * TimeSpan.NanosecondsPerTick;
        return (tell ? new() { Told = (value, fault, atNs) } : this, tell);
    }
}
