using System.Diagnostics;
using System.Globalization;
using System.Text;
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
        var table = new Table("node: sensors at 1 Hz, from 20 s after its start on, and a backlog", "", "figure", "unit");
        await Steady(table, "ten sensors (two BME280, eight lines)", Path.Combine(folder, "ten"), NodeText(2, 8), length, 60);
        await Steady(table, "twenty sensors (twelve BME280 on six buses, eight lines)", Path.Combine(folder, "twenty"), NodeText(12, 8), length, 50);
        WireBytes.Add(table);
        var drained = await Drain(Path.Combine(folder, "drain"));
        table.Row($"drain of {BacklogReadings:#,0} readings, stored at the hub", drained, "readings/s");
        table.Ask("drain", drained, "readings/s", "at least", 20_000);
        return table;
    }

    private static async Task Steady(Table table, string what, string folder, string text, TimeSpan length, double megabytesAsked)
    {
        await using var broker = await Broker.Start(Path.Combine(folder, "broker"));
        await using var hub = await HubProcess.Start(Path.Combine(folder, "hub"), broker.Port, Rules.Write(Path.Combine(folder, "rules"), 1));
        var file = Path.Combine(folder, "node.yaml");
        await File.WriteAllTextAsync(file, text);
        var witness = Path.Combine(folder, "witness");
        var start = Stopwatch.GetTimestamp();
        await using var node = Child.Start(Path.Combine(folder, "node.log"), "dotnet", Products.Node, "run", file, "--broker",
            string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{broker.Port}"), "--outbox", Path.Combine(folder, "outbox"), "--witness", witness);
        while (!HasRead(witness)) await Task.Delay(2);
        table.Ask($"{what}: start to first reading", Stopwatch.GetElapsedTime(start).TotalSeconds, "s", "at most", 1);
        await Task.Delay(TimeSpan.FromSeconds(20)); // started, born, compiled, and the memory of starting given back
        var (before, wroteBefore) = (node.Figures(), Written(node));
        await Task.Delay(length);
        var (after, wroteAfter) = (node.Figures(), Written(node));
        if (node.HasExited) throw new InvalidOperationException("the node ended:\n" + node.Tail());
        var cpu = (after.Cpu - before.Cpu) / length;
        table.Row($"{what}: resident, anonymous", after.AnonymousBytes / 1e6, "MB");
        table.Row("… resident, file-backed", after.FileBytes / 1e6, "MB");
        table.Row("… peak", after.PeakBytes / 1e6, "MB");
        table.Row("… written to disk", (wroteAfter - wroteBefore) * 86_400 / length.TotalSeconds / 1e6, "MB a day");
        table.Ask($"{what}: resident, both kinds", (after.AnonymousBytes + after.FileBytes) / 1e6, "MB", "at most", megabytesAsked);
        table.Ask($"{what}: CPU", cpu * 100, "% of a core", "at most", 0.5);
    }

    /// <summary>A backlog on the node's disk, and the time from the node's start until the hub has answered for all of it.</summary>
    private static async Task<double> Drain(string folder)
    {
        await using var broker = await Broker.Start(Path.Combine(folder, "broker"));
        await using var hub = await HubProcess.Start(Path.Combine(folder, "hub"), broker.Port, Rules.Write(Path.Combine(folder, "rules"), 1));
        return BacklogReadings / (await Drain(folder, broker.Port, 2, BacklogReadings, TimeSpan.FromMilliseconds(240))).TotalSeconds;
    }

    private const int BacklogReadings = 600_000;

    /// <summary>Has a node with a backlog drain it into the hub on a broker: three readings a sample of each BME280, eight samples a batch, the last ones of now.</summary>
    /// <param name="every">Between two samples of a chip.</param>
    internal static async Task<TimeSpan> Drain(string folder, int brokerPort, int chips, int backlog, TimeSpan every)
    {
        var outbox = Path.Combine(folder, "outbox");
        Fill(outbox, chips, backlog, every);
        var file = Path.Combine(folder, "node.yaml");
        await File.WriteAllTextAsync(file, NodeText(chips, 8));
        var clock = Stopwatch.StartNew();
        await using var node = Child.Start(Path.Combine(folder, "node.log"), "dotnet", Products.Node, "drain", file, "--broker",
            string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{brokerPort}"), "--outbox", outbox);
        await Until.True(() => node.HasExited, "the backlog is drained", TimeSpan.FromMinutes(3));
        if (node.ExitCode != 0) throw new InvalidOperationException("the drain failed:\n" + node.Tail());
        return clock.Elapsed;
    }

    private static void Fill(string folder, int chips, int backlog, TimeSpan every)
    {
        using var files = new DiskFileLayer(folder);
        using var outbox = new DiskOutbox(files, 1L << 30, NullLogger<DiskOutbox>.Instance);
        var (samples, step) = (backlog / 3, every.TotalMilliseconds / chips);
        var start = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - (long)(samples * step);
        var readings = new Reading[3];
        for (var i = 0; i < samples; i++)
        {
            var (at, order) = (new Instant(start + (long)(i * step)), ReadingOrder.Of(outbox.Boot, outbox.NextSample()));
            readings[0] = Reading.Measured(Quantity.AirTemperature, at, order, 20 + i % 100 * 0.01);
            readings[1] = Reading.Measured(Quantity.AirPressure, at, order, 1013 + i % 50 * 0.01);
            readings[2] = Reading.Measured(Quantity.RelativeHumidity, at, order, 50 + i % 30 * 0.1);
            outbox.Take($"climate-{i % chips}", Lane.Raw, readings);
            if (i % (chips * 8) == chips * 8 - 1) outbox.Commit(Lane.Raw);
        }
        outbox.Commit(Lane.Raw);
    }

    // The first line of a BME280's log is its trim; the second is what it gave out first.
    private static bool HasRead(string witness) => File.Exists(Path.Combine(witness, "pole.climate-0.witness")) && File.ReadLines(Path.Combine(witness, "pole.climate-0.witness")).Skip(1).Any();

    internal static double Written(Child node) => double.Parse(
        File.ReadLines($"/proc/{node.Id}/io").First(l => l.StartsWith("write_bytes:", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);

    /// <summary>A node of so many BME280, two on each bus, and as many lines.</summary>
    private static string NodeText(int chips, int lines)
    {
        string[] contacts = ["smoke", "flood", "door-open", "motion"];
        var text = new StringBuilder("""
            node: pole
            group: city
            clock: trusted
            broker: { host: 127.0.0.1 }
            outbox: { directory: outbox }
            place: { district: harbour, site: quay }
            simulate: { seed: 1 }
            buses:
              lines: { gpio: 0 }

            """);
        for (var bus = 0; bus < (chips + 1) / 2; bus++) text.Append(CultureInfo.InvariantCulture, $"  i2c-{bus}: {{ i2c: {bus} }}\n");
        text.Append("devices:\n");
        for (var chip = 0; chip < chips; chip++) text.Append(CultureInfo.InvariantCulture, $"  - {{ name: climate-{chip}, chip: bme280, bus: i2c-{chip / 2}, address: 0x{76 + chip % 2}, interval: 1s }}\n");
        for (var line = 1; line <= lines; line++)
        {
            var what = line > lines - 2 ? "chip: pulse, quantity: vehicle-count" : $"chip: contact, quantity: {contacts[line % contacts.Length]}";
            text.Append(CultureInfo.InvariantCulture, $"  - {{ name: line-{line}, {what}, bus: lines, line: {line}, interval: 1s }}\n");
        }
        return text.ToString();
    }
}
