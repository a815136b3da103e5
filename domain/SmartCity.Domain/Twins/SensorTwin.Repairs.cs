using SmartCity.Readings;
using SmartCity.Telemetry;
using SmartCity.Watch;
using SmartCity.Watch.Repairs;

namespace SmartCity.Twins;

/// <summary>What is repaired of its readings. Apart from its rules: these never see a repair.</summary>
public sealed partial class SensorTwin
{
    private readonly List<(Quantity Quantity, RepairWatch Watch)> _repairs = [];

    /// <summary>Whether anything is repaired of a quantity here, and from when on: the time that <see cref="Repair"/> is to be told of near sensors for.</summary>
    public Instant? RepairHeld(Quantity quantity) => FindRepairs(quantity)?.Held;

    /// <summary>Takes the reading that was observed last, if it was the newest of its quantity.</summary>
    /// <param name="near">What near sensors said at <see cref="RepairHeld"/>.</param>
    public void Repair(in Reading reading, RepairPlan plan, ReadOnlySpan<NearValue> near, List<Repair> repairs)
    {
        var watch = FindRepairs(reading.Quantity);
        if (watch is null) _repairs.Add((reading.Quantity, watch = new()));
        var index = IndexOf(reading.Quantity);
        var before = index >= 0 && _quantities[index].HasChecks && reading.Fault is null ? _quantities[index].JudgedBefore : Quality.Good;
        watch.Take(reading.WithQuality(Judged), before, near, plan, repairs);
    }

    private RepairWatch? FindRepairs(Quantity quantity)
    {
        foreach (var (known, watch) in _repairs)
        {
            if (known == quantity) return watch;
        }
        return null;
    }

    private void WriteRepairs(VarintWriter w)
    {
        w.Varint((ulong)_repairs.Count);
        foreach (var (quantity, watch) in _repairs)
        {
            w.Byte((byte)quantity);
            watch.Write(w);
        }
    }

    private bool ReadRepairs(ref VarintReader r)
    {
        if (!r.Varint(out var count) || count > byte.MaxValue) return false;
        for (var i = 0ul; i < count; i++)
        {
            if (!r.Byte(out var quantity) || !QuantityCatalogue.Knows(quantity) || !RepairWatch.TryRead(ref r, out var watch)) return false;
            _repairs.Add(((Quantity)quantity, watch));
        }
        return true;
    }
}
