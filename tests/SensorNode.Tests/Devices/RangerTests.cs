using System.Buffers.Binary;
using Microsoft.Extensions.Logging.Abstractions;
using SensorNode.Devices;
using SensorNode.Devices.Kernel;
using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SensorNode.Readings;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Tests.Devices;

public class RangerTests
{
    private static readonly BusPlan Lines = new("lines", BusKind.Gpio, 0);
    private static readonly Place Nowhere = new(null, null, null, null);
    private static readonly SpeedTrapPlan Trap = new("trap", Lines, TimeSpan.FromSeconds(30), Nowhere, 5, 6, Polarity.ActiveLow, LinePull.Up, 1.5);
    private static readonly EchoPlan Bay = new("bay", Lines, TimeSpan.FromSeconds(1), Nowhere, 20, 21, new(15), 1.8, 0, TimeSpan.FromMinutes(10));
    private static readonly EchoPlan Water = new("gauge", Lines, TimeSpan.FromSeconds(10), Nowhere, 20, 21, new(15), null, 4, TimeSpan.FromMinutes(10));

    private static TimeSpan EchoOf(double metres) => TimeSpan.FromSeconds(2 * metres / UltrasonicEcho.SoundSpeed(new(15)));

    private static SampleLoopDevice Device(DevicePlan plan, TakenSamples samples, TimeProvider time, SampleLoopFaults faults) =>
        new(plan, new ReadingClock(samples, new TrustedClock(), time), new AirMoisture(), faults);

    [Fact]
    public void Each_vehicle_is_a_sample_and_the_pure_fold_over_the_witness_finds_the_very_same()
    {
        using var scratch = new Scratch();
        var (time, samples, faults) = (new PoleTime(), new TakenSamples(), new SampleLoopFaults(NullLogger<SampleLoopFaults>.Instance));
        using var beams = new SimulatedBeams(Trap, new("pole", "trap", new(Scenario.Traffic, [new(TimeSpan.Zero, TimeSpan.FromHours(1), null, IncidentKind.PerHour, 1200)]), 5, scratch.Path, time));
        var loop = new SampleLoopTrap(beams, Trap, Device(Trap, samples, time, faults), time, faults);
        loop.Step();
        for (var i = 0; i < 120_000; i += 20)
        {
            time.Advance(TimeSpan.FromMilliseconds(20));
            loop.Step();
        }
        var (trap, expected) = (SpeedTrap.Of(1.5), new List<(double Speed, double Length)>());
        foreach (var line in File.ReadLines(Path.Combine(scratch.Path, "pole.trap.witness")))
        {
            var given = Convert.FromHexString(line.Split(' ')[2]);
            (trap, var vehicle) = trap.Observe(given[0], given[1] == 1, BinaryPrimitives.ReadInt64BigEndian(given.AsSpan(2)));
            if (vehicle is { } passed) expected.Add((Math.Round(passed.KilometresPerHour, 1), Math.Round(passed.LengthMetres, 1)));
        }
        var told = samples.Of("trap").Where(taken => taken.Sample.Length == 4).Select(taken => taken.Sample.Select(Value).ToArray()).ToList();
        Assert.InRange(told.Count, 10, 40);
        Assert.Equal(expected, told.Select(sample => (sample[1], sample[2])));
        Assert.Equal(Enumerable.Range(1, told.Count).Select(count => (double)count), told.Select(sample => sample[0]));
        Assert.Contains(told, sample => sample[1] < 0); // one in ten goes against the lane
        Assert.Equal(5, samples.Of("trap").Count(taken => taken.Sample.Length == 1)); // the count, at the start and each 30 s
    }

    [Theory]
    [InlineData(2.49, 1)]
    [InlineData(2.5, 2)]
    [InlineData(5.99, 2)]
    [InlineData(6, 3)]
    [InlineData(12.49, 3)]
    [InlineData(12.5, 4)]
    public void A_vehicle_has_a_class_by_its_length(double metres, int expected) => Assert.Equal(expected, new TrappedVehicle(10, metres, 0).LengthClass);

    [Fact]
    public void A_bay_is_taken_or_free_when_two_echoes_in_a_row_say_so()
    {
        var bay = new EchoDevice(Bay);
        Assert.Equal([0, 0, 1, 1, 1, 1, 0], new[] { 2.5, 1.2, 1.2, 2.5, 1.2, 2.5, 2.5 }.Select(metres => Value(bay.Measures(EchoOf(metres), null, 0)[0])));
        Assert.Equal(ReadFault.NoAnswer, bay.Measures(UltrasonicEcho.NoEcho, null, 0)[0].Fault);
    }

