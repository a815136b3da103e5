using SensorNode.Devices;
using SensorNode.Options;
using SensorNode.Tests.Devices;
using SmartCity.Devices;
using SmartCity.Readings;
using SmartCity.Twins;
using SmartCity.Watch;

namespace SensorNode.Readings;

public class EdgeWatchTests
{
    private const string Text = """
        node: pole
        group: city
        broker: { host: 127.0.0.1 }
        outbox: { directory: outbox }
        buses: { lines: { gpio: 0 }, i2c-1: { i2c: 1 } }
        devices:
          - { name: siren, chip: output, bus: lines, line: 23, quantity: siren, max-on: 10m }
          - { name: smoke, chip: contact, bus: lines, line: 17, quantity: smoke, debounce: 50ms, interval: 10s }
          - { name: climate, chip: bme280, bus: i2c-1, interval: 1s }
        rules:
          - { id: pole-smoke, edge: true, quantity: smoke, equal: 1, severity: critical, department: fire, message: Smoke., switch: [ siren ] }
          - { id: heat, edge: true, quantity: air-temperature, above: 40, clear: 38, for: 5s, severity: major, devices: [ climate ], switch: [ siren ] }
        simulate:
          devices:
            smoke: { incidents: [ { at: 5s, for: 10s, closed: true } ] }
            climate: { incidents: [ { at: 10s, for: 20s, temperature: 60 } ] }
        """;

    private static IReadOnlyList<EdgeEpisode> Told(SimulatedPole pole) => EdgeEpisode.Read(pole.Watch!.Said);

    private static double[] Sirens(SimulatedPole pole) => [.. pole.Samples.Of("siren").Select(taken => taken.Sample[0].TryGetValue(out var on) ? on : -1)];

    [Fact]
    public void A_siren_sounds_while_a_rule_of_the_node_is_broken_and_as_long_as_another_that_wants_it_is()
    {
        using var scratch = new Scratch();
        using var pole = new SimulatedPole(Text, state: scratch.Path);
        pole.Live(TimeSpan.FromSeconds(4), 10);
        Assert.Equal([0], Sirens(pole));
        pole.Live(TimeSpan.FromSeconds(2), 10);
        Assert.Equal([0, 1], Sirens(pole));
        pole.Live(TimeSpan.FromSeconds(14), 10); // the smoke is over at 15 s, the heat has lasted 5 s by then or soon after
        Assert.Equal(["heat", "pole-smoke"], Told(pole).Select(one => one.Rule));
        pole.Live(TimeSpan.FromSeconds(20), 10);
        Assert.Equal(0, Sirens(pole)[^1]);
        Assert.All(Told(pole), one => Assert.NotNull(one.ClearedAt));
    }

    [Fact]
    public void What_it_finds_has_the_name_that_the_hubs_own_watch_over_the_same_readings_gives_it()
    {
        using var scratch = new Scratch();
        using var pole = new SimulatedPole(Text, state: scratch.Path);
        pole.Live(TimeSpan.FromSeconds(22), 10);
        var (hub, events) = (new SensorTwin(new("city.pole.climate")), new List<EpisodeEvent>());
        var plan = RulePlan.For(new(1, "", TimeSpan.Zero, [.. pole.File.Rules.Select(rule => rule.Rule)]), "");
        foreach (var reading in pole.Samples.Of("climate").SelectMany(taken => taken.Sample)) hub.Observe(reading, 4, reading.At, plan, events);
        var raised = Assert.Single(events.OfType<EpisodeEvent.Raised>());
        Assert.Equal(raised.Episode, hub.EpisodeOf("heat", 4, Told(pole).Single(one => one.Rule == "heat").First));
    }

    [Fact]
    public void A_node_without_a_clock_watches_all_the_same()
    {
        using var scratch = new Scratch();
        using var pole = new SimulatedPole(Text, clock: new NoClock(), state: scratch.Path);
        pole.Live(TimeSpan.FromSeconds(22), 10);
        Assert.Empty(pole.Samples.Of("climate")); // they wait for the clock
        Assert.Equal(2, Told(pole).Count);
    }

    [Fact]
    public void A_restart_goes_on_with_the_episode_that_is_open_and_finds_its_end()
    {
        using var scratch = new Scratch();
        EdgeEpisode open;
        using (var pole = new SimulatedPole(Text, state: scratch.Path))
        {
            pole.Live(TimeSpan.FromSeconds(6), 10);
            open = Assert.Single(Told(pole));
        }
        using var again = new SimulatedPole(Text, state: scratch.Path);
        Assert.Equal([open], Told(again));
        var (now, boot) = (again.Time.MonotonicNs(), ReadingOrder.Of(8, 1));
        again.Watch!.Saw("smoke", boot, now, [Measure.Of(Quantity.Smoke, 1)]);
        Assert.Equal([open], Told(again)); // still broken: the same episode
        again.Time.Advance(TimeSpan.FromSeconds(1));
        again.Watch.Saw("smoke", ReadingOrder.Of(8, 2), again.Time.MonotonicNs(), [Measure.Of(Quantity.Smoke, 0)]);
        Assert.Equal((open.First, true), (Assert.Single(Told(again)).First, Told(again)[0].ClearedAt is not null));
    }

    [Fact]
    public void With_another_outbox_it_begins_anew_and_so_it_does_when_its_file_is_damaged()
    {
        using var scratch = new Scratch();
        using (var pole = new SimulatedPole(Text, state: scratch.Path)) pole.Live(TimeSpan.FromSeconds(6), 10);
        using (var other = new SimulatedPole(Text, state: scratch.Path, outbox: 8)) Assert.Empty(Told(other));
        var file = Path.Combine(scratch.Path, "edge.state");
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
        using var damaged = new SimulatedPole(Text, state: scratch.Path);
        Assert.Empty(Told(damaged));
        damaged.Live(TimeSpan.FromSeconds(6), 10);
        Assert.Single(Told(damaged));
    }

    [Theory]
    [InlineData("above: 40, clear: 38", "above: 40, clear: 41", "rules[1].clear: must lie on the good side")]
    [InlineData("equal: 1, ", "", "rules[0].above: exactly one of above, below and equal")]
    [InlineData("id: heat", "id: pole-smoke", "rules[1].id: another rule is called")]
    [InlineData("devices: [ climate ]", "devices: [ smoke ]", "rules[1].devices: \"smoke\" is no device here that measures air-temperature")]
    [InlineData("switch: [ siren ] }\n  - { id: heat", "switch: [ smoke ] }\n  - { id: heat", "rules[0].switch: \"smoke\" is no output here")]
    [InlineData("for: 5s", "votes: 3 of 5", "rules[1].votes: is no key here")]
    public void A_rule_that_a_node_cannot_look_after_is_refused_with_its_key(string good, string bad, string expected)
    {
        Assert.Contains(good, Text, StringComparison.Ordinal);
        var (file, problems) = NodeFileReader.Parse("pole.yaml", Text.Replace(good, bad, StringComparison.Ordinal), new());
        Assert.Null(file);
        Assert.Contains(problems, problem => problem.ToString().Contains(expected, StringComparison.Ordinal));
    }

    private sealed class NoClock : IClockTrust
    {
        public ClockTrust Now() => ClockTrust.Unsynced;
    }
}
