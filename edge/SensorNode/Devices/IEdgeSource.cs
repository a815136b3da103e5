using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>The lines of one GPIO chip: the kernel's, or simulated ones. Used by one loop at a time.</summary>
public interface IEdgeSource : IDisposable
{
    /// <summary>Takes a line as an input with both edges and tells its level; once opened, its edges come. A line that failed may be opened again.</summary>
    /// <param name="prompt">Whether an edge of it ends a wait. What is only counted can wait for its report: a node that sleeps costs nothing.</param>
    LineOpening Open(int line, LinePull pull, bool prompt);

    /// <summary>The next thing that happened on an opened line, in order; false when nothing did.</summary>
    bool TryTake(out LineEvent next);

    /// <summary>Waits until something may have happened on a prompt line, or so much on others that it should be taken, or at most so long.</summary>
    ValueTask WaitAsync(TimeSpan atMost, CancellationToken stopping);
}

/// <summary>What became of opening a line.</summary>
/// <param name="Fault">Why it could not be opened; null when it was.</param>
/// <param name="High">Its level.</param>
/// <param name="AtNs">When it had that level, monotonic nanoseconds.</param>
public readonly record struct LineOpening(ReadFault? Fault, bool High, long AtNs);

/// <summary>What happened on a line.</summary>
/// <param name="Line">Its offset on the chip.</param>
/// <param name="Edge">The edge; without meaning with a fault.</param>
/// <param name="Lost">Edges before this one that were lost to a full buffer.</param>
/// <param name="Fault">The line failed and must be opened again; null for an edge.</param>
public readonly record struct LineEvent(int Line, LineEdge Edge, uint Lost, ReadFault? Fault = null);
