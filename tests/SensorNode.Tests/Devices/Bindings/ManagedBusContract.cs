using System.Collections.Concurrent;
using System.Device.Gpio;
using SensorNode.Devices;
using SensorNode.Devices.Managed;
using SensorNode.Devices.Simulated;
using SensorNode.Tests.Devices.Buses;
using SmartCity.Readings;

namespace SensorNode.Tests.Devices.Bindings;

/// <summary>System.Device.I2c's own types, over simulated chips: no machine here has an adapter that its Linux bus could use.</summary>
public sealed class ManagedI2cContract : I2cBusContract
{
    public ManagedI2cContract() =>
        Console.WriteLine($"city: buses (I2C, lines, outputs) passed their contract through System.Device.Gpio {typeof(GpioController).Assembly.GetName().Version?.ToString(3)}, on simulated chips and lines");

    private protected override II2cBus Open(IReadOnlyDictionary<byte, ISimulatedChip> chips) => new ManagedI2cBus(() => new SimulatedMachine.SimulatedBus(new SimulatedI2cBus(chips), 1));
}

/// <summary>System.Device.Gpio's own controller, over lines that the test moves.</summary>
public sealed class ManagedLinesContract : LinesContract
{
    private readonly MovedLines _moved = new();

    private protected override IEdgeSource OpenLines() => new ManagedLines(Controller, TimeProvider.System);

    private protected override IOutputLines OpenOutputs() => new ManagedOutputs(Controller);

    private protected override void Stands(int line, bool high) => _moved.Levels[line] = high;

    private protected override void Edge(int line, bool rising) => _moved.Move(line, rising);

    private protected override bool? LevelOf(int line) => _moved.Levels.TryGetValue(line, out var level) ? level : null;

    private protected override int Waiting(IEdgeSource lines) => ((ManagedLines)lines).Waiting;

    private GpioController Controller() => new(new SimulatedGpioDriver(() => _moved, () => _moved));

    /// <summary>Lines and outputs whose edges are made by hand.</summary>
    private sealed class MovedLines : IEdgeSource, IOutputLines
    {
        private readonly ConcurrentQueue<LineEvent> _events = new();

        public ConcurrentDictionary<int, bool> Levels { get; } = new();

        public void Move(int line, bool rising) => _events.Enqueue(new(line, new(rising, 0), 0));

        public LineOpening Open(int line, SensorNode.Options.LinePull pull, bool prompt) => new(null, Levels.GetValueOrDefault(line), 1);

        public ReadFault? Open(int line, bool offHigh)
        {
            Levels[line] = offHigh;
            return null;
        }

        public ReadFault? Set(int line, bool high)
        {
            Levels[line] = high;
            return null;
        }

        public bool TryTake(out LineEvent next) => _events.TryDequeue(out next);

        public async ValueTask WaitAsync(TimeSpan atMost, CancellationToken stopping)
        {
            if (_events.IsEmpty) await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, stopping);
        }

        public void Dispose()
        {
        }
    }
}

public class ManagedMachineTests
{
    [Fact]
    public void The_librarys_own_Linux_bus_and_lines_that_are_not_there_are_not_available()
    {
        var machine = new LinuxMachine();
        using var bus = new ManagedI2cBus(() => machine.OpenI2c(new("i2c", SensorNode.Options.BusKind.I2c, 250)));
        Assert.Equal(ReadFault.BusUnavailable, bus.Read(0x76, 0xD0, new byte[1]));
        using var lines = new ManagedLines(() => machine.OpenGpio(new("lines", SensorNode.Options.BusKind.Gpio, 250)), TimeProvider.System);
        Assert.Equal(ReadFault.BusUnavailable, lines.Open(17, SensorNode.Options.LinePull.Up, prompt: true).Fault);
        using var outputs = new ManagedOutputs(() => machine.OpenGpio(new("lines", SensorNode.Options.BusKind.Gpio, 250)));
        Assert.Equal(ReadFault.BusUnavailable, outputs.Open(17, offHigh: false));
    }

    [Theory]
    [InlineData("nobody acknowledged", "Error 121 (Remote I/O error) performing I2C data transfer.", ReadFault.NoAnswer)]
    [InlineData("nobody acknowledged, by a terse adapter", "Error 6 performing I2C data transfer.", ReadFault.NoAnswer)]
    [InlineData("the clock was held down", "Error 110 (Connection timed out) performing I2C data transfer.", ReadFault.TimedOut)]
    [InlineData("an adapter that speaks SMBus only", "Error 95 (Operation not supported) performing I2C data transfer.", ReadFault.BusUnavailable)]
    [InlineData("somebody has the line", "Error setting pin mode, for pin: 17, error: 16 (Device or resource busy)", ReadFault.BusUnavailable)]
    [InlineData("no number at all", "Unable to find a chip", ReadFault.BusUnavailable)]
    public void What_the_library_says_of_the_kernels_refusal_is_a_fault_by_name(string because, string text, ReadFault fault)
    {
        using var bus = new ManagedI2cBus(() => throw new NotSupportedException());
        Assert.True(fault == bus.Failed(new IOException(text)), because);
    }

    [Fact]
    public void A_bus_that_the_kernel_took_away_is_opened_again_when_it_is_back()
    {
        var opened = 0;
        using var bus = new ManagedI2cBus(() => new GoingBus(() => opened++));
        Assert.Equal(ReadFault.BusUnavailable, bus.Transfer(0x40, [1], []));
        Assert.Equal(ReadFault.BusUnavailable, bus.Transfer(0x40, [1], []));
        Assert.Equal(2, opened);
    }

    private sealed class GoingBus : System.Device.I2c.I2cBus
    {
        public GoingBus(Action opened) => opened();

        public override System.Device.I2c.I2cDevice CreateDevice(int deviceAddress) => throw new IOException("Error 19 (No such device) performing I2C data transfer.");

        public override void RemoveDevice(int deviceAddress)
        {
        }
    }
}
