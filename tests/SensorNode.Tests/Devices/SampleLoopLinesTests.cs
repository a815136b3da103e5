using Microsoft.Extensions.Logging.Abstractions;
using SensorNode.Devices;
using SensorNode.Options;
using SensorNode.Readings;
using SmartCity.Devices;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Tests.Devices;

public class SampleLoopLinesTests
{
    private const string Lines = """
        node: pole
        group: city
        broker: { host: 127.0.0.1 }
        outbox: { directory: outbox }
        buses: { lines: { gpio: 0 } }
        devices:
          - { name: smoke, chip: contact, bus: lines, line: 17, quantity: smoke, active: low, pull: up, debounce: 50ms, interval: 10s }
          - { name: rain, chip: pulse, bus: lines, line: 25, quantity: rain-depth, mm-per-tip: 0.2, debounce: 10ms, interval: 5s }
        simulate:
          devices:
            smoke: { incidents: [ { at: 12s, for: 7s, every: 60s, closed: true } ] }
            rain: { scenario: dry, incidents: [ { at: 1s, for: 9s, per-hour: 7200 } ] }
        """;

    [Fact]
    public void A_contact_alerts_once_at_each_change_stamped_with_its_edge_and_is_told_again_at_its_interval()
    {
        using var pole = new SimulatedPole(Lines);
        pole.Live(TimeSpan.FromSeconds(35));
        var smoke = pole.Samples.Of("smoke");
        var alerts = smoke.Where(taken => taken.Lane == Lane.Alert).Select(taken => taken.Sample[0]).ToList();
        Assert.Equal([0, 1, 0], alerts.Select(Value));
        Assert.Equal(12.0, Seconds(alerts[1]), 0.005); // the last bounce is within 3 ms of the first edge
        Assert.Equal(19.0, Seconds(alerts[2]), 0.005);
        var raw = smoke.Where(taken => taken.Lane == Lane.Raw).Select(taken => taken.Sample[0]).ToList();
        Assert.Equal([10, 20, 30], raw.Select(Seconds));
        Assert.Equal([0, 0, 0], raw.Select(Value));
    }

    [Fact]
    public void Stamps_of_one_device_rise_although_an_edge_is_older_than_the_report_before_it()
    {
        // The report at 10 s falls between the edge at 9.98 s and its settling at 10.03 s.
        using var pole = new SimulatedPole(Lines.Replace("at: 12s", "at: 9980ms", StringComparison.Ordinal));
        pole.Live(TimeSpan.FromSeconds(12));
        var at = pole.Samples.Of("smoke").Select(taken => taken.Sample[0]).ToList();
        Assert.Equal([0, 10, 10.001], at.Select(Seconds));
        Assert.Equal([0, 0, 1], at.Select(Value));
    }

    [Fact]
    public void A_pulse_counter_tells_its_growing_count_in_the_raw_lane_alone()
    {
        using var pole = new SimulatedPole(Lines);
        pole.Live(TimeSpan.FromSeconds(21));
        var rain = pole.Samples.Of("rain");
        Assert.All(rain, taken => Assert.Equal(Lane.Raw, taken.Lane));
        var depths = rain.Select(taken => Value(taken.Sample[0])).ToList();
        Assert.Equal(5, depths.Count);
        Assert.Equal(depths.Order(), depths);
        Assert.Equal(0, depths[0]);
        Assert.InRange(depths[^1], 1, 6); // about 18 tips of 0.2 mm
    }

    [Fact]
    public void An_anemometer_tells_the_mean_speed_since_its_last_report()
    {
        using var scratch = new Scratch();
        using var pole = new SimulatedPole(Lines
            .Replace("{ name: rain, chip: pulse, bus: lines, line: 25, quantity: rain-depth, mm-per-tip: 0.2, debounce: 10ms", "{ name: rain, chip: pulse, bus: lines, line: 25, quantity: wind-speed, metres-per-pulse: 1.00584, debounce: 1ms", StringComparison.Ordinal)
            .Replace("scenario: dry, incidents: [ { at: 1s, for: 9s, per-hour: 7200 } ]", "incidents: [ { at: 0s, for: 1h, per-hour: 7200 } ]", StringComparison.Ordinal), scratch.Path);
        pole.Live(TimeSpan.FromSeconds(60.001));
        var wind = pole.Samples.Of("rain").Select(taken => taken.Sample[0]).ToList();
        Assert.Equal(ReadFault.NotReady, wind[0].Fault); // nothing to measure from yet
        var pulses = WitnessLines.Line(Path.Combine(scratch.Path, "pole.rain.witness")).Skip(1).Count(line => line.Edge.High);
        Assert.InRange(pulses, 40, 200);
        Assert.Equal(pulses * PulseRate.Davis6410MetresPerPulse, wind.Skip(1).Sum(reading => Value(reading) * 5), 1.1); // one pulse may be of the last moment
    }

