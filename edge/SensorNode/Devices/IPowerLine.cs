using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>The line that feeds a chip: the kernel's, or a simulated one. Disposing leaves the chip with power.</summary>
public interface IPowerLine : IDisposable
{
    /// <summary>Gives power, or takes it. Null: done; else why not.</summary>
    ReadFault? Set(bool on);
}
