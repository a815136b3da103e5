using System.Diagnostics;

namespace CityHub.Silo.Tests;

/// <summary>Waits for something outside the test's own thread: a process, a thread, a file.</summary>
internal static class Eventually
{
    public static void Holds(Func<bool> condition)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), "It did not come to hold within 30 s.");
            Thread.Yield();
        }
    }
}
