using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using SensorNode.Devices;
using SensorNode.Options;
using SensorNode.Readings;
using SensorNode.Tests.Devices;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Tests.Readings;

public sealed class RemoteTermsTests : IDisposable
{
    private const string Pole = """
        node: pole
        group: city
        broker: { host: 127.0.0.1 }
        outbox: { directory: outbox }
        remote: { reboot: true }
        buses: { i2c: { i2c: 1 }, lines: { gpio: 0 } }
        devices:
          - { name: climate, chip: bme280, bus: i2c, interval: 10s, calibrate: { air-pressure: { offset: 1 } } }
          - { name: air, chip: scd41, bus: i2c, interval: 10s }
          - { name: door, chip: contact, bus: lines, line: 1, quantity: door-open }
        """;

    private readonly Scratch _scratch = new();
    private readonly PoleTime _time = new();
    private readonly SampleLoopFaults _faults = new(NullLogger<SampleLoopFaults>.Instance);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Terms_are_in_force_at_once_said_back_and_kept_across_a_restart()
    {
        var (terms, climate) = Watching("climate");
        Assert.False(terms.Apply("{ by: anna, devices: { climate: { interval: 2s, calibrate: { air-temperature: { offset: -0.5 } }, report: { heartbeat: 1m, dead-band: { air-temperature: 0.2 } } } } }"));
        Assert.Equal("{ by: anna, devices: { climate: { interval: 2s, calibrate: { air-temperature: { offset: -0.5 } }, report: { heartbeat: 1m, dead-band: { air-temperature: 0.2 } } } } }", terms.Said.InForce);
        Assert.StartsWith("taken at 2026-11-23T12:00:00.000Z from anna", terms.Said.Answer, StringComparison.Ordinal);
        var (again, restarted) = Watching("climate");
        Assert.Equal(terms.Said.InForce, again.Said.InForce);
        foreach (var device in new[] { climate, restarted })
        {
            Assert.Equal(TimeSpan.FromSeconds(2), device.Interval);
            Assert.Equal(new Calibration(-0.5), Assert.Single(device.Tuning.Calibrations).Value.Calibration);
            Assert.Equal(0.2, device.Tuning.Report!.DeadBands[Quantity.AirTemperature]);
        }
    }

    [Fact]
    public void What_terms_do_not_name_stays_as_the_nodes_file_has_it_and_other_devices_keep_theirs()
    {
        var (terms, climate) = Watching("climate");
        terms.Apply("{ by: anna, devices: { climate: { interval: 2s } } }");
        terms.Apply("{ by: ben, devices: { air: { interval: 30s } } }");
        Assert.Equal(1, climate.Tuning.Calibrations[Quantity.AirPressure].Calibration.Offset);
        Assert.Equal(TimeSpan.FromSeconds(2), climate.Interval);
        Assert.Equal("{ by: ben, devices: { air: { interval: 30s }, climate: { interval: 2s } } }", terms.Said.InForce);
        terms.Apply("{ by: ben, devices: { climate: {} } }");
        Assert.Equal(TimeSpan.FromSeconds(10), climate.Interval);
    }

