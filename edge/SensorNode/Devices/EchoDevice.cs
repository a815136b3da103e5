using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>What a ranger's echoes mean: whether a bay is taken, or how high water stands and how fast it rises.</summary>
public sealed class EchoDevice(EchoPlan plan)
{
    private RateOfRise _rise = RateOfRise.Over(plan.RiseOver);
    private bool? _occupied;
    private bool? _before; // what the ping before said: a bay changes when two in a row say so

    /// <summary>The measures of one ping, in the order of the plan's quantities.</summary>
    public Measure[] Measures(TimeSpan echo, ReadFault? fault, long atNs)
    {
        var (metres, unheard) = fault is null ? UltrasonicEcho.Distance(echo, plan.Air) : (0, fault);
        if (unheard is { } why) return [.. plan.Quantities.Select(quantity => Measure.Failed(quantity, why))];
        return plan.OccupiedBelowMetres is { } limit ? [Bay(metres < limit)] : Water(plan.MountMetres - metres, atNs);
    }

    private Measure Bay(bool near)
    {
        if (_occupied is null || near == _before) _occupied = near;
        _before = near;
        return Measure.Of(Quantity.BayOccupied, _occupied.Value ? 1 : 0);
    }

    // It tells 3 mm apart at best.
    private Measure[] Water(double level, long atNs)
    {
        _rise = _rise.Observe(level, atNs);
        return [Measure.Of(Quantity.WaterLevel, level, 3), _rise.PerHour is { } perHour ? Measure.Of(Quantity.WaterRise, perHour, 3) : Measure.Failed(Quantity.WaterRise, ReadFault.NotReady)];
    }
}
