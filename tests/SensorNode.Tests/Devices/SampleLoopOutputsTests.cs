using Microsoft.Extensions.Logging.Abstractions;
using SensorNode.Devices;
using SensorNode.Devices.Kernel;
using SensorNode.Options;
using SensorNode.Readings;
using SmartCity.Devices;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Tests.Devices;

public class SampleLoopOutputsTests
{
    private const string Pole = """
        node: pole
        group: city
        broker: { host: 127.0.0.1 }
        outbox: { directory: outbox }
        buses: { lines: { gpio: 0 } }
        devices:
          - { name: siren, chip: output, bus: lines, line: 23, quantity: siren, max-on: 5s, interval: 20s }
          - { name: gate, chip: output, bus: lines, line: 24, quantity: relay, active: low, max-on: 500ms }
        simulate: {}
        """;

    [Fact]
    public void An_output_is_off_at_the_start_on_for_its_time_and_off_at_the_end_and_its_line_shows_it()
    {
        using var scratch = new Scratch();
        using (var pole = new SimulatedPole(Pole, scratch.Path))
        {
            pole.Live(TimeSpan.FromSeconds(1));
            Assert.True(pole.Orders.TryAsk("siren", Quantity.Siren, true, "a"));
            pole.Live(TimeSpan.FromSeconds(7));
            Assert.True(pole.Orders.TryAsk("siren", Quantity.Siren, true, "b"));
            pole.Live(TimeSpan.FromSeconds(1));
            Assert.Equal([(Lane.Alert, 0.0), (Lane.Alert, 1), (Lane.Alert, 0), (Lane.Alert, 1)], Told(pole, "siren"));
            var at = pole.Samples.Of("siren").Select(taken => (taken.Sample[0].At - Instant.From(PoleTime.Noon)).TotalSeconds).ToList();
            Assert.Equal([0, 1, 6, 8], at, (a, b) => Math.Abs(a - b) < 0.005);
        }
        var levels = WitnessLines.Line(Path.Combine(scratch.Path, "pole.siren.witness")).Select(line => line.Edge.High);
        Assert.Equal([false, true, false, true, false], levels); // the last one when the node ended
    }

    [Fact]
    public void What_is_asked_twice_under_one_id_is_done_once_and_answered_twice()
    {
        using var scratch = new Scratch();
        using var pole = new SimulatedPole(Pole, scratch.Path);
        pole.Step();
        pole.Orders.TryAsk("gate", Quantity.Relay, true, "open");
        pole.Live(TimeSpan.FromSeconds(1));
        pole.Orders.TryAsk("gate", Quantity.Relay, true, "open"); // the answer was lost, or late
        pole.Live(TimeSpan.FromSeconds(1));
        Assert.Equal([(Lane.Alert, 0.0), (Lane.Alert, 1), (Lane.Alert, 0), (Lane.Alert, 0)], Told(pole, "gate"));
        Assert.Single(WitnessLines.Line(Path.Combine(scratch.Path, "pole.gate.witness")), line => !line.Edge.High); // active low: one pulse
    }

    [Fact]
    public void Its_state_is_told_again_at_its_interval()
    {
        using var pole = new SimulatedPole(Pole);
        pole.Live(TimeSpan.FromSeconds(41), 100);
        Assert.Equal([(Lane.Alert, 0.0), (Lane.Raw, 0), (Lane.Raw, 0)], Told(pole, "siren"));
    }

    [Fact]
    public void An_order_to_what_is_no_output_or_to_a_full_queue_is_refused()
    {
        var orders = new OutputOrders();
        Assert.False(orders.TryAsk("siren", Quantity.Siren, true, null));
        orders.Serve([("siren", Quantity.Siren)]);
        Assert.False(orders.TryAsk("siren", Quantity.Relay, true, null));
        for (var i = 0; i < OutputOrders.MostWaiting; i++) Assert.True(orders.TryAsk("siren", Quantity.Siren, true, null));
        Assert.False(orders.TryAsk("siren", Quantity.Siren, true, null));
    }

