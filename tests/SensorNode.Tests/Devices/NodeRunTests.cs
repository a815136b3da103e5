using System.Diagnostics;

namespace SensorNode.Tests.Devices;

public sealed class NodeRunTests : IDisposable
{
    private const string Pole = """
        node: pole
        group: city
        clock: trusted
        broker: { host: 127.0.0.1, port: 1 }
        outbox: { directory: unused }
        buses: { i2c: { i2c: 1 } }
        devices: [ { name: climate, chip: bme280, bus: i2c, interval: 200ms } ]
        simulate: { seed: 3 }
        """;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_node_without_a_broker_samples_on_and_a_killed_one_continues_its_witness_and_a_stopped_one_exits_with_0()
    {
        var file = _scratch.Write("pole.yaml", Pole);
        string[] run = ["run", file, "--outbox", Path.Combine(_scratch.Path, "outbox"), "--witness", _scratch.Path];
        var witness = Path.Combine(_scratch.Path, "pole.climate.witness");

        using var first = NodeProcess.Start(run);
        await NodeProcess.UntilAsync(() => Lines(witness) >= 4, first);
        first.Kill();
        await first.WaitForExitAsync();
        var before = Lines(witness);

        using var second = NodeProcess.Start(run);
        await NodeProcess.UntilAsync(() => Lines(witness) >= before + 3, second);
        using var term = Process.Start("kill", ["-TERM", $"{second.Id}"]);
        await NodeProcess.UntilAsync(() => second.HasExited, null);
        Assert.Equal(0, second.ExitCode);
        var numbers = (await File.ReadAllLinesAsync(witness)).Skip(1).Select(line => int.Parse(line.Split(' ')[0]));
        Assert.Equal(Enumerable.Range(1, Lines(witness) - 1), numbers);
    }

    [Fact]
    public async Task A_node_that_cannot_make_its_outbox_exits_with_1_and_says_why()
    {
        var file = _scratch.Write("pole.yaml", Pole);
        var (exit, output, error) = await NodeProcess.RunAsync("run", file, "--outbox", Path.Combine(file, "outbox"));
        Assert.Equal(1, exit);
        Assert.Contains("pole.yaml", error + output, StringComparison.Ordinal);
    }

    private static int Lines(string file)
    {
        if (!File.Exists(file)) return 0;
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Count(c => c == '\n');
    }
}
