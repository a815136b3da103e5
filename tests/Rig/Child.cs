using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Rig;

/// <summary>A process of ours: its output goes to a file, and it never outlives the one that started it.</summary>
public sealed partial class Child : IAsyncDisposable
{
    private readonly Process _process;

    private Child(Process process, string log) => (_process, Log) = (process, log);

    public string Log { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <param name="log">File that its output is appended to.</param>
    /// <param name="command">Program and arguments.</param>
    public static Child Start(string log, params string[] command)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        // setpriv: the kernel ends it when we die, even by kill -9. sh: its output to a file without a pump of ours in between.
        var start = new ProcessStartInfo("setpriv") { UseShellExecute = false };
        foreach (var part in (string[])["--pdeathsig", "KILL", "sh", "-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", log, .. command]) start.ArgumentList.Add(part);
        return new(Starter.Run(start), log);
    }

    /// <summary>The kernel takes "when we die" as "when the thread that started it ends", so one thread that never ends starts them all.</summary>
    private static class Starter
    {
        private static readonly BlockingCollection<(ProcessStartInfo Start, TaskCompletionSource<Process> Started)> Orders = [];

        static Starter() => new Thread(() =>
        {
            foreach (var (start, started) in Orders.GetConsumingEnumerable())
            {
                try
                {
                    started.SetResult(Process.Start(start)!);
                }
                catch (Exception e)
                {
                    started.SetException(e);
                }
            }
        }) { IsBackground = true, Name = "child-starter" }.Start();

        public static Process Run(ProcessStartInfo start)
        {
            var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
            Orders.Add((start, started));
            return started.Task.GetAwaiter().GetResult();
        }
    }

    /// <summary>kill -9.</summary>
    public async Task Kill()
    {
        if (_process.HasExited) return;
        Signal(_process.Id, 9);
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end (SIGTERM), and waits.</summary>
    /// <returns>Whether it ended by itself in time; else it was killed.</returns>
    public async Task<bool> Stop(TimeSpan? patience = null)
    {
        if (_process.HasExited) return true;
        Signal(_process.Id, 15);
        using var deadline = new CancellationTokenSource(patience ?? TimeSpan.FromSeconds(20));
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            await Kill();
            return false;
        }
    }

    /// <summary>Waits until it ends by itself; what has not ended in time is killed.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> End(TimeSpan? patience = null)
    {
        using var deadline = new CancellationTokenSource(patience ?? Until.Patience);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await Kill();
            throw new TimeoutException($"it did not end in time; its last words:\n{Tail()}");
        }
    }

    /// <summary>SIGSTOP: it is there and does nothing.</summary>
    public void Freeze() => Signal(_process.Id, 19);

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Signal(_process.Id, 18);

    public ProcessFigures Figures() => ProcessFigures.Of(_process.Id);

    public string Tail(int lines = 30) => File.Exists(Log) ? string.Join('\n', File.ReadLines(Log).TakeLast(lines)) : "";

    public async ValueTask DisposeAsync()
    {
        await Kill();
        _process.Dispose();
    }

    private static void Signal(int pid, int signal) => _ = kill(pid, signal); // gone already: as wanted

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}
