using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Repairs;

namespace CityHub.Silo.Twins;

/// <summary>What sensors said last, across shards, of the quantities whose checks or repairs look at others. Filled by the first readings after a start: until then nothing is compared. Thread-safe.</summary>
internal sealed class Neighbourhoods
{
    private readonly Surroundings?[] _of = new Surroundings?[256];

    /// <summary>The quality of a reading after comparing it with those around, never better than its own.</summary>
    /// <param name="checks">Null: it is heard by its neighbours, and compared with none.</param>
    public Quality Compare(SensorActor sensor, in Reading reading, QualityChecks? checks)
    {
        var surroundings = Of(reading.Quantity);
        lock (surroundings) return surroundings.Take(sensor.Twin.Id, sensor.Spot, reading, checks);
    }

    /// <summary>What near sensors said about a time, the nearest first; see <see cref="Surroundings.Near"/>.</summary>
    public int Near(SensorActor sensor, Quantity quantity, Instant at, RepairPlan plan, Span<NearValue> near)
    {
        var surroundings = Of(quantity);
        lock (surroundings) return surroundings.Near(sensor.Twin.Id, sensor.Spot, at, plan.FreshFor, plan.WithinMetres, near);
    }

    private Surroundings Of(Quantity quantity) =>
        Volatile.Read(ref _of[(byte)quantity]) ?? Interlocked.CompareExchange(ref _of[(byte)quantity], new(), null) ?? _of[(byte)quantity]!;
}
