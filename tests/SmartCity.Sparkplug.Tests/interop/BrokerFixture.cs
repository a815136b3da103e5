using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SmartCity.Sparkplug.Tests;

/// <summary>A Mosquitto of our own on a free loopback port, one capture of all that passes through it, and the npm packages installed.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    private readonly ConcurrentQueue<Captured> _captured = new();
    private readonly List<Process> _processes = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("sparkplug-interop-").FullName;

    public int Port { get; } = FreePort();

    public static string Scripts { get; } = Path.Combine(Repository.Root, "tests", "SmartCity.Sparkplug.Tests", "interop");

    public IReadOnlyCollection<Captured> All => _captured;

    public async Task InitializeAsync()
    {
        if (!Directory.Exists(Path.Combine(Scripts, "node_modules", "sparkplug-client"))) await Run("npm", ["ci", "--no-audit", "--no-fund"], "");
        var config = Path.Combine(_folder, "mosquitto.conf");
        await File.WriteAllTextAsync(config, $"listener {Port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\nlog_type error\n");
        Start("mosquitto", ["-c", config], null);
        await Poll.Until(CanConnect, "Mosquitto to listen");
        var port = Port.ToString(CultureInfo.InvariantCulture);
        Start("mosquitto_sub", ["-h", "127.0.0.1", "-p", port, "-V", "mqttv311", "-q", "1", "-t", "spBv1.0/#", "-t", "probe", "-F", "%t %q %r %x"], line =>
        {
            var parts = line.Split(' ');
            _captured.Enqueue(new(parts[0], byte.Parse(parts[1], CultureInfo.InvariantCulture), parts[2] == "1", Convert.FromHexString(parts[3])));
        });
        // The subscription stands when a probe comes through.
        while (_captured.IsEmpty) await Publish(new("probe", [1], 0, false));
    }

    public async Task DisposeAsync()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited) process.Kill(); // ours alone, each by its own handle
            await process.WaitForExitAsync();
            process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Publishes through Mosquitto's own client.</summary>
    public async Task Publish(OutgoingMessage message)
    {
        var file = Path.Combine(_folder, Guid.NewGuid().ToString("n"));
        await File.WriteAllBytesAsync(file, message.Payload);
        List<string> arguments = ["-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-V", "mqttv311", "-q", message.Qos.ToString(CultureInfo.InvariantCulture), "-t", message.Topic, "-f", file];
        if (message.Retain) arguments.Add("-r");
        await Run("mosquitto_pub", arguments, "");
    }

    /// <summary>What came through on topics that hold this part, once there are as many.</summary>
    public async Task<IReadOnlyList<Captured>> Capture(string part, int count)
    {
        await Poll.Until(() => Matching().Count >= count, $"{count} messages on *{part}*");
        return Matching();

        List<Captured> Matching() => [.. _captured.Where(message => message.Topic.Contains(part, StringComparison.Ordinal))];
    }

    /// <summary>Runs a program to its end and gives its output.</summary>
    public static async Task<string> Run(string program, IEnumerable<string> arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(Find(program), arguments)
        {
            WorkingDirectory = Scripts, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await error} {await output}");
        return await output;
    }

    /// <summary>Starts a program that lives as long as this fixture.</summary>
    public Process Start(string program, IEnumerable<string> arguments, Action<string>? onLine)
    {
        var process = Process.Start(new ProcessStartInfo(Find(program), arguments)
        {
            WorkingDirectory = Scripts, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text) onLine?.Invoke(text);
        };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);
        return process;
    }

    // Debian puts the broker into /usr/sbin, which is not on everyone's path.
    private static string Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/usr/bin")
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists) ?? program;

    private bool CanConnect()
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A message as the broker delivered it.</summary>
public sealed record Captured(string Topic, byte Qos, bool Retained, byte[] Payload)
{
    public string Line => $"{Topic} {Qos} {(Retained ? 1 : 0)} {Convert.ToHexStringLower(Payload)}";
}

[CollectionDefinition("broker")]
public sealed class BrokerCollection : ICollectionFixture<BrokerFixture>;
