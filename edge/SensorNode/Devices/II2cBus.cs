using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>An I2C bus as chips with 8-bit registers need it: the kernel's, or a simulated one. Used by one loop at a time.</summary>
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
}
