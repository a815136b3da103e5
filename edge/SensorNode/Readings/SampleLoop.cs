using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SensorNode.Devices;
using SensorNode.Options;

namespace SensorNode.Readings;

/// <summary>Samples everything that is wired to the node: one loop per bus, side by side. It ends when it is told to, or with the first loop that dies.</summary>
public sealed class SampleLoop(NodeFile file, IDeviceBoard board, ReadingClock clock, TimeProvider time, SampleLoopFaults faults, RemoteTerms? terms = null, OutputOrders? orders = null, ILogger<BusPower>? log = null) : BackgroundService
{
    private readonly AirMoisture _air = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var opened = new List<IDisposable>();
        List<Task> loops = [];
        try
        {
            // Outputs first: what the first samples find may switch one.
            loops = [.. file.Buses.Where(HasOutputs).Select(bus => Outputs(bus, opened, stopping.Token)), .. file.Buses.Where(IsUsed).Select(bus => Loop(bus, opened, stopping.Token)),
                .. file.Devices.OfType<SpeedTrapPlan>().Select(trap => Trap(trap, opened, stopping.Token)), .. file.Devices.OfType<EchoPlan>().Select(ranger => Ranger(ranger, opened, stopping.Token))];
            await await Task.WhenAny(loops); // a loop that died takes the node with it: half a node that looks whole is worse
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // shutting down: quiet
        }
        finally
        {
            await stopping.CancelAsync();
            await Task.WhenAll(loops).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default); // the first word is above
            foreach (var bus in opened) bus.Dispose();
            clock.ReleaseAll();
        }
    }

    private Task Loop(BusPlan bus, List<IDisposable> opened, CancellationToken stopping)
    {
        switch (bus.Kind)
        {
            case BusKind.I2c or BusKind.W1 or BusKind.Uart:
                var chips = BusChips.Open(bus, file.Devices, board);
                opened.Add(chips);
                var power = BusPower.Of(chips.Chips.Select(chip => chip.Plan), board, log ?? NullLogger<BusPower>.Instance);
                if (power is not null) opened.Add(power);
                var chipLoop = new SampleLoopI2c(chips.Chips.Select(chip => (chip, Device(chip.Plan))), time, power);
                return Task.Run(() => chipLoop.RunAsync(stopping), stopping);
            case BusKind.Gpio:
                var source = board.OpenLines(bus);
                opened.Add(source);
                var lines = file.Devices.OfType<LinePlan>().Where(line => line.Bus == bus).Select(line => (line, Device(line)));
                var lineLoop = new SampleLoopLines(source, lines, time, faults);
                return Task.Run(() => lineLoop.RunAsync(stopping), stopping);
            default:
                throw new System.Diagnostics.UnreachableException($"no such kind of bus: {bus.Kind}");
        }
    }

    private Task Outputs(BusPlan bus, List<IDisposable> opened, CancellationToken stopping)
    {
        var lines = board.OpenOutputs(bus);
        opened.Add(lines);
        var loop = new SampleLoopOutputs(lines, file.Devices.OfType<OutputPlan>().Where(output => output.Bus == bus).Select(output => (output, Device(output))), orders ?? new(), time);
        return Task.Run(() => loop.RunAsync(stopping), stopping);
    }

    private Task Trap(SpeedTrapPlan trap, List<IDisposable> opened, CancellationToken stopping)
    {
        var beams = board.OpenBeams(trap);
        opened.Add(beams);
        var loop = new SampleLoopTrap(beams, trap, Device(trap), time, faults);
        return Task.Run(() => loop.RunAsync(stopping), stopping);
    }

    private Task Ranger(EchoPlan ranger, List<IDisposable> opened, CancellationToken stopping)
    {
        var line = board.OpenEcho(ranger);
        opened.Add(line);
        var loop = new SampleLoopEcho(line, ranger, Device(ranger), time);
        return Task.Run(() => loop.RunAsync(stopping), stopping);
    }

    private bool IsUsed(BusPlan bus) => file.Devices.Any(device => device.Bus == bus && device is not (OutputPlan or SpeedTrapPlan or EchoPlan));

    private bool HasOutputs(BusPlan bus) => file.Devices.Any(device => device.Bus == bus && device is OutputPlan);

    private SampleLoopDevice Device(DevicePlan plan)
    {
        var device = new SampleLoopDevice(plan, clock, _air, faults, file.Link.Aggregates);
        terms?.Watch(device);
        return device;
    }
}
