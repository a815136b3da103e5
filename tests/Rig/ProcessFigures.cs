using System.Globalization;

namespace Rig;

/// <summary>What the kernel says of a process.</summary>
/// <param name="Cpu">User and system time since its start (10 ms steps).</param>
/// <param name="PeakBytes">Highest resident size (VmHWM).</param>
/// <param name="AnonymousBytes">Resident now, not backed by a file; the compiled code of .NET, which the kernel calls shared, among it.</param>
/// <param name="FileBytes">Resident now, backed by a file.</param>
public readonly record struct ProcessFigures(TimeSpan Cpu, long PeakBytes, long AnonymousBytes, long FileBytes)
{
    private const double TicksPerSecond = 100; // USER_HZ, fixed in Linux's ABI

    public static ProcessFigures Of(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // field 3 on; utime and stime are 14 and 15
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        var status = File.ReadAllLines($"/proc/{pid}/status");
        return new(TimeSpan.FromSeconds(ticks / TicksPerSecond), Bytes(status, "VmHWM:"), Bytes(status, "RssAnon:") + Bytes(status, "RssShmem:"), Bytes(status, "RssFile:"));
    }

    private static long Bytes(string[] status, string name) =>
        long.Parse(status.First(l => l.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
}
