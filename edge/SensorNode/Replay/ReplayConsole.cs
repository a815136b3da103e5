using System.Globalization;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;

namespace SensorNode.Replay;

/// <summary>
/// <c>SensorNode replay</c>: feeds recorded stations through the wire, one node a station, all of them in step. What was not measured is
/// not sent: gaps stay gaps.
/// </summary>
public static class ReplayConsole
{
    /// <summary>How far the stations may be apart at full speed. Half of the least lateness that a replay's rules should allow.</summary>
    private static readonly TimeSpan Stride = TimeSpan.FromHours(24);

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs a replay to its end. Exit code as <see cref="Options.ExitCode"/>.</summary>
    public static async Task<int> Run(IReadOnlyList<string> arguments, TimeProvider time, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        if (ReplayArguments.Parse(arguments, out var problems) is not { } replay)
        {
            foreach (var problem in problems) await errors.WriteLineAsync(problem);
            await errors.WriteLineAsync(ReplayArguments.Usage);
            return Options.ExitCode.BadConfiguration;
        }
        var stations = StationFolder.Read(replay.Folder, replay.Offset, out var wrong);
        if (wrong.Count > 0)
        {
            foreach (var problem in wrong) await errors.WriteLineAsync(problem);
            return Options.ExitCode.BadConfiguration;
        }
        var outboxes = Directory.CreateTempSubdirectory("replay-");
        using var logs = new ConsoleLog(time, LogLevel.Warning);
        var nodes = stations.Select(station => new ReplayStation(station, outboxes.FullName, replay, time, logs)).ToArray();
        try
        {
            foreach (var node in nodes) await node.StartAsync(cancel);
            if (await Waiting(nodes, node => node.IsLive, time, cancel) is { } silent)
            {
                await errors.WriteLineAsync($"{silent.Name} found no hub at {replay.BrokerHost}:{replay.BrokerPort}: is one online there?");
                return Options.ExitCode.Failed;
            }
            await output.WriteLineAsync($"{nodes.Length} stations in {stations.Select(station => station.Town).Distinct().Count()} districts, {stations.Sum(station => station.Values.Count).ToString("#,0", CultureInfo.InvariantCulture)} readings");
            return await Play(nodes, replay.Speed, time, output, errors, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await output.WriteLineAsync("stopped");
            return Options.ExitCode.Failed;
        }
        finally
        {
            foreach (var node in nodes) await node.DisposeAsync();
            outboxes.Delete(recursive: true);
        }
    }

    private static async Task<int> Play(ReplayStation[] nodes, double? speed, TimeProvider time, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        var (first, month, taken) = (Earliest(nodes), "", 0L);
        while (Earliest(nodes) is { } next)
        {
            var end = next + (speed is null ? Stride : Hour);
            if (speed is { } factor)
            {
                var due = (next - first!.Value) / factor - time.GetElapsedTime(started);
                if (due > TimeSpan.Zero) await Task.Delay(due, time, cancel);
            }
            foreach (var node in nodes) taken += node.TakeThrough(end);
            if (await Waiting(nodes, node => node.IsAnswered, time, cancel) is { } silent)
            {
                await errors.WriteLineAsync($"{silent.Name}: the hub has not answered for {Patience.TotalSeconds:0} s at {end}");
                return Options.ExitCode.Failed;
            }
            if (end.ToString()[..7] is var now && now != month)
            {
                month = now;
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{month}  {taken:#,0} readings stored, {time.GetElapsedTime(started).TotalSeconds:0.0} s"));
            }
        }
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"done: {taken:#,0} readings stored in {time.GetElapsedTime(started).TotalSeconds:0.0} s"));
        return Options.ExitCode.Ok;
    }

    private static Instant? Earliest(ReplayStation[] nodes)
    {
        Instant? earliest = null;
        foreach (var node in nodes)
        {
            if (node.Next is { } next && (earliest is null || next < earliest)) earliest = next;
        }
        return earliest;
    }

    /// <summary>Null when all of them have come there; else one that has not within the patience.</summary>
    private static async Task<ReplayStation?> Waiting(ReplayStation[] nodes, Func<ReplayStation, bool> there, TimeProvider time, CancellationToken cancel)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            if (Array.Find(nodes, node => !there(node)) is not { } missing) return null;
            if (time.GetElapsedTime(since) > Patience) return missing;
            await Task.Delay(Look, time, cancel);
        }
    }
}
