using SmartCity.Readings;

namespace SensorNode.Devices.Kernel;

/// <summary>A serial line by the kernel's terminal: raw, 9600 8N1, never blocking. Opened at first use, and again after any error.</summary>
public sealed unsafe class KernelUart(string path, ILinux linux) : IUart
{
    private int _file = -1;

    public ReadFault? Read(Span<byte> into, out int count)
    {
        count = 0;
        if (Opened() is { } closed) return closed;
        fixed (byte* buffer = into)
        {
            var read = linux.Read(_file, buffer, into.Length);
            if (read >= 0)
            {
                count = read;
                return read == 0 && HungUp() ? Failed(Errno.NoDevice) : null;
            }
            if (-read == Errno.Interrupted) return null; // the next read takes it
            return Failed(-read);
        }
    }

    public void Dispose() => Close();

    // A line whose adapter is gone reads as one on which nothing comes; only poll tells the two apart.
    private bool HungUp()
    {
        var file = new PollFile { File = _file, Events = PollFile.In };
        return linux.Poll(&file, 1, 0) > 0 && (file.Returned & (PollFile.HungUp | PollFile.Error | PollFile.Invalid)) != 0;
    }

    private ReadFault? Opened()
    {
        if (_file >= 0) return null;
        var file = linux.Open(path);
        if (file < 0) return Missing(-file);
        _file = file;
        var terminal = new Termios
        {
            ControlFlags = TermiosUapi.Baud9600 | TermiosUapi.EightBits | TermiosUapi.Receiver | TermiosUapi.Local,
            InputSpeed = 9600,
            OutputSpeed = 9600,
        };
        var set = linux.Ioctl(file, TermiosUapi.SetTermios, &terminal);
        return set < 0 ? Failed(-set) : null;
    }

    // An adapter that was unplugged (USB) comes back under a new descriptor.
    private ReadFault? Failed(int errno)
    {
        Close();
        return Missing(errno);
    }

    // Nobody acknowledges on a serial line: what the kernel calls an error of the device is the line's.
    private static ReadFault Missing(int errno) => Errno.Fault(errno) is var fault and not ReadFault.NoAnswer ? fault : ReadFault.BusUnavailable;

    private void Close()
    {
        if (_file >= 0) linux.Close(_file);
        _file = -1;
    }
}
