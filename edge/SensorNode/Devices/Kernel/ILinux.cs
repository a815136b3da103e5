namespace SensorNode.Devices.Kernel;

/// <summary>
/// The system calls that the kernel's device files need, each returning its result or the negative errno, as the kernel itself does.
/// A seam, because no test machine can be counted on to have an I2C bus or a GPIO chip: tests answer the ioctls and leave the rest to the kernel.
/// </summary>
public unsafe interface ILinux
{
    /// <summary>open(2) for reading and writing, closed on exec: a file descriptor.</summary>
    int Open(string path);

    int Ioctl(int file, uint request, void* argument);

    int Read(int file, void* into, int length);

    int Write(int file, void* from, int length);

    int Poll(PollFile* files, int count, int timeoutMilliseconds);

    int Close(int file);

    /// <summary>eventfd(2): a descriptor that becomes readable when 8 bytes are written to it.</summary>
    int EventFile();
}

/// <summary>struct pollfd of poll.h.</summary>
public struct PollFile
{
    public const short In = 0x0001;
    public const short Error = 0x0008;
    public const short HungUp = 0x0010;
    public const short Invalid = 0x0020;

    public int File;
    public short Events;
    public short Returned;
}
