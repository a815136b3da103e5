using System.Globalization;
using Rig;
using SmartCity.Devices;

namespace Hardware;

/// <summary>The node as it is shipped, on Debian's kernel: its buses are the kernel's, its disk loses its power.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class RealKernel : IDisposable
{
    private const string Prepare = """
        while read register value; do i2cset -y $bus 0x76 $register $value b; done < registers
        sed "s/BUS/$bus/" node.yaml > /tmp/node.yaml
        node() { /usr/share/dotnet/dotnet /app/SensorNode.dll "$@"; }

        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("city-hardware-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_BME280_and_a_PMS5003_read_through_the_kernels_bus_and_serial_port_are_what_their_datasheets_say()
    {
        await using var guest = Guest.Make(_folder.FullName, ("registers", Bme280Example.Lines()), ("node.yaml", NodeFile(1)), ("do.sh", Prepare + "node scan /tmp/node.yaml\nnode read /tmp/node.yaml\n"));
        guest.Start();
        await using var uart = await guest.OpenUart();
        using var over = new CancellationTokenSource();
        var sending = SendFrames(uart, over.Token);
        await guest.UntilOver();
        await over.CancelAsync();
        await sending;
        var said = guest.Console;
        Assert.Matches(@"(?i)0x76.*bme280", said); // the scan finds it by its number
        Assert.Matches(@"climate +air-temperature +25\.08 Cel", said);
        Assert.Matches(@"climate +air-pressure +1006\.53 hPa", said);
        Assert.Matches(@"dust +pm2\.5 +35\.00 ug/m3", said);
        Assert.Matches(@"dust +pm10 +57\.00 ug/m3", said);
    }

    [Fact]
    public async Task What_was_taken_before_each_of_three_power_cuts_is_in_the_hub_once_when_the_link_is_back()
    {
        await using var broker = await Broker.Start(Path.Combine(_folder.FullName, "broker"));
        await broker.Kill();
        const string Run = """
            (while :; do echo "guest: outbox $(ls -l outbox 2>/dev/null | awk 'NF>=9 {printf "%s=%s ", $9, $5}')"; sleep 1; done) &
            node run /tmp/node.yaml
            """;
        await using var guest = Guest.Make(_folder.FullName, ("registers", Bme280Example.Lines()), ("node.yaml", NodeFile(broker.Port)), ("do.sh", Prepare + Run));
        var cuts = new List<DateTimeOffset>();
        for (var cut = 0; cut < 3; cut++)
        {
            var before = guest.OutboxBytes;
            guest.Start();
            // A sample of three readings takes 26 bytes.
            await Until.True(() => guest.OutboxBytes > before + 26 * (8 + 3 * cut), () => "readings are taken: " + guest.Console, Guest.Patience);
            await guest.Cut();
            cuts.Add(TimeProvider.System.GetUtcNow());
        }
        var rules = Directory.CreateDirectory(Path.Combine(_folder.FullName, "rules")).FullName;
        await File.WriteAllTextAsync(Path.Combine(rules, "none.yaml"), "rules: []\n");
        await broker.Up();
        await using var hub = await HubProcess.Start(Path.Combine(_folder.FullName, "hub"), broker.Port, rules);
        guest.Start();
        List<DateTimeOffset> taken = [];
        await Until.True(async () => (taken = await Taken(hub.Http)).Exists(at => at > cuts[^1].AddSeconds(5)), () => $"the link is used, {taken.Count} readings came: {guest.Console}", Guest.Patience);
        Assert.Equal(taken.Order().Distinct(), taken); // once each, in order
        var from = DateTimeOffset.MinValue;
        foreach (var cut in cuts)
        {
            var run = taken.FindAll(at => at > from && at <= cut);
            Assert.True(run.Count >= 6, $"{run.Count} readings before the cut at {cut:O}");
            Assert.InRange(cut - run[^1], TimeSpan.Zero, TimeSpan.FromSeconds(10));
            from = cut;
        }
    }

    // Sampled each second by a node whose emulated processor has little to spare.
    private static string NodeFile(int port) => string.Create(CultureInfo.InvariantCulture, $$"""
        node: pole-1
        group: city
        clock: trusted
        broker: { host: 10.0.2.2, port: {{port}} }
        outbox: { directory: /data/outbox, limit-mib: 16 }
        buses:
          i2c: { i2c: BUS }
          serial: { uart: 0 }
        devices:
          - { name: climate, chip: bme280, bus: i2c, address: 0x76, interval: 1s }
          - { name: dust, chip: pms5003, bus: serial, interval: {{(port == 1 ? "3s" : "1h")}} }

        """);

    /// <summary>As a PMS5003 does, frames follow one another; half of one comes first.</summary>
    private static async Task SendFrames(Stream uart, CancellationToken over)
    {
        var frame = new byte[Pms5003Frame.Length];
        new Pms5003Frame(21, 35, 57).Encode(frame);
        await uart.WriteAsync(frame.AsMemory(16), over);
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(800));
        try
        {
            while (await beat.WaitForNextTickAsync(over)) await uart.WriteAsync(frame, over);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException)
        {
            // the machine is off
        }
    }

    private static async Task<List<DateTimeOffset>> Taken(HttpClient hub)
    {
        var text = await hub.GetStringAsync(new Uri("/v1/readings?quantity=air-pressure", UriKind.Relative));
        return [.. text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => DateTimeOffset.Parse(line.Split(',')[3], CultureInfo.InvariantCulture))];
    }
}
