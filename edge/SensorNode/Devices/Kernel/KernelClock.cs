using System.Runtime.InteropServices;
using SmartCity.Readings;

namespace SensorNode.Devices.Kernel;

/// <summary>
/// The kernel's word on the wall clock (adjtimex(2)): whether it is disciplined now, and whether it was since boot. A free-running clock
/// is called unsynchronised by the kernel once its estimated error passes 16 s, or when the time daemon says so.
/// </summary>
/// <param name="wasSynced">Whether the clock was disciplined since boot, before this process could see it.</param>
public sealed partial class KernelClock(bool wasSynced, Func<int> state) : IClockTrust
{
    /// <summary>What adjtimex returns for a clock that is not synchronised.</summary>
    public const int TimeError = 5;

    // systemd-timesyncd makes it when it first has the time; /run is empty after a boot.
    private const string SyncedSinceBoot = "/run/systemd/timesync/synchronized";

    private bool _wasSynced = wasSynced;

    public KernelClock() : this(File.Exists(SyncedSinceBoot), State)
    {
    }

    public ClockTrust Now()
    {
        if (state() is >= 0 and not TimeError)
        {
            _wasSynced = true;
            return ClockTrust.Synced;
        }
        return _wasSynced ? ClockTrust.Holdover : ClockTrust.Unsynced;
    }

    private static unsafe int State()
    {
        var timex = new Timex();
        return adjtimex(&timex);
    }

    [LibraryImport("libc")]
    private static unsafe partial int adjtimex(Timex* timex);
}

/// <summary>struct timex of sys/timex.h: 208 bytes on 64-bit machines, fewer on others. Modes 0 asks and sets nothing.</summary>
[StructLayout(LayoutKind.Explicit, Size = 208)]
public struct Timex
{
    [FieldOffset(0)] public uint Modes;
}
