using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>The outputs of one GPIO chip: the kernel's, or simulated ones. Used by one loop at a time. Disposing takes every one to its off level.</summary>
public interface IOutputLines : IDisposable
{
    /// <summary>Takes a line as an output at its off level, whatever it was before. Null: done; else why not. One that failed may be opened again.</summary>
    /// <param name="offHigh">Whether off is the high level.</param>
    ReadFault? Open(int line, bool offHigh);

    /// <summary>Sets an opened line. Null: done; else why not, and it must be opened again.</summary>
    ReadFault? Set(int line, bool high);
}