    [Fact]
    public void A_line_that_cannot_be_set_is_a_fault_in_the_answer_and_is_taken_again_for_the_next_order()
    {
        var (time, samples, orders) = (new PoleTime(), new TakenSamples(), new OutputOrders());
        var lines = new HandLines();
        var plan = new OutputPlan("siren", new("lines", BusKind.Gpio, 0), TimeSpan.FromMinutes(1), new(null, null, null, null), 4, Quantity.Siren, Polarity.ActiveHigh, TimeSpan.FromSeconds(10));
        var faults = new SampleLoopFaults(NullLogger<SampleLoopFaults>.Instance);
        var loop = new SampleLoopOutputs(lines, [(plan, new SampleLoopDevice(plan, new ReadingClock(samples, new TrustedClock(), time), new AirMoisture(), faults))], orders, time);
        Assert.Equal(TimeSpan.FromMinutes(1), loop.Step());
        lines.Fault = ReadFault.BusUnavailable;
        orders.TryAsk("siren", Quantity.Siren, true, "a");
        loop.Step();
        lines.Fault = null;
        orders.TryAsk("siren", Quantity.Siren, true, "b");
        Assert.Equal(TimeSpan.FromSeconds(10), loop.Step());
        Assert.Equal([null, ReadFault.BusUnavailable, null], samples.Of("siren").Select(taken => taken.Sample[0].Fault));
        Assert.Equal(["open", "set", "open", "set"], lines.Calls);
        Assert.Empty(faults.Standing());
    }

    [Fact]
    public void The_kernel_is_asked_for_an_output_that_is_off_from_its_first_moment()
    {
        var linux = new AnsweringLinux();
        using var lines = new KernelOutputs("/dev/gpiochip0", linux);
        Assert.Null(lines.Open(23, offHigh: true));
        Assert.Equal((23u, 1u, GpioUapi.Output, 1u), (linux.LastRequest.Offset, linux.LastRequest.LineCount, linux.LastRequest.Flags, linux.LastRequest.AttributeCount));
        Assert.True(linux.Levels[23]);
        Assert.Null(lines.Set(23, false));
        Assert.False(linux.Levels[23]);
        lines.Dispose();
        Assert.True(linux.Levels[23]); // off at the end
    }

    [Fact]
    public void A_line_that_the_kernel_refuses_is_a_fault_and_can_be_taken_again()
    {
        var linux = new AnsweringLinux();
        using var lines = new KernelOutputs("/dev/gpiochip0", linux);
        linux.Failing[GpioUapi.GetLine] = Errno.Busy;
        Assert.Equal(ReadFault.BusUnavailable, lines.Open(23, offHigh: false));
        Assert.Equal(ReadFault.BusUnavailable, lines.Set(23, true));
        linux.Failing.Clear();
        Assert.Null(lines.Open(23, offHigh: false));
        linux.Failing[GpioUapi.SetValues] = Errno.NoDevice;
        Assert.Equal(ReadFault.BusUnavailable, lines.Set(23, true));
        linux.Failing.Clear();
        Assert.Equal(ReadFault.BusUnavailable, lines.Set(23, true)); // its request is gone
        Assert.Null(lines.Open(23, offHigh: false));
        Assert.Null(lines.Set(23, true));
    }

    private static List<(Lane, double)> Told(SimulatedPole pole, string device) => [.. pole.Samples.Of(device).Select(taken => (taken.Lane, Assert.Single(taken.Sample).TryGetValue(out var value) ? value : double.NaN))];

    private sealed class HandLines : IOutputLines
    {
        public ReadFault? Fault { get; set; }
        public List<string> Calls { get; } = [];

        public ReadFault? Open(int line, bool offHigh)
        {
            Calls.Add("open");
            return Fault;
        }

        public ReadFault? Set(int line, bool high)
        {
            Calls.Add("set");
            return Fault;
        }

        public void Dispose()
        {
        }
    }
}
