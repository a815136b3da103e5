namespace SensorNode.Tests.Devices;

public sealed class NodeProcessTests : IDisposable
{
    private const string Good = """
        node: pole
        group: city
        clock: trusted
        broker: { host: 127.0.0.1 }
        outbox: { directory: outbox }
        buses: { i2c: { i2c: 1 }, lines: { gpio: 0 } }
        devices:
          - { name: climate, chip: bme280, bus: i2c }
          - { name: smoke, chip: contact, bus: lines, line: 17, quantity: smoke }
          - { name: rain, chip: pulse, bus: lines, line: 18, quantity: rain-depth, mm-per-tip: 0.2 }
        """;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Check_of_a_good_file_says_so_and_exits_with_0()
    {
        var (exit, output, error) = await NodeProcess.RunAsync("check", _scratch.Write("pole.yaml", Good));
        Assert.Equal((0, ""), (exit, error));
        Assert.Contains("fine. Node city/pole, 3 devices", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("run")]
    [InlineData("read")]
    public async Task A_bad_file_exits_with_2_and_all_its_problems(string command)
    {
        var file = _scratch.Write("pole.yaml", Good.Replace("bus: i2c ", "bus: attic ", StringComparison.Ordinal).Replace("line: 17", "line: -1", StringComparison.Ordinal));
        var (exit, output, error) = await NodeProcess.RunAsync(command, file, "--broker", "nowhere");
        Assert.Equal((2, ""), (exit, output));
        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("--broker: broker: \"nowhere\" is not HOST:PORT", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"{file}:8: devices[0].bus:", lines[1], StringComparison.Ordinal);
        Assert.StartsWith($"{file}:9: devices[1].line:", lines[2], StringComparison.Ordinal);
        Assert.Equal("3 problems.", lines[3]);
    }

    [Fact]
    public async Task A_file_that_is_not_there_exits_with_2() => Assert.Equal(2, (await NodeProcess.RunAsync("check", "/nowhere.yaml")).Exit);

    [Fact]
    public async Task Bad_usage_exits_with_2_and_help_with_0()
    {
        Assert.Equal(2, (await NodeProcess.RunAsync("walk")).Exit);
        var (exit, output, _) = await NodeProcess.RunAsync("help");
        Assert.Equal(0, exit);
        Assert.Contains("SensorNode check FILE", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_prints_every_quantity_of_every_device_with_its_unit()
    {
        var (exit, output, _) = await NodeProcess.RunAsync("read", _scratch.Write("pole.yaml", Good + "\nsimulate: { seed: 3 }"));
        Assert.Equal(0, exit);
        var rows = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.Equal(
            ["climate air-temperature Cel", "climate air-pressure hPa", "climate relative-humidity %", "smoke smoke quiet", "rain rain-depth mm"],
            rows.Select(row => $"{row[0]} {row[1]} {row[^1]}"));
    }

    [Fact]
    public async Task Read_on_a_machine_without_the_buses_prints_the_faults_and_exits_with_1()
    {
        var (exit, output, _) = await NodeProcess.RunAsync("read", _scratch.Write("pole.yaml", Good.Replace("i2c: 1", "i2c: 251", StringComparison.Ordinal).Replace("gpio: 0", "gpio: 251", StringComparison.Ordinal)));
        Assert.Equal(1, exit);
        Assert.Equal(5, output.Split('\n').Count(row => row.Contains("BusUnavailable on /dev/", StringComparison.Ordinal)));
    }
}
