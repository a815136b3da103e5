using CsCheck;
using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Tests.Devices;

public class NodeFileTests
{
    private const string Whole = """
        node: pole-7
        group: city
        broker: { host: broker.example, port: 8883 }
        outbox: { directory: /var/lib/sensornode, limit-mib: 64 }
        place: { district: harbour, site: quay-1, latitude: 54.1, longitude: 12.1 }
        buses:
          i2c: { i2c: 1 }
          lines: { gpio: 0 }
        devices:
          - { name: climate, chip: bme280, bus: i2c, address: 0x77, interval: 1s }
          - { name: smoke, chip: contact, bus: lines, line: 17, quantity: smoke, active: low, pull: up, debounce: 50ms }
          - name: rain
            chip: pulse
            bus: lines
            line: 25
            quantity: rain-depth
            mm-per-tip: 0.2794
            interval: 5m
            place: { site: roof }
        """;

    [Fact]
    public void A_whole_file_is_read_as_it_is_written()
    {
        var file = Read(Whole);
        Assert.Equal((new NodeKey("city", "pole-7"), "cityhub-city", ClockSource.Kernel), (file.Node, file.Host, file.Clock));
        Assert.Equal(new BrokerPlan("broker.example", 8883, null), file.Broker);
        Assert.Equal(new OutboxPlan("/var/lib/sensornode", 64L << 20), file.Outbox);
        Assert.Equal(["/dev/i2c-1", "/dev/gpiochip0"], file.Buses.Select(bus => bus.Path));
        var place = new Place("harbour", "quay-1", 54.1, 12.1);
        var (i2c, lines) = (file.Buses[0], file.Buses[1]);
        Assert.Equal(new Bme280Plan("climate", i2c, TimeSpan.FromSeconds(1), place, 0x77), file.Devices[0]);
        Assert.Equal(new ContactPlan("smoke", lines, TimeSpan.FromMinutes(1), place, 17, Quantity.Smoke, Polarity.ActiveLow, LinePull.Up, TimeSpan.FromMilliseconds(50)), file.Devices[1]);
        Assert.Equal(new PulsePlan("rain", lines, TimeSpan.FromMinutes(5), place with { Site = "roof" }, 25, Quantity.RainDepth, Polarity.ActiveHigh, LinePull.AsIs, TimeSpan.FromMilliseconds(5), 0.2794), file.Devices[2]);
        Assert.Null(file.Simulation);
    }

    [Fact]
    public void Every_problem_is_named_at_once_with_file_line_and_key()
    {
        var problems = Problems("""
            node: Pole 7
            group: city
            colour: red
            broker: { host: broker.example, port: 99999, tls: yes }
            place: { latitude: 91, longitude: 12 }
            buses:
              i2c: { i2c: 1 }
              lines: { gpio: 300 }
              both: { i2c: 2, gpio: 2 }
            devices:
              - { name: climate, chip: bme280, bus: lines, address: 0x42, interval: 5 parsecs }
              - { name: climate, chip: contact, bus: cellar, line: 17, quantity: rain-depth }
              - { name: rain, chip: pulse, bus: lines, line: 4, quantity: rain-depth, debounce: 11s, mm-per-tip: 99 }
              - { name: geiger, chip: geiger-tube, bus: lines }
            """);
        Assert.Equal(
        [
            "pole.yaml:1: node: \"Pole 7\" is no name",
            "pole.yaml:1: outbox.directory: is missing",
            "pole.yaml:3: colour: is no key here",
            "pole.yaml:4: broker.port: \"99999\" is not a whole number from 1 to 65535",
            "pole.yaml:4: broker.tls: is no key here",
            "pole.yaml:5: place.latitude: \"91\" is not a number from -90 to 90",
            "pole.yaml:8: buses.lines.gpio: \"300\" is not a whole number from 0 to 255",
            "pole.yaml:9: buses.both: must have one of i2c",
            "pole.yaml:11: devices[0].bus: \"lines\" is no I2C bus",
            "pole.yaml:11: devices[0].interval: \"5 parsecs\" is no duration",
            "pole.yaml:11: devices[0].address: \"0x42\" is not 0x76 to 0x77",
            "pole.yaml:12: devices[1].bus: there is no bus \"cellar\"",
            "pole.yaml:12: devices[1].quantity: \"rain-depth\" is none of: motion, smoke, flood, door-open, flame, tamper, panic",
            "pole.yaml:12: devices[1].name: another device is called \"climate\"",
            "pole.yaml:13: devices[2].mm-per-tip: \"99\" is not a number from 0.01 to 10",
            "pole.yaml:13: devices[2].debounce: 11s is outside 0s to 10s",
            "pole.yaml:14: devices[3].chip: \"geiger-tube\" is none of: bme280, contact, output, pulse, speed-trap, hc-sr04",
        ], problems, StartsWith);
    }

