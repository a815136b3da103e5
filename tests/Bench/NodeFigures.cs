using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Rig;
using SensorNode.Readings.Outbox;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace Bench;

/// <summary>What a node costs: ten sensors at 1 Hz against a real hub, and a backlog drained once the hub is there.</summary>
internal static class NodeFigures
{
    public static async Task<Table> Run(string folder, TimeSpan length)
    {
        var table = new Table("node: ten sensors (two BME280, eight lines) at 1 Hz", "", "figure", "unit");
        var steady = await Steady(Path.Combine(folder, "steady"), length);
        table.Row("resident, anonymous", steady.After.AnonymousBytes / 1e6, "MB");
        table.Row("resident, file-backed", steady.After.FileBytes / 1e6, "MB");
        table.Row("peak", steady.After.PeakBytes / 1e6, "MB");
        table.Row("CPU", steady.CpuShare * 100, "% of a core");
        table.Row("written to disk", steady.BytesWritten * 86_400 / length.TotalSeconds / 1e6, "MB a day");
        table.Ask("resident, both kinds", (steady.After.AnonymousBytes + steady.After.FileBytes) / 1e6, "MB", "at most", 60);
        table.Ask("CPU", steady.CpuShare * 100, "% of a core", "at most", 0.5);
        var drained = await Drain(Path.Combine(folder, "drain"));
        table.Row($"drain of {BacklogReadings:#,0} readings, stored at the hub", drained, "readings/s");
        table.Ask("drain", drained, "readings/s", "at least", 20_000);
        return table;
    }

    private static async Task<(ProcessFigures After, double CpuShare, double BytesWritten)> Steady(string folder, TimeSpan length)
    {
        await using var broker = await Broker.Start(Path.Combine(folder, "broker"));
        await using var hub = await HubProcess.Start(Path.Combine(folder, "hub"), broker.Port, Rules.Write(Path.Combine(folder, "rules"), 1));
        var file = Path.Combine(folder, "node.yaml");
        await File.WriteAllTextAsync(file, NodeText);
        await using var node = Child.Start(Path.Combine(folder, "node.log"), "dotnet", Products.Node, "run", file, "--broker",
            string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{broker.Port}"), "--outbox", Path.Combine(folder, "outbox"));
        await Task.Delay(TimeSpan.FromSeconds(10)); // started, born, tiered up
        var (before, wroteBefore) = (node.Figures(), Written(node));
        await Task.Delay(length);
        var (after, wroteAfter) = (node.Figures(), Written(node));
        if (node.HasExited) throw new InvalidOperationException("the node ended:\n" + node.Tail());
        return (after, (after.Cpu - before.Cpu) / length, wroteAfter - wroteBefore);
    }

    /// <summary>A backlog on the node's disk, and the time from the node's start until the hub has answered for all of it.</summary>
    private static async Task<double> Drain(string folder)
    {
        var outbox = Path.Combine(folder, "outbox");
        Fill(outbox);
        await using var broker = await Broker.Start(Path.Combine(folder, "broker"));
        await using var hub = await HubProcess.Start(Path.Combine(folder, "hub"), broker.Port, Rules.Write(Path.Combine(folder, "rules"), 1));
        var file = Path.Combine(folder, "node.yaml");
        await File.WriteAllTextAsync(file, NodeText);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await using var node = Child.Start(Path.Combine(folder, "node.log"), "dotnet", Products.Node, "drain", file, "--broker",
            string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{broker.Port}"), "--outbox", outbox);
        await Until.True(() => node.HasExited, "the backlog is drained", TimeSpan.FromMinutes(3));
        if (node.ExitCode != 0) throw new InvalidOperationException("the drain failed:\n" + node.Tail());
        return BacklogReadings / clock.Elapsed.TotalSeconds;
    }

    private const int BacklogReadings = 600_000;

    /// <summary>As ten hours of two BME280 at about 8 Hz would have left it: three readings a sample, eight samples a batch.</summary>
    private static void Fill(string folder)
    {
        using var files = new DiskFileLayer(folder);
        using var outbox = new DiskOutbox(files, 1L << 30, NullLogger<DiskOutbox>.Instance);
        var start = DateTimeOffset.UtcNow.AddHours(-10).ToUnixTimeMilliseconds();
        var readings = new Reading[3];
        for (var i = 0; i < BacklogReadings / 3; i++)
        {
            var (at, order) = (new Instant(start + i * 120L), ReadingOrder.Of(outbox.Boot, outbox.NextSample()));
            readings[0] = Reading.Measured(Quantity.AirTemperature, at, order, 20 + i % 100 * 0.01);
            readings[1] = Reading.Measured(Quantity.AirPressure, at, order, 1013 + i % 50 * 0.01);
            readings[2] = Reading.Measured(Quantity.RelativeHumidity, at, order, 50 + i % 30 * 0.1);
            outbox.Take(i % 2 == 0 ? "climate" : "roof", Lane.Raw, readings);
            if (i % 16 == 15) outbox.Commit(Lane.Raw);
        }
        outbox.Commit(Lane.Raw);
    }

    private static double Written(Child node) => double.Parse(
        File.ReadLines($"/proc/{node.Id}/io").First(l => l.StartsWith("write_bytes:", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);

    private const string NodeText = """
        node: pole
        group: city
        clock: trusted
        broker: { host: 127.0.0.1 }
        outbox: { directory: outbox }
        place: { district: harbour, site: quay }
        buses:
          i2c-1: { i2c: 1 }
          lines: { gpio: 0 }
        devices:
          - { name: climate, chip: bme280, bus: i2c-1, address: 0x76, interval: 1s }
          - { name: roof, chip: bme280, bus: i2c-1, address: 0x77, interval: 1s }
          - { name: smoke, chip: contact, quantity: smoke, bus: lines, line: 1, interval: 1s }
          - { name: flood, chip: contact, quantity: flood, bus: lines, line: 2, interval: 1s }
          - { name: door, chip: contact, quantity: door-open, bus: lines, line: 3, interval: 1s }
          - { name: gate, chip: contact, quantity: door-open, bus: lines, line: 4, interval: 1s }
          - { name: motion, chip: contact, quantity: motion, bus: lines, line: 5, interval: 1s }
          - { name: yard, chip: contact, quantity: motion, bus: lines, line: 6, interval: 1s }
          - { name: lane-1, chip: pulse, quantity: vehicle-count, bus: lines, line: 7, interval: 1s }
          - { name: lane-2, chip: pulse, quantity: vehicle-count, bus: lines, line: 8, interval: 1s }
        simulate:
          seed: 1
        """;
}
