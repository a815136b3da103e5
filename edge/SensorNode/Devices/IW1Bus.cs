using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>A 1-Wire bus as the kernel serves it: one text per chip. Used by one loop at a time.</summary>
public interface IW1Bus : IDisposable
{
    /// <summary>Has a chip measure and reads what the kernel says of it; takes as long as the chip's conversion.</summary>
    /// <param name="rom">The chip's number, as the kernel writes it.</param>
    /// <param name="text">What was read; empty with a fault.</param>
    /// <returns>Why nothing was read; null when something was.</returns>
    ReadFault? Read(string rom, out string text);
}
