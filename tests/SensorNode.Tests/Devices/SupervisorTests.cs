using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace SensorNode.Tests.Devices;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class SupervisorTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Systemd_hears_that_it_is_ready_that_it_lives_and_that_it_stops()
    {
        var path = Path.Combine(_scratch.Path, "notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        var (time, moves) = (new PoleTime(), 0L);
        var environment = new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = path, ["WATCHDOG_USEC"] = "90000000" };
        using var supervisor = Supervisor.FromEnvironment(environment.GetValueOrDefault, [new(() => moves, () => moves++)], time);
        await supervisor.StartAsync(CancellationToken.None);
        Assert.Equal("READY=1", Heard(systemd));
        SmartCity.Mqtt.Until.True(() =>
        {
            time.Advance(TimeSpan.FromSeconds(30)); // a third of the watchdog's time; its timer may not be set yet at the first go
            return systemd.Available > 0;
        }, () => "nothing was said");
        Assert.Equal("WATCHDOG=1", Heard(systemd));
        await supervisor.StopAsync(CancellationToken.None);
        string last;
        while ((last = Heard(systemd)) == "WATCHDOG=1")
        {
            // as many as the time that was let pass holds
        }
        Assert.Equal("STOPPING=1", last);
    }

    [Fact]
    public void What_stands_still_is_not_called_alive()
    {
        var (commits, rounds) = (0L, 0L);
        using var supervisor = new Supervisor(null, null, [new(() => commits, () => { }), new(() => rounds, () => rounds++)], new PoleTime());
        Assert.True(supervisor.Lives());
        commits++;
        Assert.True(supervisor.Lives());
        Assert.False(supervisor.Lives()); // the session was nudged and came round, the outbox did not
    }

    [Fact]
    public async Task The_installer_lays_out_program_node_file_and_unit_and_leaves_a_node_file_that_is_there_alone()
    {
        var published = Path.GetDirectoryName(typeof(Daemon).Assembly.Location)!;
        var file = _scratch.Write("node.yaml", "node: pole\ngroup: city\nbroker: { host: hub }\noutbox: { directory: o }\nbuses: { i2c: { i2c: 1 } }\ndevices: [ { name: climate, chip: bme280, bus: i2c } ]\n");
        Assert.Equal(0, (await Install(published, file)).Exit);
        var root = Path.Combine(_scratch.Path, "root");
        Assert.True(File.Exists(Path.Combine(root, "opt/sensornode/SensorNode.dll")));
        Assert.Equal(await File.ReadAllTextAsync(file), await File.ReadAllTextAsync(Path.Combine(root, "etc/sensornode/node.yaml")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(Path.Combine(root, "etc/sensornode/node.yaml")));
        var unit = await File.ReadAllLinesAsync(Path.Combine(root, "etc/systemd/system/sensornode.service"));
        foreach (var line in new[] { "Type=notify", "User=sensornode", "SupplementaryGroups=i2c gpio dialout", "Restart=always" }) Assert.Contains(line, unit);

        await File.WriteAllTextAsync(Path.Combine(root, "etc/sensornode/node.yaml"), "mine");
        Assert.Equal(0, (await Install(published, file)).Exit);
        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(root, "etc/sensornode/node.yaml")));
    }

    [Fact]
    public async Task The_installer_touches_nothing_when_the_node_file_is_bad()
    {
        var (exit, error) = await Install(Path.GetDirectoryName(typeof(Daemon).Assembly.Location)!, _scratch.Write("node.yaml", "node: pole\n"));
        Assert.NotEqual(0, exit);
        Assert.Contains("group: is missing", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_scratch.Path, "root")));
    }

    private async Task<(int Exit, string Error)> Install(string published, string file)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Root(), "deploy/node/install.sh"), published, file]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["DESTDIR"] = Path.Combine(_scratch.Path, "root");
        using var process = Process.Start(start)!;
        var (error, _) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await error);
    }

    private static string Heard(Socket socket)
    {
        var bytes = new byte[256];
        return Encoding.UTF8.GetString(bytes, 0, socket.Receive(bytes));
    }

    private static string Root([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "SmartCity.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
