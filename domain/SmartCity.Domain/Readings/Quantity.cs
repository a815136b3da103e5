namespace SmartCity.Readings;

/// <summary>What is measured. The number is kept on disk: members are added at the end, never renumbered.</summary>
public enum Quantity : byte
{
    AirTemperature = 1,
    RelativeHumidity = 2,
    AirPressure = 3,
    VehicleCount = 4,
    RainDepth = 5,
    Motion = 6,
    Smoke = 7,
    Flood = 8,
    DoorOpen = 9,
    NitrogenMonoxide = 10,
    NitrogenDioxide = 11,
    Ozone = 12,
    SulfurDioxide = 13,
    Benzene = 14,
    Pm10 = 15,
    Pm2_5 = 16,
    Pm1 = 17,
    WindSpeed = 18,
    WindDirection = 19,
    SolarRadiation = 20,
    Pm10Daily = 21,
    Pm2_5Daily = 22,
    WaterLevel = 23,
    SupplyVoltage = 24,
    BlackCarbon = 25,
    CarbonDioxide = 26,
    Illuminance = 27,
    SupplyCurrent = 28,
    AnalogueVoltage = 29,
    SoundLevel = 30,
    CarbonMonoxide = 31,
    CombustibleGas = 32,
    SoilMoisture = 33,
    Tilt = 34,
    Vibration = 35,
    WaterTemperature = 36,
    SurfaceTemperature = 37,
    Flame = 38,
    Tamper = 39,
    Panic = 40,

    // Outputs: what a command switches, and what the node says back.
    Siren = 41,
    Beacon = 42,
    Relay = 43,
    VehicleSpeed = 44,
    VehicleLength = 45,
    VehicleClass = 46,
    BayOccupied = 47,
    WaterRise = 48,
    Shock = 49,
    VocRaw = 50,
    NoxRaw = 51,

    /// <summary>Measured by no sensor: what the hub says of its own parts, and what a drill says.</summary>
    Notice = 200,

    // From 210 on: what the hub computes from others, see Watch.DerivedQuantity.
    DewPoint = 210,
    HeatIndex = 211,
    SeaLevelPressure = 212,
    UsAqi = 213,
    CnAqi = 214,
}

/// <summary>How a quantity's values behave from one reading to the next.</summary>
public enum QuantityKind : byte
{
    /// <summary>A level: every value stands for itself.</summary>
    Level,

    /// <summary>A count that only grows, and starts again at zero with its counter.</summary>
    Counter,

    /// <summary>A contact: 0 open, quiet or off, 1 closed, triggered or on.</summary>
    Contact,
}

/// <summary>How a quantity's value travels as a Sparkplug metric. The numbers are those of Sparkplug 3.0, section 6.4.16.</summary>
public enum WireType : byte
{
    Float = 9,
    Double = 10,
    Int64 = 4,
    Boolean = 11,
}

/// <summary>One row of the quantity catalogue.</summary>
/// <param name="Quantity">The quantity.</param>
/// <param name="Name">Its metric name on the wire, in rules and in the API: lower case, hyphens.</param>
/// <param name="Unit">Its unit as a UCUM code (ucum.org), case sensitive.</param>
/// <param name="Wire">Its Sparkplug datatype.</param>
/// <param name="Kind">Level, counter or contact.</param>
/// <param name="Min">The least plausible value, included.</param>
/// <param name="Max">The greatest plausible value, included.</param>
public sealed record QuantityRow(Quantity Quantity, string Name, string Unit, WireType Wire, QuantityKind Kind, double Min, double Max)
{
    /// <summary>Whether a value can be what the world did: a number within the plausible range.</summary>
    public bool IsPlausible(double value) => value >= Min && value <= Max;

    /// <summary>Whether it is an output's: switched by a command, and told back by its node.</summary>
    public bool IsOutput => Quantity is Quantity.Siren or Quantity.Beacon or Quantity.Relay;
}
