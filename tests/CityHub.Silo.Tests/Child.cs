using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace CityHub.Silo.Tests;

/// <summary>This test assembly, run once more as a process of its own, to be killed in the middle of its work (kill -9).
/// Which work is named by an environment variable, and looked up when the module is loaded: before anything else runs.</summary>
internal static class Child
{
    private const string Variable = "CITYHUB_TEST_CHILD";

    private static readonly Dictionary<string, Action<string>> Works = new()
    {
        ["timeline"] = Timeline.TimelineCrashTests.WriteUntilKilled,
        ["register"] = Register.RegisterCrashTests.WriteUntilKilled,
    };

    /// <summary>Starts the work in a folder. It prints a line for each thing it was promised.</summary>
    public static Process Start(string work, string folder)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(Child).Assembly.Location);
        start.Environment[Variable] = work + "|" + folder;
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

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The one way to run as a child without a project of its own.")]
    internal static void RunIfChild()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } asked) return;
        var parts = asked.Split('|', 2);
        Works[parts[0]](parts[1]);
        Environment.Exit(0);
    }
}
