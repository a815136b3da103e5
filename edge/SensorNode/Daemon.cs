using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SensorNode;

/// <summary>
/// Runs a node's loops: started in their order, stopped in the opposite one, when a signal comes or when the first of them ends. By hand,
/// because a host with its container, settings and options costs a small node 5 MB and all that is wired here is wired once.
/// </summary>
public sealed partial class Daemon(TimeProvider time, ILogger<Daemon> log)
{
    /// <summary>The longest that a loop may take to end.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    /// <summary>After this long everything has run once, and been compiled.</summary>
    private static readonly TimeSpan SettledAfter = TimeSpan.FromSeconds(15);

    /// <summary>Says through what it speaks to its buses and chips.</summary>
    public void Says(Devices.DeviceLibrary library, bool simulated) => Through(library, simulated ? "simulated" : "the machine's");

    /// <summary>Runs until SIGTERM, SIGINT or the end of a loop. True when none of them died.</summary>
    public async Task<bool> RunAsync(IReadOnlyList<BackgroundService> loops)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true; // ended by us, in order
            stop.Cancel();
        }
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        return await RunAsync(loops, stop.Token);
    }

    /// <summary>Runs until it is told to stop, or a loop ends.</summary>
    public async Task<bool> RunAsync(IReadOnlyList<BackgroundService> loops, CancellationToken stop)
    {
        var running = new List<BackgroundService>();
        try
        {
            foreach (var loop in loops)
            {
                running.Add(loop);
                await loop.StartAsync(stop);
            }
            await using var settled = time.CreateTimer(static _ => SpareMemory.GiveBack(), null, SettledAfter, Timeout.InfiniteTimeSpan);
            var told = new TaskCompletionSource();
            await using var telling = stop.Register(told.SetResult);
            await Task.WhenAny([told.Task, .. loops.Select(loop => loop.ExecuteTask!)]);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // told to stop while it was starting
        }
        finally
        {
            foreach (var loop in running.AsEnumerable().Reverse()) await StopAsync(loop);
        }
        return !loops.Any(loop => loop.ExecuteTask is { IsFaulted: true });
    }

    private async Task StopAsync(BackgroundService loop)
    {
        using var limit = new CancellationTokenSource(StopLimit, time);
        await loop.StopAsync(limit.Token);
        if (loop.ExecuteTask is { IsFaulted: true, Exception.InnerException: { } died }) Died(loop.GetType().Name, died);
        else if (loop.ExecuteTask is { IsCompleted: false }) TookTooLong(loop.GetType().Name);
    }

    [LoggerMessage(LogLevel.Information, "Buses and chips: {Library}, {Which}")]
    private partial void Through(Devices.DeviceLibrary library, string which);

    [LoggerMessage(LogLevel.Critical, "{Loop} died, and the node with it")]
    private partial void Died(string loop, Exception exception);

    [LoggerMessage(LogLevel.Error, "{Loop} did not end within its time")]
    private partial void TookTooLong(string loop);
}