    [Theory]
    [InlineData("two chips at one address", "interval: 1s }", "interval: 1s }\n  - { name: other, chip: bme280, bus: i2c, address: 0x77 }", "devices[1].address: \"climate\" is wired there already")]
    [InlineData("two devices on one line", "line: 25", "line: 17", "devices[2].line: \"smoke\" is wired there already")]
    [InlineData("two names for one bus", "lines: { gpio: 0 }", "lines: { gpio: 0 }\n  more: { gpio: 0 }", "buses.more.gpio: /dev/gpiochip0 has another name already")]
    [InlineData("rain without its gauge", "    mm-per-tip: 0.2794\n", "", "devices[2].mm-per-tip: is missing")]
    [InlineData("millimetres of vehicles", "quantity: rain-depth", "quantity: vehicle-count", "devices[2].mm-per-tip: is no key here")]
    [InlineData("half a coordinate", "latitude: 54.1, ", "", "place.latitude: latitude and longitude belong together")]
    [InlineData("a key of another chip", "address: 0x77", "line: 5", "devices[0].line: is no key here")]
    [InlineData("too often", "interval: 1s", "interval: 99ms", "devices[0].interval: 99ms is outside 100ms to 1h")]
    [InlineData("too seldom", "interval: 5m", "interval: 3601s", "devices[2].interval: 3601s is outside 100ms to 1h")]
    [InlineData("a list instead of a mapping", "place: { site: roof }", "place: [ roof ]", "devices[2].place: must be a mapping")]
    [InlineData("a key twice", "node: pole-7", "node: pole-7\nnode: pole-8", "is not YAML")]
    [InlineData("no YAML at all", "node: pole-7", "node: [", "is not YAML")]
    [InlineData("credentials that are not there", "port: 8883", "credentials: nowhere.txt", "broker.credentials: there is no file")]
    public void What_cannot_be_is_refused(string because, string from, string to, string problem)
    {
        Assert.Contains(from, Whole, StringComparison.Ordinal);
        var problems = Problems(Whole.Replace(from, to, StringComparison.Ordinal));
        Assert.True(problems.Any(found => found.Contains(problem, StringComparison.Ordinal)), $"{because}: {string.Join('\n', problems)}");
    }

    [Theory]
    [InlineData("of a quantity that it has not", "calibrate: { pm10: { gain: 2 } }", "devices[0].calibrate.pm10: is no key here. Known: air-pressure, air-temperature, relative-humidity")]
    [InlineData("by nothing", "calibrate: { air-temperature: { gain: 0 } }", "devices[0].calibrate.air-temperature.gain: 0 would make every value the same")]
    [InlineData("of what is no dust", "calibrate: { air-temperature: { kappa: 0.4 } }", "devices[0].calibrate.air-temperature.kappa: is no key here")]
    [InlineData("told less often than never", "report: { heartbeat: 25h }", "devices[0].report.heartbeat: 25h is outside 1s to 24h")]
    [InlineData("told more often than sampled", "report: { heartbeat: 999ms }", "devices[0].report.heartbeat: 999ms is outside 1s to 24h")]
    [InlineData("without a heartbeat", "report: { dead-band: { air-temperature: 1 } }", "devices[0].report.heartbeat: is missing")]
    [InlineData("a band below zero", "report: { heartbeat: 5m, dead-band: { air-temperature: -1 } }", "devices[0].report.dead-band.air-temperature: \"-1\" is not a number from 0")]
    public void What_a_calibration_or_a_report_cannot_be_is_refused(string because, string keys, string problem)
    {
        var problems = Problems(Whole.Replace("interval: 1s", $"interval: 1s, {keys}", StringComparison.Ordinal));
        Assert.True(problems.Any(found => found.Contains(problem, StringComparison.Ordinal)), $"{because}: {string.Join('\n', problems)}");
    }

