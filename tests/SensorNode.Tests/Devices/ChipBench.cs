using SensorNode.Devices;
using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Devices;

namespace SensorNode.Tests.Devices;

/// <summary>One simulated chip on a bus, its driver, and their clock: samples are taken as the loop takes them.</summary>
internal sealed class ChipBench : IDisposable
{
    private readonly IBusChip _driver;

    /// <param name="chip">Makes the chip that sits at the plan's address.</param>
    public ChipBench(I2cPlan plan, Func<ChipSeat, ISimulatedChip> chip, Scenario scenario, IEnumerable<Incident> incidents, string? witness = null)
    {
        Chip = chip(new("pole", plan.Name, new(scenario, [.. incidents]), 5, witness, Time));
        Bus = new(new Dictionary<byte, ISimulatedChip> { [plan.Address] = Chip });
        _driver = BusChips.Of(plan, Bus);
    }

    public static BusPlan I2c { get; } = new("i2c", BusKind.I2c, 1);

    public static Place Nowhere { get; } = new(null, null, null, null);

    public PoleTime Time { get; } = new();

    public ISimulatedChip Chip { get; }

    public SimulatedI2cBus Bus { get; }

    /// <summary>How long the last sample took.</summary>
    public TimeSpan Took { get; private set; }

    public static Incident Incident(IncidentKind kind, double value = 1, int at = 0, int length = 3600) => new(TimeSpan.FromSeconds(at), TimeSpan.FromSeconds(length), null, kind, value);

    /// <summary>One sample: waits as long as the driver asks for.</summary>
    public IReadOnlyList<Measure> Sample()
    {
        var began = Time.GetTimestamp();
        var measures = new List<Measure>();
        var begun = _driver.Begin();
        if (begun.Fault is { } fault) return [.. _driver.Plan.Quantities.Select(quantity => Measure.Failed(quantity, fault))];
        for (TimeSpan? wait = begun.ReadyAfter; wait is { } ready; wait = _driver.Collect(measures))
        {
            Assert.Empty(measures);
            Time.Advance(ready);
        }
        Took = Time.GetElapsedTime(began);
        Assert.Equal(_driver.Plan.Quantities, measures.Select(measure => measure.Quantity));
        return measures;
    }

    /// <summary>One sample, all of whose measures are values.</summary>
    public IReadOnlyList<double> Values() => [.. Sample().Select(measure =>
    {
        Assert.True(measure.TryGetValue(out var value), $"{measure.Quantity}: {measure.Fault}");
        return value;
    })];

    public void Dispose() => Bus.Dispose();
}
