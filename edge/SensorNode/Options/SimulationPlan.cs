namespace SensorNode.Options;

/// <summary>How the chips of a simulated node behave.</summary>
/// <param name="Seed">Where every chance comes from: the same seed gives the same trims, noise and traffic.</param>
/// <param name="WitnessDirectory">Where each chip keeps its log of what it gave out; null: no log.</param>
/// <param name="Devices">What each device lives through, by device name; one for every device.</param>
public sealed record SimulationPlan(int Seed, string? WitnessDirectory, IReadOnlyDictionary<string, DeviceSimulation> Devices);

/// <summary>What one simulated device lives through.</summary>
public sealed record DeviceSimulation(Scenario Scenario, IReadOnlyList<Incident> Incidents);

/// <summary>The named scenarios.</summary>
public enum Scenario : byte
{
    /// <summary>Climate: a street in town, 8 to 20 °C over the day.</summary>
    Street,

    /// <summary>Climate: by the water, milder and moister.</summary>
    Waterfront,

    /// <summary>Climate: on a hill, colder, at lower pressure.</summary>
    Hillside,

    /// <summary>Contact: never active but for incidents.</summary>
    Quiet,

    /// <summary>Contact: people come by, more by day than by night.</summary>
    Footfall,

    /// <summary>Pulses: vehicles over the day, with two rush hours.</summary>
    Traffic,

    /// <summary>Pulses: a shower now and then.</summary>
    Showers,

    /// <summary>Pulses: none but for incidents.</summary>
    Dry,

    /// <summary>Light: a clear day, and a street lamp at night.</summary>
    Daylight,

    /// <summary>Supply: 12 V that hold, and what a node draws.</summary>
    Mains,

    /// <summary>Analogue inputs: each holds its voltage. Tilt and vibration: it stands upright and still. Particles: clean air.</summary>
    Steady,
}

/// <summary>What an incident does to its device while it lasts.</summary>
public enum IncidentKind : byte
{
    /// <summary>Air temperature ramps to the value (°C) within 2 s, and back afterwards.</summary>
    Temperature,

    /// <summary>Relative humidity ramps to the value (%), and back afterwards.</summary>
    Humidity,

    /// <summary>The contact is active.</summary>
    Closed,

    /// <summary>Pulses come at this mean rate per hour.</summary>
    PerHour,

    /// <summary>The chip does not answer.</summary>
    Unplugged,

    /// <summary>What the chip sends is disturbed: its check sums are wrong.</summary>
    Disturbed,

    /// <summary>Carbon dioxide ramps to the value (ppm), and back afterwards.</summary>
    CarbonDioxide,

    /// <summary>Illuminance ramps to the value (lx), and back afterwards.</summary>
    Illuminance,

    /// <summary>The voltage of the supply, or of every analogue input, ramps to the value (V), and back afterwards.</summary>
    Voltage,

    /// <summary>Supply current ramps to the value (A), and back afterwards.</summary>
    Current,

    /// <summary>Particles up to 2.5 µm ramp to the value (µg/m³), and back afterwards; the other sizes go with them.</summary>
    Particles,

    /// <summary>Tilt ramps to the value (°), and back afterwards.</summary>
    Tilt,

    /// <summary>The chip holds its bus's data line down, from its beginning until it has lost its power.</summary>
    HoldsBus,

    /// <summary>The raw signal of a gas sensor ramps to the value (ticks), and back afterwards.</summary>
    VocRaw,

    /// <summary>The distance to what the sound meets ramps to the value (m), and back afterwards.</summary>
    Distance,

    /// <summary>Vibration ramps to the value (m/s²), and back afterwards.</summary>
    Vibration,
}

/// <summary>Something that happens to a simulated device.</summary>
/// <param name="At">When it begins, from the start of the node: 0 to 24 h.</param>
/// <param name="For">How long it lasts: 100 ms to 24 h.</param>
/// <param name="Every">When it comes again, from beginning to beginning, longer than it lasts; null: once.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Value">By how much; without meaning for <see cref="IncidentKind.Closed"/>, <see cref="IncidentKind.Unplugged"/> and <see cref="IncidentKind.Disturbed"/>.</param>
public sealed record Incident(TimeSpan At, TimeSpan For, TimeSpan? Every, IncidentKind Kind, double Value)
{
    /// <summary>How long it has lasted at a moment since the node's start; null when it does not last then. The last moment is excluded.</summary>
    public TimeSpan? LastedAt(TimeSpan elapsed)
    {
        if (elapsed < At) return null;
        var since = elapsed - At;
        if (Every is { } every) since = TimeSpan.FromTicks(since.Ticks % every.Ticks);
        return since < For ? since : null;
    }
}
