using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>A serial line at 9600 baud, 8 bits, no parity, one stop bit. Used by one loop at a time.</summary>
public interface IUart : IDisposable
{
    /// <summary>Takes what has come so far, without waiting.</summary>
    /// <param name="into">Where the bytes go.</param>
    /// <param name="count">How many came; 0 with a fault.</param>
    /// <returns>Why the line could not be read; null when it could, even if nothing had come.</returns>
    ReadFault? Read(Span<byte> into, out int count);
}