    [Fact]
    public void The_pure_fold_over_the_witness_finds_the_very_changes_and_counts_that_were_taken()
    {
        using var scratch = new Scratch();
        using var pole = new SimulatedPole(Lines, scratch.Path);
        pole.Live(TimeSpan.FromSeconds(90.001));

        var edges = WitnessLines.Line(Path.Combine(scratch.Path, "pole.smoke.witness"));
        var contact = DigitalContact.Found(edges[0].Edge.High, edges[0].Edge.AtNs, TimeSpan.FromMilliseconds(50), Polarity.ActiveLow);
        var changes = new List<ContactChange>();
        foreach (var (_, _, edge) in edges.Skip(1))
        {
            (contact, var change) = contact.Observe(edge);
            if (change is { } seen) changes.Add(seen);
        }
        if (contact.Elapse(long.MaxValue).Change is { } last) changes.Add(last);
        var alerts = pole.Samples.Of("smoke").Where(taken => taken.Lane == Lane.Alert).Select(taken => taken.Sample[0]).Skip(1).ToList();
        Assert.Equal(4, changes.Count);
        Assert.Equal(changes.Select(change => change.Active ? 1.0 : 0.0), alerts.Select(Value));
        Assert.Equal(changes.Select(change => (change.SinceNs - edges[0].Edge.AtNs) / 1e9), alerts.Select(Seconds), (a, b) => Math.Abs(a - b) < 0.0015);

        var pulses = WitnessLines.Line(Path.Combine(scratch.Path, "pole.rain.witness"));
        var counter = PulseCounter.Found(pulses[0].Edge.High, pulses[0].Edge.AtNs, TimeSpan.FromMilliseconds(10), Polarity.ActiveHigh);
        foreach (var (_, _, edge) in pulses.Skip(1)) counter = counter.Observe(edge);
        Assert.InRange(counter.Pulses, 5, 40);
        Assert.Equal(counter.Pulses * 0.2, Value(pole.Samples.Of("rain")[^1].Sample[0]), 6);
        Assert.Equal(Enumerable.Range(1, pulses.Count).Select(number => (ulong)number), pulses.Select(pulse => pulse.Number));
    }

    [Fact]
    public void A_contact_that_cannot_be_read_is_news_once_then_tried_again_at_its_interval_and_news_when_it_is_back()
    {
        var (time, samples, faults) = (new PoleTime(), new TakenSamples(), new SampleLoopFaults(NullLogger<SampleLoopFaults>.Instance));
        var source = new HandSource { Fault = ReadFault.BusUnavailable };
        var bus = new BusPlan("lines", BusKind.Gpio, 0);
        LinePlan plan = new ContactPlan("door", bus, TimeSpan.FromSeconds(10), new(null, null, null, null), 4, Quantity.DoorOpen, Polarity.ActiveHigh, LinePull.AsIs, TimeSpan.Zero);
        var loop = new SampleLoopLines(source, [(plan, new SampleLoopDevice(plan, new ReadingClock(samples, new TrustedClock(), time), new AirMoisture(), faults))], time, faults);

        Assert.Equal(TimeSpan.FromSeconds(10), loop.Step());
        time.Advance(TimeSpan.FromSeconds(10));
        loop.Step();
        source.Fault = null;
        time.Advance(TimeSpan.FromSeconds(10));
        loop.Step();
        source.Events.Enqueue(new(4, default, 0, ReadFault.BusUnavailable));
        loop.Step();
        Assert.Equal([Lane.Alert, Lane.Raw, Lane.Alert, Lane.Alert], samples.Of("door").Select(taken => taken.Lane));
        Assert.Equal([ReadFault.BusUnavailable, ReadFault.BusUnavailable, null, ReadFault.BusUnavailable], samples.Of("door").Select(taken => taken.Sample[0].Fault));
    }

    private static double Value(Reading reading) => reading.TryGetValue(out var value) ? value : throw new InvalidOperationException($"{reading.Fault}");

    private static double Seconds(Reading reading) => (reading.At - Instant.From(PoleTime.Noon)).TotalSeconds;

    private sealed class HandSource : IEdgeSource
    {
        public ReadFault? Fault { get; set; }
        public Queue<LineEvent> Events { get; } = new();

        public LineOpening Open(int line, LinePull pull, bool prompt) => new(Fault, false, 0);
        public bool TryTake(out LineEvent next) => Events.TryDequeue(out next);
        public ValueTask WaitAsync(TimeSpan atMost, CancellationToken stopping) => ValueTask.CompletedTask;

        public void Dispose()
        {
        }
    }
}
