using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SensorNode;
using SensorNode.Devices;
using SensorNode.Devices.Kernel;
using SensorNode.Devices.Simulated;
using SensorNode.Options;
using SensorNode.Readings;
using SensorNode.Replay;
using SensorNode.Telemetry;

if (args is ["replay", .. var rest])
{
    using var interrupted = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) =>
    {
        pressed.Cancel = true;
        interrupted.Cancel();
    };
    return await ReplayConsole.Run(rest, TimeProvider.System, Console.Out, Console.Error, interrupted.Token);
}

var line = CommandLine.Parse(args, Environment.GetEnvironmentVariable);
if (line.Problems.Count > 0)
{
    foreach (var problem in line.Problems) Console.Error.WriteLine(problem);
    Console.Error.WriteLine("Try: SensorNode help");
    return ExitCode.BadConfiguration;
}
if (line.Command == NodeCommand.Help)
{
    Console.WriteLine(CommandLine.Help);
    return ExitCode.Ok;
}

var (file, problems) = NodeFileReader.Read(line.File, line.Overrides);
if (file is null)
{
    foreach (var problem in problems) Console.Error.WriteLine(problem);
    Console.Error.WriteLine(problems.Count == 1 ? "1 problem." : $"{problems.Count} problems.");
    return ExitCode.BadConfiguration;
}

var time = TimeProvider.System;
IDeviceBoard board = file.Simulation is { } simulation ? new SimulatedBoard(file, simulation, time) : new KernelBoard(new LinuxCalls(), time);
IClockTrust clock = file.Clock == ClockSource.Trusted ? new TrustedClock() : new KernelClock();
switch (line.Command)
{
    case NodeCommand.Check:
        Console.WriteLine($"{line.File}: fine. Node {file.Node}, {file.Devices.Count} devices{(file.Simulation is null ? "" : ", simulated")}.");
        return ExitCode.Ok;
    case NodeCommand.Read:
        return await ReadOnce.PrintAsync(file, board, time, Console.Out) ? ExitCode.Ok : ExitCode.Failed;
}

// One reading's way, backwards: what is registered last is stopped first, so that sampling ends before the outbox and the session do.
var host = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
host.Logging.AddProvider(new ConsoleLog(time)).AddFilter("Microsoft", LogLevel.Warning);
host.Services.AddSingleton(file).AddSingleton(time);
host.Services.AddTelemetry();
if (line.Command == NodeCommand.Drain) host.Services.AddHostedService<OutboxDrain>();
else host.Services.AddSingleton(board).AddSingleton(clock).AddSingleton<SampleLoopFaults>().AddHostedService<SampleLoop>();
using var node = host.Build();
try
{
    var loops = node.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
    await node.RunAsync();
    return loops.Exists(loop => loop.ExecuteTask is { IsFaulted: true }) ? ExitCode.Failed : ExitCode.Ok;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"The node failed: {e.Message}");
    return ExitCode.Failed;
}