    [Fact]
    public void Water_is_told_over_the_zero_of_the_gauge_and_its_rise_once_half_of_the_window_is_seen()
    {
        var gauge = new EchoDevice(Water);
        var measures = gauge.Measures(EchoOf(2.5), null, 0);
        Assert.Equal((Quantity.WaterLevel, 1.5), (measures[0].Quantity, Value(measures[0])));
        Assert.Equal((Quantity.WaterRise, ReadFault.NotReady), (measures[1].Quantity, measures[1].Fault));
        for (var second = 10; second <= 600; second += 10) measures = gauge.Measures(EchoOf(2.5 - second / 3600.0), null, second * 1_000_000_000L);
        Assert.Equal(1, Value(measures[1]), 0.01); // a metre an hour
        Assert.All(gauge.Measures(default, ReadFault.NoAnswer, 0), measure => Assert.Equal(ReadFault.NoAnswer, measure.Fault));
    }

    [Fact]
    public async Task A_ranger_pings_at_its_interval_and_a_flood_shows_as_a_rise()
    {
        var (time, samples, faults) = (new PoleTime(), new TakenSamples(), new SampleLoopFaults(NullLogger<SampleLoopFaults>.Instance));
        using var line = new SimulatedEcho(Water, new("pole", "gauge", new(Scenario.Steady, [new(TimeSpan.FromMinutes(6), TimeSpan.FromHours(1), null, IncidentKind.Distance, 1)]), 5, null, time));
        var loop = new SampleLoopEcho(line, Water, Device(Water, samples, time, faults), time);
        for (var i = 0; i < 60; i++) time.Advance(await loop.StepAsync(default));
        var told = samples.Of("gauge").Select(taken => taken.Sample).ToList();
        Assert.Equal(60, told.Count);
        Assert.Equal(1.5, Value(told[0][0]), 0.01);
        Assert.Equal(3, Value(told[^1][0]), 0.01);
        Assert.InRange(told.Max(sample => sample[1].TryGetValue(out var rise) ? rise : 0), 1, 60);
    }

    [Fact]
    public async Task The_kernel_is_asked_for_a_pulse_and_its_stamps_of_both_edges_are_the_echo()
    {
        var linux = new AnsweringLinux();
        using var echo = new KernelEcho(Bay, linux, TimeProvider.System);
        var pulses = new List<bool>();
        linux.OnSet = (line, high) =>
        {
            Assert.Equal(20, line);
            pulses.Add(high);
            if (high) return;
            linux.Edge(21, true, 1_000_000, (uint)pulses.Count);
            linux.Edge(21, false, 9_750_000, (uint)pulses.Count + 1);
        };
        Assert.Equal((TimeSpan.FromMilliseconds(8.75), null), await echo.PingAsync(default));
        Assert.Equal([true, false], pulses);
        Assert.Equal((TimeSpan.FromMilliseconds(8.75), null), await echo.PingAsync(default));
        linux.OnSet = null;
        Assert.Equal(ReadFault.NoAnswer, (await echo.PingAsync(default)).Fault); // nothing is heard
    }

    [Fact]
    public async Task A_line_that_the_kernel_refuses_is_a_fault_of_the_ranger_and_is_taken_again()
    {
        var linux = new AnsweringLinux();
        using var echo = new KernelEcho(Bay, linux, TimeProvider.System);
        linux.Failing[GpioUapi.GetLine] = Errno.Busy;
        Assert.Equal(ReadFault.BusUnavailable, (await echo.PingAsync(default)).Fault);
        linux.Failing.Clear();
        linux.OnSet = (_, high) =>
        {
            if (high) return;
            linux.Edge(21, true, 1_000_000, 1);
            linux.Edge(21, false, 2_000_000, 2);
        };
        Assert.Null((await echo.PingAsync(default)).Fault);
    }

    [Theory]
    [InlineData("chip: speed-trap, line: 5, second-line: 5, apart-metres: 1", "second-line: is the first beam's already")]
    [InlineData("chip: speed-trap, line: 5, second-line: 6", "apart-metres: is missing")]
    [InlineData("chip: hc-sr04, line: 5, trigger-line: 6, quantity: bay-occupied", "occupied-below-metres: is missing")]
    [InlineData("chip: hc-sr04, line: 5, trigger-line: 6, quantity: water-level, mount-metres: 3, rise-over: 10s", "rise-over: 10s is outside")]
    [InlineData("chip: hc-sr04, line: 5, trigger-line: 5, quantity: water-level, mount-metres: 3", "trigger-line: is the echo's already")]
    public void What_is_wrong_with_them_is_named(string device, string expected)
    {
        var (_, problems) = NodeFileReader.Parse("pole.yaml", $$"""
            node: pole
            group: city
            broker: { host: 127.0.0.1 }
            outbox: { directory: outbox }
            buses: { lines: { gpio: 0 } }
            devices: [ { name: it, bus: lines, {{device}} } ]
            """, new());
        Assert.Contains(expected, Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    private static double Value(Measure measure) => measure.TryGetValue(out var value) ? value : throw new InvalidOperationException($"{measure.Fault}");

    private static double Value(Reading reading) => reading.TryGetValue(out var value) ? value : throw new InvalidOperationException($"{reading.Fault}");
}
