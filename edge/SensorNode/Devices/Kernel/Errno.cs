using SmartCity.Readings;

namespace SensorNode.Devices.Kernel;

/// <summary>What the kernel's refusals mean for a reading (errno-base.h, errno.h; for I2C: Documentation/i2c/fault-codes.rst).</summary>
public static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int InputOutput = 5;
    public const int NoDeviceOrAddress = 6;
    public const int TryAgain = 11;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int NoDevice = 19;
    public const int InvalidArgument = 22;
    public const int NotATerminal = 25;
    public const int BadMessage = 74;
    public const int NotSupported = 95;
    public const int Shutdown = 108;
    public const int TimedOut = 110;
    public const int RemoteInputOutput = 121;

    /// <summary>The fault that an errno is.</summary>
    public static ReadFault Fault(int errno) => errno switch
    {
        NoDeviceOrAddress or RemoteInputOutput or InputOutput => ReadFault.NoAnswer, // some adapters have no better word than EIO for a missing acknowledge
        TimedOut or TryAgain => ReadFault.TimedOut, // EAGAIN: another master kept the bus
        BadMessage => ReadFault.BadChecksum,
        NoEntry or AccessDenied or NotPermitted or NoDevice or Busy or InvalidArgument or NotATerminal or NotSupported or Shutdown => ReadFault.BusUnavailable,
        _ => ReadFault.Unspecified,
    };
}