    [Fact]
    public void A_command_with_an_id_is_answered_by_it_and_done_once_though_it_comes_again_after_a_restart()
    {
        var (terms, climate) = Watching("climate");
        Assert.True(terms.Apply("{ by: anna, id: c-1, devices: { climate: { interval: 2s } }, reboot: true }"));
        Assert.StartsWith("c-1: taken at 2026-11-23T12:00:00.000Z from anna", terms.Said.Answer, StringComparison.Ordinal);
        Assert.False(terms.Apply("{ by: anna, id: c-1, devices: { climate: { interval: 2s } }, reboot: true }")); // its answer was lost
        var (again, restarted) = Watching("climate");
        Assert.StartsWith("c-1: taken", again.Said.Answer, StringComparison.Ordinal);
        Assert.False(again.Apply("{ by: anna, id: c-1, devices: { climate: { interval: 2s } }, reboot: true }"));
        Assert.Equal((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2)), (climate.Interval, restarted.Interval));
        Assert.True(again.Apply("{ by: anna, id: c-2, reboot: true }"));
    }

    [Fact]
    public void A_command_that_is_refused_is_answered_by_its_id_and_may_be_mended()
    {
        var (terms, _) = Watching("climate");
        terms.Apply("{ by: anna, id: c-1, devices: { cellar: { interval: 2s } } }");
        Assert.StartsWith("c-1: refused at", terms.Said.Answer, StringComparison.Ordinal);
        terms.Apply("{ by: anna, id: c-1, devices: { climate: { interval: 2s } } }");
        Assert.StartsWith("c-1: taken at", terms.Said.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_may_be_written_as_JSON()
    {
        var (terms, climate) = Watching("climate");
        terms.Apply("""{"by":"anna","id":"c-1","devices":{"climate":{"interval":"2s","report":{"heartbeat":"1m","dead-band":{"air-temperature":0.2}}}},"self-test":true}""");
        Assert.StartsWith("c-1: taken at", terms.Said.Answer, StringComparison.Ordinal);
        Assert.Equal((TimeSpan.FromSeconds(2), 0.2), (climate.Interval, climate.Tuning.Report!.DeadBands[Quantity.AirTemperature]));
    }

    [Theory]
    [InlineData("nobody", "{ devices: { climate: { interval: 2s } } }", "by: is missing")]
    [InlineData("a device that is not there", "{ by: anna, devices: { cellar: { interval: 2s } } }", "devices.cellar: is no key here")]
    [InlineData("a key that is not allowed", "{ by: anna, devices: { climate: { address: 0x77 } } }", "devices.climate.address: is no key here")]
    [InlineData("faster than the chip", "{ by: anna, devices: { air: { interval: 4999ms } } }", "devices.air.interval: 4999ms is outside 5s to 1h")]
    [InlineData("a calibration of what it has not", "{ by: anna, devices: { climate: { calibrate: { pm10: { gain: 2 } } } } }", "devices.climate.calibrate.pm10: is no key here")]
    [InlineData("no YAML", "{ by: [", "is not YAML")]
    [InlineData("a list", "[ by ]", "must be one mapping")]
    public void What_is_wrong_is_refused_whole_and_said_back(string because, string text, string problem)
    {
        var (terms, climate) = Watching("climate");
        Assert.False(terms.Apply(text));
        Assert.True(terms.Said.Answer.Contains(problem, StringComparison.Ordinal), $"{because}: {terms.Said.Answer}");
        Assert.Equal(("", TimeSpan.FromSeconds(10)), (terms.Said.InForce, climate.Interval));
        Assert.False(System.IO.File.Exists(Path.Combine(_scratch.Path, "terms.yaml")));
    }

    [Fact]
    public void A_self_test_says_of_each_device_whether_it_can_be_read()
    {
        var (terms, _) = Watching("climate");
        _faults.Saw("air", ReadFault.NoAnswer);
        _faults.Saw("climate", null);
        terms.Apply("{ by: anna, self-test: true }");
        Assert.EndsWith("from anna: climate fine, air no-answer, door fine", terms.Said.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_ends_by_command_only_where_its_file_allows_it()
    {
        Assert.True(Watching("climate").Terms.Apply("{ by: anna, reboot: true }"));
        var (terms, _) = Watching("climate", Pole.Replace("remote: { reboot: true }", "", StringComparison.Ordinal));
        Assert.False(terms.Apply("{ by: anna, reboot: true }"));
        Assert.Contains("reboot: this node's file does not allow it", terms.Said.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Kept_terms_that_do_not_fit_a_new_node_file_are_passed_over_and_said()
    {
        Watching("climate").Terms.Apply("{ by: anna, devices: { air: { interval: 30s } } }");
        var (terms, climate) = Watching("climate", Pole.Replace("name: air,", "name: breath,", StringComparison.Ordinal));
        Assert.Equal(("", TimeSpan.FromSeconds(10)), (terms.Said.InForce, climate.Interval));
        Assert.Contains("devices.air: is no key here", terms.Said.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_of_a_command_makes_the_reader_throw_and_what_it_takes_it_takes_again_from_what_it_said()
    {
        const string whole = "{ by: anna, devices: { climate: { interval: 2s, report: { heartbeat: 1m } }, door: { interval: 5m } }, self-test: true }";
        var file = File("");
        Gen.Select(Gen.Int[0, whole.Length], Gen.Int[0, 12], Gen.String[Gen.Char["[]{}:,-#&*!|>'\"%@`\t\n a0"], 0, 8]).Sample((at, cut, noise) =>
        {
            var (command, problems) = TermsReader.Read(whole[..at] + noise + whole[Math.Min(whole.Length, at + cut)..], file);
            Assert.Equal(command is null, problems.Count > 0);
            if (command is null) return;
            var said = $"{{ by: {command.By}, devices: {{ {string.Join(", ", command.Devices.Select(device => $"{device.Key}: {device.Value.Text}"))} }} }}";
            Assert.Empty(TermsReader.Read(said, file).Problems);
        }, iter: 20_000);
    }

    private (RemoteTerms Terms, SampleLoopDevice Device) Watching(string name, string yaml = Pole)
    {
        var file = File(yaml);
        var terms = new RemoteTerms(file, _scratch.Path, _faults, _time, NullLogger<RemoteTerms>.Instance);
        var device = new SampleLoopDevice(file.Devices.Single(plan => plan.Name == name), new ReadingClock(new TakenSamples(), new TrustedClock(), _time), new AirMoisture(), _faults);
        terms.Watch(device);
        return (terms, device);
    }

    private static NodeFile File(string yaml)
    {
        var (file, problems) = NodeFileReader.Parse("pole.yaml", yaml.Length > 0 ? yaml : Pole, new());
        Assert.True(file is not null, string.Join('\n', problems));
        return file;
    }
}
