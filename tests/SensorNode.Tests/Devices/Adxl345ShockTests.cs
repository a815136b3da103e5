using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Tests.Devices;

public class Adxl345ShockTests
{
    private static string Pole(string incidents) => $$"""
        node: pole
        group: city
        broker: { host: 127.0.0.1 }
        outbox: { directory: outbox }
        buses: { i2c-1: { i2c: 1 } }
        devices:
          - { name: pole, chip: adxl345, bus: i2c-1, interval: 10s, shock: { on: 5, off: 1.5 } }
        simulate:
          devices:
            pole: { incidents: [ {{incidents}} ] }
        """;

    private static List<(Lane Lane, double Shock, int At)> Told(SimulatedPole pole) =>
        [.. pole.Samples.Of("pole").Select(taken => (taken.Lane, taken.Sample[2].TryGetValue(out var shock) ? shock : -1, (int)(taken.Sample[2].At - Instant.From(PoleTime.Noon)).TotalSeconds))];

    [Fact]
    public void A_shock_that_begins_and_ends_is_news_at_once_and_rest_is_told_at_the_interval()
    {
        using var pole = new SimulatedPole(Pole("{ at: 25s, for: 2s, vibration: 20 }"));
        pole.Live(TimeSpan.FromSeconds(45), 10);
        var told = Told(pole);
        var alerts = told.Where(one => one.Lane == Lane.Alert).ToList();
        Assert.Equal([1, 0], alerts.Select(one => one.Shock));
        Assert.InRange(alerts[0].At, 25, 26);
        Assert.InRange(alerts[1].At, 27, 35);
        var raw = told.Where(one => one.Lane == Lane.Raw).ToList();
        Assert.InRange(raw.Count, 3, 5);
        Assert.All(raw, one => Assert.Equal(0, one.Shock));
    }

    [Fact]
    public void A_chip_that_is_gone_is_news_once_then_told_at_the_interval_and_listens_again_when_it_is_back()
    {
        using var pole = new SimulatedPole(Pole("{ at: 20s, for: 25s, unplugged: true }, { at: 65s, for: 2s, vibration: 20 }"));
        pole.Live(TimeSpan.FromSeconds(70), 10);
        var told = Told(pole);
        Assert.Equal([Lane.Alert, Lane.Raw, Lane.Raw], told.Where(one => one.Shock < 0).Select(one => one.Lane));
        Assert.Contains(told, one => one is { Shock: 1, At: 65 or 66 });
    }
}
