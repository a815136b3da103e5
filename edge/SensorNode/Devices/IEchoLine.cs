using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>An ultrasonic ranger on its two lines: the kernel's, or a simulated one. Used by one loop at a time.</summary>
public interface IEchoLine : IDisposable
{
    /// <summary>Sends a ping and tells how long its echo line was high; or why nothing was heard. A line that failed is taken again with the next ping.</summary>
    ValueTask<(TimeSpan Echo, ReadFault? Fault)> PingAsync(CancellationToken stopping);
}
