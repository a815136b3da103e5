using System.Device.I2c;
using System.Runtime.CompilerServices;
using Iot.Device.Bh1750fvi;
using SensorNode.Devices;
using SensorNode.Devices.Managed;
using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;
using static SensorNode.Tests.Devices.ChipBench;

namespace SensorNode.Tests.Devices.Bindings;

/// <summary>The chips which the library's drivers serve when the node's devices are managed, by the node's own measures.</summary>
public sealed class ManagedChipsTests
{
    private readonly PoleTime _time = new();

    public static TheoryData<string, I2cPlan, bool> Choices => new()
    {
        { "BME280", new Bme280Plan("chip", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x76), false },
        { "BH1750", new Bh1750Plan("chip", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x23, new(69)), true },
        { "BH1750 at a shorter time", new Bh1750Plan("chip", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x23, new(68)), false },
        { "BH1750 at a longer time", new Bh1750Plan("chip", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x23, new(70)), false },
        { "INA219", new Ina219Plan("chip", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x40, 0.1), false },
        { "ADS1115", Adc(), true },
    };

    [Theory]
    [MemberData(nameof(Choices))]
    public void The_librarys_driver_serves_where_it_reads_its_chip_right(string chip, I2cPlan plan, bool theirs)
    {
        using var bus = new ManagedI2cBus(() => throw new IOException("not asked"));
        var board = new ManagedBoard(null!, new LinuxMachine(), _time);
        Assert.True(theirs == board.Driver(plan, bus).GetType().Name.StartsWith("Bindings", StringComparison.Ordinal), chip);
        var row = Document().Split('\n').Single(line => line.StartsWith($"| {chip.Split(' ')[0]} |", StringComparison.Ordinal) && line.Split('|').Length == 5);
        Assert.Contains(theirs || chip.StartsWith("BH1750", StringComparison.Ordinal) ? "| Iot.Device.Bindings" : "| ours |", row, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(12)]
    [InlineData(50_000)]
    public void A_BH1750_at_its_usual_time_gives_the_simulated_light(double lux)
    {
        using var board = new Bench(_time, new Bh1750Plan("light", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x23, new(69)), seat => new SimulatedBh1750(seat), IncidentKind.Illuminance, lux);
        for (var sample = 0; sample < 2; sample++)
        {
            Assert.True(board.Sample()[0].TryGetValue(out var measured));
            Assert.Equal(lux, measured, 0.02 * lux + 2);
        }
    }

    [Fact]
    public void A_BH1750_at_its_stop_is_out_of_range_and_one_that_is_gone_gives_no_answer()
    {
        using var bright = new Bench(_time, new Bh1750Plan("light", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x23, new(200)), seat => new SimulatedBh1750(seat), IncidentKind.Illuminance, 60_000);
        Assert.Equal(ReadFault.OutOfRange, bright.Sample()[0].Fault);
        using var gone = new Bench(_time, new Bh1750Plan("light", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x23, new(69)), seat => new SimulatedBh1750(seat), IncidentKind.Unplugged, 1);
        Assert.Equal(ReadFault.NoAnswer, gone.Sample()[0].Fault);
    }

    [Fact]
    public void A_BH1750_whose_time_was_lengthened_for_a_dim_window_is_corrected_twice_by_the_library()
    {
        var chip = new SimulatedBh1750(new("pole", "light", new(Scenario.Daylight, [Incident(IncidentKind.Illuminance, 120)]), 5, null, _time));
        _time.Advance(TimeSpan.FromSeconds(10));
        var bus = new SimulatedMachine.SimulatedBus(new SimulatedI2cBus(new Dictionary<byte, ISimulatedChip> { [0x23] = chip }), 1);
        using var driver = new Bh1750fvi(bus.CreateDevice(0x23), MeasuringMode.OneTimeHighResolutionMode, 0.5);
        _ = driver.Illuminance;
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(4 * 120, driver.Illuminance.Lux, 10.0); // 2 * 120 lx is what falls on such a window; 2 * 120 once the library is right: then every time is its
    }

    [Fact]
    public void A_BH1750_gives_the_library_the_measurement_before_and_so_it_is_asked_twice()
    {
        var chip = new SimulatedBh1750(new("pole", "light", new(Scenario.Daylight, [Incident(IncidentKind.Illuminance, 1000)]), 5, null, _time));
        _time.Advance(TimeSpan.FromSeconds(10));
        var bus = new SimulatedMachine.SimulatedBus(new SimulatedI2cBus(new Dictionary<byte, ISimulatedChip> { [0x23] = chip }), 1);
        using var driver = new Bh1750fvi(bus.CreateDevice(0x23), MeasuringMode.OneTimeHighResolutionMode);
        Assert.Equal(0, driver.Illuminance.Lux); // 1000 once the library waits: then once is enough
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1000, driver.Illuminance.Lux, 20.0);
    }

