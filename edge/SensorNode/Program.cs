using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SensorNode;
using SensorNode.Devices;
using SensorNode.Devices.Kernel;
using SensorNode.Options;
using SensorNode.Readings;
using SensorNode.Readings.Outbox;
using SensorNode.Replay;
using SensorNode.Telemetry;
using SmartCity.Mqtt;

SpareMemory.UseOneArena();
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
if (line.Command == NodeCommand.Schema)
{
    Console.Write(NodeFileSchema.Text());
    return ExitCode.Ok;
}
if (line is { Command: NodeCommand.Scan, File: "" })
{
    return BusScan.Print(BusScan.Machine(), new KernelBoard(new LinuxCalls(), TimeProvider.System), Console.Out) ? ExitCode.Ok : ExitCode.Failed;
}

using var unpacked = line.Command == NodeCommand.Import ? new UnpackedArchive(line.File) : null;
if (unpacked?.Problem is { } broken)
{
    Console.Error.WriteLine($"{line.File}: {broken}");
    return ExitCode.BadConfiguration;
}
var (file, problems) = NodeFileReader.Read(unpacked?.NodeFile ?? line.File, unpacked?.Over(line.Overrides) ?? line.Overrides);
if (file is null)
{
    foreach (var problem in problems) Console.Error.WriteLine(problem);
    Console.Error.WriteLine(problems.Count == 1 ? "1 problem." : $"{problems.Count} problems.");
    return ExitCode.BadConfiguration;
}

var time = TimeProvider.System;
var board = Boards.Of(file, line.Devices, time);
IClockTrust clock = file.Clock == ClockSource.Trusted ? new TrustedClock() : new KernelClock();
switch (line.Command)
{
    case NodeCommand.Check:
        Console.WriteLine($"{line.File}: fine. Node {file.Node}, {file.Devices.Count} devices{(file.Simulation is null ? "" : ", simulated")}.");
        return ExitCode.Ok;
    case NodeCommand.Scan:
        return BusScan.Print(file.Buses, board, Console.Out) ? ExitCode.Ok : ExitCode.Failed;
    case NodeCommand.Export:
        Console.WriteLine($"{line.Archive}: {OutboxArchive.Write(line.File, file.Outbox.Directory, line.Archive):#,0} bytes of {file.Node}'s outbox");
        return ExitCode.Ok;
    case NodeCommand.Read:
        return await ReadOnce.PrintAsync(file, board, time, Console.Out) ? ExitCode.Ok : ExitCode.Failed;
}

// One reading's way, backwards: what is started last is stopped first, so that sampling ends before the outbox and the session do.
using var logs = new ConsoleLog(time);
try
{
    using var files = new DiskFileLayer(file.Outbox.Directory);
    using var outbox = new DiskOutbox(files, file.Outbox.LimitBytes, logs.CreateLogger<DiskOutbox>());
    using var link = new MosquittoLink(time, logs.CreateLogger<MosquittoLink>());
    using var committer = new OutboxCommitter(outbox, time, file.Outbox.LimitAge);
    var faults = new SampleLoopFaults(logs.CreateLogger<SampleLoopFaults>());
    var terms = new RemoteTerms(file, file.Outbox.Directory, faults, time, logs.CreateLogger<RemoteTerms>());
    var orders = new OutputOrders();
    using var watch = file.Rules.Count == 0 ? null : new EdgeWatch(file, file.Outbox.Directory, outbox.Id, orders, time, logs.CreateLogger<EdgeWatch>());
    using var session = new TelemetrySession(TelemetryPlan.Of(file), outbox, link, time, logs.CreateLogger<TelemetrySession>(), terms, orders, watch,
        line.Command == NodeCommand.Import ? null : board.Celsius); // an import is of a card, and this machine is not its node
    using BackgroundService source = line.Command is NodeCommand.Drain or NodeCommand.Import
        ? new OutboxDrain(outbox, session, time, logs.CreateLogger<OutboxDrain>())
        : new SampleLoop(file, board, new ReadingClock(outbox, clock, time, watch), time, faults, terms, orders, logs.CreateLogger<BusPower>());
    using var supervisor = Supervisor.FromEnvironment(Environment.GetEnvironmentVariable, [new(() => committer.Passes, () => { }), new(() => session.Rounds, session.Nudge)], time);
    var daemon = new Daemon(time, logs.CreateLogger<Daemon>());
    daemon.Says(line.Devices, file.Simulation is not null);
    return await daemon.RunAsync([committer, session, source, supervisor]) ? ExitCode.Ok : ExitCode.Failed;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"The node failed: {e.Message}");
    return ExitCode.Failed;
}
