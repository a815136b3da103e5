using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>How far the wall clock can be trusted now.</summary>
public interface IClockTrust
{
    ClockTrust Now();
}

/// <summary>Takes the clock as synced: for simulated nodes, which share the hub's clock.</summary>
public sealed class TrustedClock : IClockTrust
{
    public ClockTrust Now() => ClockTrust.Synced;
}
