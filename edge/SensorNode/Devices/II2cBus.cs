using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>An I2C bus as chips need it: the kernel's, or a simulated one. Used by one loop at a time.</summary>
public interface II2cBus : IDisposable
{
    /// <summary>Writes the register's number, then reads on from it without letting the bus go.</summary>
    /// <param name="address">The chip's 7-bit address.</param>
    /// <param name="register">The first register.</param>
    /// <param name="into">Where the bytes go: 1 to 32 of them. Undefined after a fault.</param>
    /// <returns>Why nothing was read; null when all was.</returns>
    ReadFault? Read(byte address, byte register, Span<byte> into);

    /// <summary>Writes one register.</summary>
    /// <returns>Why it was not written; null when it was.</returns>
    ReadFault? Write(byte address, byte register, byte value);

    /// <summary>
    /// Writes bytes, then reads bytes without letting the bus go; either may be none, but not both. For chips that take commands, and for
    /// those whose registers are wider than a byte: nothing is taken apart into single registers.
    /// </summary>
    /// <param name="address">The chip's 7-bit address.</param>
    /// <param name="write">At most 32 bytes.</param>
    /// <param name="read">Where the bytes go: at most 32. Undefined after a fault.</param>
    /// <returns>Why it was not done; null when it was. <see cref="ReadFault.BusUnavailable"/> when the adapter cannot do such a transfer.</returns>
    ReadFault? Transfer(byte address, ReadOnlySpan<byte> write, Span<byte> read);
}
