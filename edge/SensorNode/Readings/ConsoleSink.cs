using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SensorNode.Readings;

/// <summary>Shows samples on the console.</summary>
public sealed partial class ConsoleSink(ILogger<ConsoleSink> log) : IReadingSink
{
    private ulong _samples;

    public uint Boot => 1;

    public ulong NextSample() => Interlocked.Increment(ref _samples);

    public void Take(string device, Lane lane, ReadOnlySpan<Reading> sample)
    {
        foreach (var reading in sample) Took(lane, device, reading.Quantity, reading.TryGetValue(out var value) ? value : double.NaN, reading.Fault, reading.At);
    }

    [LoggerMessage(LogLevel.Information, "{Lane} {Device} {Quantity} {Value} {Fault} at {At}")]
    private partial void Took(Lane lane, string device, Quantity quantity, double value, ReadFault? fault, Instant at);
}
