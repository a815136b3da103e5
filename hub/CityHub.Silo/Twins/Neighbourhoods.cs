using SmartCity.Readings;
using SmartCity.Watch;

namespace CityHub.Silo.Twins;

/// <summary>What sensors said last, across shards, of the quantities whose checks compare sensors. Filled by the first readings after a start: until then nothing is compared. Thread-safe.</summary>
internal sealed class Neighbourhoods
{
    private readonly Surroundings?[] _of = new Surroundings?[256];

    /// <summary>The quality of a reading after comparing it with those around, never better than its own.</summary>
    public Quality Compare(SensorActor sensor, in Reading reading, QualityChecks checks)
    {
        var surroundings = Of(reading.Quantity);
        lock (surroundings) return surroundings.Take(sensor.Twin.Id, sensor.Spot, reading, checks);
    }

    private Surroundings Of(Quantity quantity) =>
        Volatile.Read(ref _of[(byte)quantity]) ?? Interlocked.CompareExchange(ref _of[(byte)quantity], new(), null) ?? _of[(byte)quantity]!;
}