    [Fact]
    public void An_ADS1115_gives_the_simulated_voltages_of_its_inputs_through_the_librarys_driver()
    {
        using var board = new Bench(_time, Adc(), seat => new SimulatedAds1115(seat), IncidentKind.Voltage, 1.5);
        for (var sample = 0; sample < 2; sample++)
        {
            foreach (var measure in board.Sample())
            {
                Assert.True(measure.TryGetValue(out var volts));
                Assert.Equal(1.5, volts, 0.02);
            }
        }
    }

    [Fact]
    public void An_ADS1115_at_its_stop_is_out_of_range_and_one_that_is_gone_gives_no_answer()
    {
        using var high = new Bench(_time, Adc(), seat => new SimulatedAds1115(seat), IncidentKind.Voltage, 5);
        Assert.All(high.Sample(), measure => Assert.Equal(ReadFault.OutOfRange, measure.Fault));
        using var gone = new Bench(_time, Adc(), seat => new SimulatedAds1115(seat), IncidentKind.Unplugged, 1);
        Assert.All(gone.Sample(), measure => Assert.Equal(ReadFault.NoAnswer, measure.Fault));
    }

    private static Ads1115Plan Adc() => new("mains", I2c, TimeSpan.FromSeconds(1), Nowhere, 0x48,
        [new(0, Quantity.AnalogueVoltage, Ads1115Gain.Volts4_096, new LinearScale(0, 1)), new(2, Quantity.WaterLevel, Ads1115Gain.Volts2_048, new LinearScale(0, 1))]);

    private static string Document([CallerFilePath] string here = "") => File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../../../../docs/chips.md"));

    /// <summary>One simulated chip under a managed board, sampled as the loop samples it.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly PoleTime _time;
        private readonly II2cBus _bus;
        private readonly IBusChip _driver;

        public Bench(PoleTime time, I2cPlan plan, Func<ChipSeat, ISimulatedChip> chip, IncidentKind kind, double value)
        {
            _time = time;
            var seat = new ChipSeat("pole", plan.Name, new(Scenario.Steady, [Incident(kind, value)]), 5, null, time);
            var board = new ManagedBoard(null!, new PacedMachine(new SimulatedI2cBus(new Dictionary<byte, ISimulatedChip> { [plan.Address] = chip(seat) }), time), time);
            _bus = board.OpenI2c(plan.Bus);
            _driver = board.Driver(plan, _bus);
            time.Advance(TimeSpan.FromSeconds(10)); // what is pulled has arrived
        }

        public IReadOnlyList<Measure> Sample()
        {
            var measures = new List<Measure>();
            var begun = _driver.Begin();
            if (begun.Fault is { } fault) return [.. _driver.Plan.Quantities.Select(quantity => Measure.Failed(quantity, fault))];
            for (TimeSpan? wait = begun.ReadyAfter; wait is { } ready; wait = _driver.Collect(measures)) _time.Advance(ready);
            Assert.Equal(_driver.Plan.Quantities, measures.Select(measure => measure.Quantity));
            return measures;
        }

        public void Dispose() => _bus.Dispose();
    }

    /// <summary>A simulated bus on which each transfer takes a tenth of a millisecond, so that who asks over and over gets on in time.</summary>
    private sealed class PacedMachine(II2cBus bus, PoleTime time) : IManagedMachine
    {
        public I2cBus OpenI2c(BusPlan plan) => new SimulatedMachine.SimulatedBus(new PacedBus(bus, time), plan.Number);

        public System.Device.Gpio.GpioController OpenGpio(BusPlan plan) => throw new IOException("no lines here");
    }

    private sealed class PacedBus(II2cBus bus, PoleTime time) : II2cBus
    {
        public ReadFault? Read(byte address, byte register, Span<byte> into) => Paced(bus.Read(address, register, into));

        public ReadFault? Write(byte address, byte register, byte value) => Paced(bus.Write(address, register, value));

        public ReadFault? Transfer(byte address, ReadOnlySpan<byte> write, Span<byte> read) => Paced(bus.Transfer(address, write, read));

        public void Dispose() => bus.Dispose();

        private ReadFault? Paced(ReadFault? fault)
        {
            time.Advance(TimeSpan.FromMicroseconds(100));
            return fault;
        }
    }
}
