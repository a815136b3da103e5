using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Watch.Repairs;

namespace CityHub.Silo.Twins;

/// <summary>Values for readings that are missing or not good: rows of a series beside theirs, in the same cut as the reading that told.</summary>
internal sealed partial class Shard
{
    private readonly List<Repair> _repairs = [];
    private readonly NearValue[] _near = new NearValue[RepairWatch.MostNeighbours];

    private static bool LooksAround(SensorActor sensor, in Reading reading, RepairPlan? repairs, out QualityChecks? checks)
    {
        checks = sensor.Plan.ChecksOf(reading.Quantity);
        if (checks is { LookAround: true }) return true;
        return repairs is not null && Uses(repairs, RepairMethod.Neighbour);
    }

    private void Repair(SensorActor sensor, in Reading reading, RepairPlan plan)
    {
        var count = 0;
        if (sensor.Twin.RepairHeld(reading.Quantity) is { } held && Uses(plan, RepairMethod.Neighbour)) count = _parts.Nearby.Near(sensor, reading.Quantity, held, plan, _near);
        sensor.Twin.Repair(reading, plan, _near.AsSpan(0, count), _repairs);
    }

    private void AddRepairs(SensorActor sensor)
    {
        foreach (var repair in _repairs)
        {
            _cut.Add(new(sensor.RepairsOf(_parts.Timeline, repair.Quantity), repair.ToReading()));
            _parts.Metrics.Repairs.Add(1, new KeyValuePair<string, object?>("method", repair.Method.ToString().ToLowerInvariant()));
        }
        _repairs.Clear();
    }

    private static bool Uses(RepairPlan plan, RepairMethod method)
    {
        foreach (var used in plan.Methods)
        {
            if (used == method) return true;
        }
        return false;
    }
}
