using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings;

/// <summary>Where samples go: the outbox, behind this seam. One sample of one device: all its quantities share stamp and order.</summary>
public interface IReadingSink
{
    /// <summary>The number of this boot within the outbox: the high part of every order given.</summary>
    uint Boot { get; }

    /// <summary>The node-wide count of samples, the low part of an order; starts at 1 each boot.</summary>
    ulong NextSample();

    /// <summary>Takes one sample. Called from any sample loop; never blocks on a disk or a wire.</summary>
    void Take(string device, Lane lane, ReadOnlySpan<Reading> sample);
}
