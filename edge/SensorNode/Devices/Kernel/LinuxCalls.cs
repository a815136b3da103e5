using System.Runtime.InteropServices;

namespace SensorNode.Devices.Kernel;

/// <summary>The system's own calls, by its C library.</summary>
/// <remarks>ioctl and open are variadic in C; on Linux, x86-64 and both Arms pass a pointer to them as to any function.</remarks>
public sealed unsafe partial class LinuxCalls : ILinux
{
    private const int ReadWrite = 2;
    private const int CloseOnExec = 0x80000;
    private const int NoControllingTerminal = 0x100; // a serial line that hangs up must not take the daemon with it

    public int Open(string path) => Result(open(path, ReadWrite | CloseOnExec | NoControllingTerminal));

    public int Ioctl(int file, uint request, void* argument) => Result(ioctl(file, request, argument));

    public int Read(int file, void* into, int length) => Result((int)read(file, into, (nuint)length));

    public int Write(int file, void* from, int length) => Result((int)write(file, from, (nuint)length));

    public int Poll(PollFile* files, int count, int timeoutMilliseconds) => Result(poll(files, (nuint)count, timeoutMilliseconds));

    public int Close(int file) => Result(close(file));

    public int EventFile() => Result(eventfd(0, CloseOnExec));

    private static int Result(int returned) => returned >= 0 ? returned : -Marshal.GetLastPInvokeError();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int file, nuint request, void* argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int file, void* into, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int file, void* from, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(PollFile* files, nuint count, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);
}
