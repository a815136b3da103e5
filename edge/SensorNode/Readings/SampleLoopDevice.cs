using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings;

/// <summary>
/// What a loop hands on of one device: faults are counted and told once, measures are calibrated, and what is not worth telling by the device's
/// own terms is left out. Its terms may change while it runs.
/// </summary>
public sealed class SampleLoopDevice(DevicePlan plan, ReadingClock clock, AirMoisture air, SampleLoopFaults faults, bool minutes = false)
{
    private readonly Dictionary<Quantity, ReportGate> _gates = [];
    private readonly MinuteFigures? _minutes = minutes && MinuteDevices.Names(plan).Any() ? new() : null;
    private volatile DeviceTuning _tuning = plan.Tuning;

    public string Name => plan.Name;

    /// <summary>The terms in force.</summary>
    public DeviceTuning Tuning
    {
        get => _tuning;
        set => _tuning = value;
    }

    /// <summary>How often it is sampled, or its state told again.</summary>
    public TimeSpan Interval => _tuning.Interval ?? plan.Interval;

    /// <summary>Hands on one sample.</summary>
    /// <param name="atNs">When it was measured, monotonic nanoseconds.</param>
    public void Give(Lane lane, long atNs, ReadOnlySpan<Measure> measures)
    {
        var tuning = _tuning;
        Span<Measure> told = new Measure[measures.Length];
        var count = 0;
        Span<Measure> corrected = _minutes is null ? [] : new Measure[measures.Length];
        var at = 0;
        ReadFault? fault = null;
        foreach (var measured in measures)
        {
            var measure = tuning.Calibrations.TryGetValue(measured.Quantity, out var terms) ? terms.Calibration.Apply(measured, air.Of(terms.HumidityFrom, atNs)) : measured;
            if (_minutes is not null) corrected[at++] = measure;
            fault ??= measure.Fault;
            air.Saw(plan.Name, measure, atNs);
            if (tuning.Report is not { } report || Passes(report, lane, measure, atNs)) told[count++] = measure;
        }
        faults.Saw(plan.Name, fault);
        if (_minutes?.Observe(corrected, atNs, out var endedNs, out var figures) == true) GiveMinute(endedNs, figures);
        if (count > 0) clock.Give(plan.Name, lane, atNs, told[..count]);
    }

    // Every sample counts here, told or not.
    private void GiveMinute(long endedNs, IReadOnlyList<MinuteFigure> figures)
    {
        var levels = figures.Where(figure => QuantityCatalogue.Of(figure.Min.Quantity).Kind == QuantityKind.Level).ToList();
        if (levels.Count > 0)
        {
            clock.Give(plan.Name + MinuteDevices.Min, Lane.Aggregate, endedNs, [.. levels.Select(figure => figure.Min)]);
            clock.Give(plan.Name + MinuteDevices.Mean, Lane.Aggregate, endedNs, [.. levels.Select(figure => figure.Mean)]);
        }
        clock.Give(plan.Name + MinuteDevices.Max, Lane.Aggregate, endedNs, [.. figures.Select(figure => figure.Max)]);
    }

    /// <summary>Counts turns that were left out because the one before took too long.</summary>
    public void LeftOut(long turns) => faults.LeftOut(turns);

    private bool Passes(ReportTerms report, Lane lane, Measure measure, long atNs)
    {
        measure.TryGetValue(out var value);
        var plan = new ReportPlan(report.DeadBands.GetValueOrDefault(measure.Quantity), report.Heartbeat);
        (_gates[measure.Quantity], var tell) = _gates.GetValueOrDefault(measure.Quantity).Observe(plan, value, measure.Fault, atNs, mustTell: lane == Lane.Alert);
        return tell;
    }
}
