using System.Runtime.InteropServices;

namespace SensorNode;

/// <summary>Keeps native memory small: a node's threads allocate little and seldom at once, but its compiler much at the start.</summary>
internal static partial class SpareMemory
{
    private const int ArenaMax = -8; // M_ARENA_MAX of malloc.h

    /// <summary>One heap for all threads, so that what one frees the next can use: to be called first.</summary>
    public static void UseOneArena()
    {
        try
        {
            _ = mallopt(ArenaMax, 1);
        }
        catch (EntryPointNotFoundException)
        {
            // a C library that is not GNU's: it has its own ways
        }
    }

    /// <summary>Gives back to the machine what starting needed and running does not: the compiler's scratch, and the young heap.</summary>
    public static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            _ = malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // a C library that is not GNU's: it keeps what it has
        }
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int option, int value);

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint keep);
}
