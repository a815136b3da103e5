using System.Diagnostics;

namespace CityHub.Silo.Tests;

/// <summary>This test assembly, run once more as a process of its own, to be killed in the middle of its work (kill -9).</summary>
internal static class Child
{
    private static readonly Dictionary<string, Action<string>> Works = new()
    {
        ["timeline"] = Timeline.TimelineCrashTests.WriteUntilKilled,
        ["delivery"] = Webhooks.DeliveryCrashTests.DeliverUntilKilled,
        ["register"] = Register.RegisterCrashTests.WriteUntilKilled,
#if NPGSQL
        ["shared-delivery"] = Register.SharedDeliveryTests.DeliverUntilKilled,
#endif
    };

    /// <summary>Starts the work in a folder. It prints a line for each thing it was promised.</summary>
    public static Process Start(string work, string folder)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(Child).Assembly.Location);
        start.ArgumentList.Add(work);
        start.ArgumentList.Add(folder);
        return Process.Start(start)!;
    }

    /// <summary>Reads what it was promised, kills it after so many lines, and reads the rest of what it had said.</summary>
    public static List<string> KillAfter(Process child, int lines)
    {
        var promised = new List<string>();
        while (child.StandardOutput.ReadLine() is { } line)
        {
            promised.Add(line);
            if (promised.Count == lines) child.Kill();
        }
        child.WaitForExit();
        return promised;
    }

    internal static int Main(string[] args)
    {
        if (args is not [var work, var folder] || !Works.TryGetValue(work, out var run)) return 2;
        run(folder);
        return 0;
    }
}
