using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Options;

/// <summary>Two light beams across a lane.</summary>
/// <param name="FirstLine">The beam that a vehicle in the direction of the lane meets first.</param>
/// <param name="Covered">The level of a beam that is interrupted.</param>
/// <param name="ApartMetres">The way between the beams: 0.1 to 20 m.</param>
public sealed record SpeedTrapPlan(string Name, BusPlan Bus, TimeSpan Interval, Place Place, int FirstLine, int SecondLine, Polarity Covered, LinePull Pull, double ApartMetres)
    : DevicePlan(Name, Bus, Interval, Place)
{
    public override IReadOnlyList<Quantity> Quantities => [Quantity.VehicleCount, Quantity.VehicleSpeed, Quantity.VehicleLength, Quantity.VehicleClass];
}

/// <summary>An HC-SR04.</summary>
/// <param name="TriggerLine">The output that starts a ping.</param>
/// <param name="EchoLine">The input that is high while the sound is on its way.</param>
/// <param name="Air">The temperature of the air that the sound's speed is taken for.</param>
/// <param name="OccupiedBelowMetres">Of a bay: nearer than this stands a vehicle. Null: it looks at water.</param>
/// <param name="MountMetres">Of water: how high it hangs over the zero of the gauge.</param>
/// <param name="RiseOver">Of water: over how long its rise is told.</param>
public sealed record EchoPlan(string Name, BusPlan Bus, TimeSpan Interval, Place Place, int TriggerLine, int EchoLine, Celsius Air, double? OccupiedBelowMetres, double MountMetres, TimeSpan RiseOver)
    : DevicePlan(Name, Bus, Interval, Place)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200);

    public override TimeSpan ShortestInterval => Shortest;

    public override IReadOnlyList<Quantity> Quantities => OccupiedBelowMetres is null ? [Quantity.WaterLevel, Quantity.WaterRise] : [Quantity.BayOccupied];
}