    [Fact]
    public void A_particle_counter_takes_its_moisture_from_a_device_that_measures_it()
    {
        const string dust = "buses:\n  uart: { uart: 0 }\n";
        string With(string calibration) => Whole.Replace("buses:\n", dust, StringComparison.Ordinal).Replace("devices:\n", $"devices:\n  - {{ name: dust, chip: pms5003, bus: uart, calibrate: {{ pm2.5: {{ {calibration} }} }} }}\n", StringComparison.Ordinal);
        var terms = Read(With("gain: 1.1, humidity-from: climate")).Devices[0].Tuning.Calibrations[Quantity.Pm2_5];
        Assert.Equal(new CalibrationTerms(new(0, 1.1, ParticleGrowth.UrbanKappa), "climate"), terms);
        Assert.Contains(Problems(With("humidity-from: smoke")), problem => problem.Contains("devices[0].calibrate.pm2.5.humidity-from: \"smoke\" is no device here that measures relative-humidity", StringComparison.Ordinal));
        Assert.Contains(Problems(With("kappa: 0.3")), problem => problem.Contains("devices[0].calibrate.pm2.5.kappa: needs humidity-from", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("interval: 100ms", 100)]
    [InlineData("interval: 1h", 3_600_000)]
    [InlineData("interval: 1.5s", 1500)]
    [InlineData("interval: 2 m", 120_000)]
    public void Durations_are_read_up_to_their_limits(string interval, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Read(Whole.Replace("interval: 1s", interval, StringComparison.Ordinal)).Devices[0].Interval);

    [Theory]
    [InlineData("empty", "")]
    [InlineData("a list", "- node: x")]
    [InlineData("two documents", "node: a\n---\nnode: b")]
    public void What_is_no_single_mapping_is_refused(string because, string yaml) => Assert.True(Problems(yaml).Count == 1, because);

    [Fact]
    public void No_text_makes_the_reader_throw() =>
        Gen.Select(Gen.Int[0, Whole.Length], Gen.Int[0, 20], Gen.String[Gen.Char["[]{}:,-#&*!|>'\"%@`\t\n a0"], 0, 8]).Sample((at, cut, noise) =>
        {
            var text = Whole[..at] + noise + Whole[Math.Min(Whole.Length, at + cut)..];
            var (file, problems) = NodeFileReader.Parse("pole.yaml", text, new());
            return file is null == problems.Count > 0;
        });

    [Fact]
    public void A_simulated_node_says_what_its_chips_live_through()
    {
        var file = Read(Whole + """

            clock: trusted
            simulate:
              seed: 9
              witness: witness
              devices:
                climate: { scenario: hillside, incidents: [ { at: 5s, for: 20s, every: 2m, temperature: 45 }, { at: 1h, for: 3s, unplugged: true } ] }
                smoke: { incidents: [ { at: 0s, for: 1s, closed: true } ] }
            """);
        Assert.Equal(ClockSource.Trusted, file.Clock);
        Assert.Equal((9, "witness"), (file.Simulation!.Seed, file.Simulation.WitnessDirectory));
        var climate = file.Simulation.Devices["climate"];
        Assert.Equal(Scenario.Hillside, climate.Scenario);
        Assert.Equal(
        [
            new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(2), IncidentKind.Temperature, 45),
            new(TimeSpan.FromHours(1), TimeSpan.FromSeconds(3), null, IncidentKind.Unplugged, 1),
        ], climate.Incidents);
        Assert.Equal((Scenario.Quiet, Scenario.Showers), (file.Simulation.Devices["smoke"].Scenario, file.Simulation.Devices["rain"].Scenario));
    }

    [Fact]
    public void A_simulation_is_checked_like_the_rest()
    {
        var problems = Problems(Whole + """

            simulate:
              weather: fine
              devices:
                climate: { scenario: traffic, incidents: [ { at: 5s, for: 20s, every: 20s, temperature: 45 } ] }
                smoke: { incidents: [ { at: 5s, for: 20s, temperature: 45 } ] }
                cellar: { scenario: quiet }
            """);
        Assert.Equal(
        [
            "pole.yaml:21: simulate.weather: is no key here",
            "pole.yaml:23: simulate.devices.climate.scenario: \"traffic\" is none of: street, waterfront, hillside",
            "pole.yaml:23: simulate.devices.climate.incidents[0].every: must be longer",
            "pole.yaml:24: simulate.devices.smoke.incidents[0].temperature: is no key here",
            "pole.yaml:24: simulate.devices.smoke.incidents[0]: must have one of: closed",
            "pole.yaml:25: simulate.devices.cellar: is no key here",
        ], problems, StartsWith);
    }

    [Fact]
    public void Settings_of_the_caller_override_the_file()
    {
        var overrides = new NodeFileOverrides(new("--broker", "[::1]:1884"), new("SENSORNODE_OUTBOX", "/tmp/o"), new("--witness", "/tmp/w"));
        var (file, problems) = NodeFileReader.Parse("pole.yaml", Whole + "\nsimulate: { seed: 1 }", overrides);
        Assert.Empty(problems);
        Assert.Equal(("::1", 1884, "/tmp/o", "/tmp/w"), (file!.Broker.Host, file.Broker.Port, file.Outbox.Directory, file.Simulation!.WitnessDirectory));
    }

    [Fact]
    public void Settings_of_the_caller_are_checked_like_the_file_and_named_by_where_they_came_from()
    {
        var overrides = new NodeFileOverrides(new("--broker", "localhost:0"), new("SENSORNODE_OUTBOX", ""), new("--witness", "/tmp/w"));
        var problems = NodeFileReader.Parse("pole.yaml", Whole, overrides).Problems.Select(problem => problem.ToString()).ToList();
        Assert.Equal(
        [
            "--broker: broker: \"localhost:0\" is not HOST:PORT",
            "SENSORNODE_OUTBOX: outbox.directory: must name a directory",
            "--witness: simulate.witness: only simulated chips keep a witness",
        ], problems, StartsWith);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(4_999, null)]
    [InlineData(5_000, 0)]
    [InlineData(6_999, 1_999)]
    [InlineData(7_000, null)]
    [InlineData(14_999, null)]
    [InlineData(15_000, 0)]
    [InlineData(17_000, null)]
    public void An_incident_lasts_from_its_first_moment_to_just_before_its_end(int atMilliseconds, int? lasted)
    {
        var incident = new Incident(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), IncidentKind.Closed, 1);
        Assert.Equal(lasted, incident.LastedAt(TimeSpan.FromMilliseconds(atMilliseconds))?.TotalMilliseconds);
    }

    private static NodeFile Read(string yaml)
    {
        var (file, problems) = NodeFileReader.Parse("pole.yaml", yaml, new());
        Assert.True(file is not null, string.Join('\n', problems));
        return file;
    }

    private static List<string> Problems(string yaml)
    {
        var (file, problems) = NodeFileReader.Parse("pole.yaml", yaml, new());
        Assert.Null(file);
        Assert.NotEmpty(problems);
        return [.. problems.Select(problem => problem.ToString())];
    }

    private static bool StartsWith(string expected, string actual) => actual.StartsWith(expected, StringComparison.Ordinal);
}
