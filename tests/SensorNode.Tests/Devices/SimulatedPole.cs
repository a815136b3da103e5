using Microsoft.Extensions.Logging.Abstractions;
using SensorNode.Devices;
using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SensorNode.Readings;

namespace SensorNode.Tests.Devices;

/// <summary>A node of simulated chips whose loops are stepped by hand: file, chips, drivers and loops are the product's own.</summary>
internal sealed class SimulatedPole : IDisposable
{
    private readonly List<IDisposable> _buses = [];
    private readonly List<Func<TimeSpan>> _steps = [];

    public SimulatedPole(string yaml, string? witness = null, IClockTrust? clock = null, string? state = null, ulong outbox = 7)
    {
        var (file, problems) = NodeFileReader.Parse("pole.yaml", yaml, new(Witness: witness is null ? null : new("--witness", witness)));
        Assert.True(file is not null, string.Join('\n', problems));
        File = file;
        var faults = new SampleLoopFaults(NullLogger<SampleLoopFaults>.Instance);
        var board = new SimulatedBoard(file, file.Simulation!, Time);
        if (state is not null) _buses.Add(Watch = new(file, state, new(outbox), Orders, Time, NullLogger<EdgeWatch>.Instance));
        var stamping = new ReadingClock(Samples, clock ?? new TrustedClock(), Time, Watch);
        var air = new AirMoisture();
        SampleLoopDevice Device(DevicePlan plan) => new(plan, stamping, air, faults, file.Link.Aggregates);
        foreach (var bus in file.Buses)
        {
            if (bus.Kind is not BusKind.Gpio && file.Devices.Any(device => device.Bus == bus))
            {
                var chips = BusChips.Open(bus, file.Devices, board);
                _buses.Add(chips);
                _steps.Add(new SampleLoopI2c(chips.Chips.Select(chip => (chip, Device(chip.Plan))), Time, BusPower.Of(chips.Chips.Select(chip => chip.Plan), board, NullLogger<BusPower>.Instance)).Step);
            }
            else if (bus.Kind == BusKind.Gpio)
            {
                var lines = board.OpenLines(bus);
                _buses.Add(lines);
                var loop = new SampleLoopLines(lines, file.Devices.OfType<LinePlan>().Where(line => line.Bus == bus).Select(line => (line, Device(line))), Time, faults);
                _steps.Add(loop.Step);
                if (!file.Devices.Any(device => device.Bus == bus && device is OutputPlan)) continue;
                var outputs = board.OpenOutputs(bus);
                _buses.Add(outputs);
                _steps.Add(new SampleLoopOutputs(outputs, file.Devices.OfType<OutputPlan>().Where(output => output.Bus == bus).Select(output => (output, Device(output))), Orders, Time).Step);
            }
        }
    }

    public PoleTime Time { get; } = new();

    /// <summary>The node's own rules; null without a folder for their state.</summary>
    public EdgeWatch? Watch { get; }

    public OutputOrders Orders { get; } = new();

    public NodeFile File { get; }

    public TakenSamples Samples { get; } = new();

    /// <summary>Lets time pass in small steps, with everything done that comes due.</summary>
    public void Live(TimeSpan length, int stepMilliseconds = 1)
    {
        Step();
        for (var passed = TimeSpan.Zero; passed < length; passed += TimeSpan.FromMilliseconds(stepMilliseconds))
        {
            Time.Advance(TimeSpan.FromMilliseconds(stepMilliseconds));
            Step();
        }
    }

    public void Step() => _steps.ForEach(step => step());

    public void Dispose() => _buses.ForEach(bus => bus.Dispose());
}
