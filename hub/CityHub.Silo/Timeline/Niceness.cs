using System.Runtime.InteropServices;

namespace CityHub.Silo.Timeline;

/// <summary>How much of the processor a thread leaves to others. The runtime's own thread priorities do nothing on Linux.</summary>
internal static partial class Niceness
{
    private const int OfOneThread = 0; // PRIO_PROCESS, which on Linux is a thread
    private const uint ThisOne = 0;

    /// <summary>
    /// This thread takes a third of what another gets where both want the whole processor; what is idle it takes whole. For work that nobody waits for.
    /// See sched(7), "The nice value". Where the system does not know it, the thread stays as it is.
    /// </summary>
    public static void Yield()
    {
        if (OperatingSystem.IsLinux()) _ = SetPriority(OfOneThread, ThisOne, 5);
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int nice);
}
