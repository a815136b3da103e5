using SensorNode.Options;
using SensorNode.Tests.Devices;
using SmartCity.Mqtt;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Telemetry;

/// <summary>A node on a link that may carry little.</summary>
public sealed class ThinLinks
{
    [Fact]
    public void Over_its_budget_a_node_sends_alerts_and_keeps_raw_readings_for_later()
    {
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.SayOnline(true);
        using var node = new NodeRig(broker.Port) { BytesADay = 64 * 1024 }.Start().TakeAir(20).TakeSmoke(on: true);
        int Alerts() => hub.Locked(() => hub.Stored.Keys.Count(position => position.Lane == Lane.Alert));
        Until.True(() => Alerts() == 1, () => "the alert is delivered");
        node.TakeSmoke(on: false);
        Until.True(() => Alerts() == 2, () => "the next one is delivered, whatever the budget says");
        Assert.InRange(hub.Locked(() => hub.Stored.Keys.Count(position => position.Lane == Lane.Raw)), 0, 10);
        Assert.Equal(20ul, node.Outbox.Kept(Lane.Raw).Next - node.Outbox.Kept(Lane.Raw).Oldest); // kept for later
        Assert.InRange(node.Session.Counts.SentBytesTotal, 300, 4_000);
        node.Stop();
    }

    [Fact]
    public void With_room_in_the_budget_everything_goes_and_is_counted()
    {
        using var broker = new Broker();
        using var hub = new HubStandIn(broker.Port, NodeRig.Key).Open();
        hub.SayOnline(true);
        using var node = new NodeRig(broker.Port) { BytesADay = long.MaxValue / 1024 }.Start().TakeAir(20).TakeSmoke(on: true);
        node.AwaitDelivered(hub);
        Assert.InRange(node.Session.Counts.SentBytesTotal, 1_000, 10_000);
        node.Stop();
    }

    private const string Pole = """
        node: pole
        group: city
        broker: { host: 127.0.0.1 }
        outbox: { directory: outbox, limit-days: 30 }
        link: { kib-per-day: 2048, aggregates: true }
        buses: { i2c-1: { i2c: 1 }, lines: { gpio: 0 } }
        devices:
          - { name: climate, chip: bme280, bus: i2c-1, interval: 1s }
          - { name: cars, chip: pulse, bus: lines, line: 5, quantity: vehicle-count, interval: 5s }
          - { name: smoke, chip: contact, bus: lines, line: 6, quantity: smoke }
        simulate: {}
        """;

    [Fact]
    public void Each_minute_of_a_device_is_told_beside_its_readings_and_never_among_them()
    {
        using var pole = new SimulatedPole(Pole);
        Assert.Equal((2048 * 1024L, true, TimeSpan.FromDays(30)), (pole.File.Link.BytesADay!.Value, pole.File.Link.Aggregates, pole.File.Outbox.LimitAge!.Value));
        pole.Live(TimeSpan.FromSeconds(185), 100);
        var raw = pole.Samples.Of("climate").Select(taken => taken.Sample[0]).ToList();
        var (least, mean, greatest) = (pole.Samples.Of("climate.min"), pole.Samples.Of("climate.mean"), pole.Samples.Of("climate.max"));
        Assert.Equal((3, 3, 3), (least.Count, mean.Count, greatest.Count));
        Assert.All(mean, taken => Assert.Equal((Lane.Aggregate, 3), (taken.Lane, taken.Sample.Length)));
        var second = raw.Where(reading => reading.At < mean[1].Sample[0].At && reading.At >= mean[0].Sample[0].At).Select(Value).ToList();
        Assert.Equal((second.Min(), second.Max()), (Value(least[1].Sample[0]), Value(greatest[1].Sample[0])));
        Assert.Equal(second.Average(), Value(mean[1].Sample[0]), 0.02);
        Assert.Empty(pole.Samples.Of("cars.mean"));
        Assert.Equal(3, pole.Samples.Of("cars.max").Count); // of a counter the count at the minute's end
        Assert.Empty(pole.Samples.Of("smoke.max"));
    }

    [Fact]
    public void Births_declare_what_minutes_there_are()
    {
        var (file, _) = NodeFileReader.Parse("pole.yaml", Pole, new());
        Assert.Equal(["climate", "cars", "smoke", "climate.min", "climate.mean", "climate.max", "cars.max"], TelemetryPlan.Of(file!).Node.Devices.Select(device => device.Name));
    }

    [Fact]
    public void A_device_that_has_the_name_of_anothers_minutes_is_refused()
    {
        var (file, problems) = NodeFileReader.Parse("pole.yaml", Pole.Replace("name: smoke", "name: cars.max", StringComparison.Ordinal), new());
        Assert.Null(file);
        Assert.Contains("link.aggregates", Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    private static double Value(Reading reading) => reading.TryGetValue(out var value) ? value : throw new InvalidOperationException($"{reading.Fault}");
}
