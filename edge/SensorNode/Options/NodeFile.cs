using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Options;

/// <summary>A node's file, checked: what it is called, where it stands, whom it tells, what is wired to it. See docs/node-file.md.</summary>
public sealed record NodeFile
{
    /// <summary>The file it was read from, as the caller named it.</summary>
    public required string File { get; init; }

    /// <summary>Group and name on the wire.</summary>
    public required NodeKey Node { get; init; }

    /// <summary>The Sparkplug host application whose STATE the node follows. Default: <c>cityhub-{group}</c>.</summary>
    public required string Host { get; init; }

    public required BrokerPlan Broker { get; init; }

    public required OutboxPlan Outbox { get; init; }

    public required ClockSource Clock { get; init; }

    /// <summary>Where the node stands, unless a device says otherwise.</summary>
    public required Place Place { get; init; }

    public required IReadOnlyList<BusPlan> Buses { get; init; }

    /// <summary>What is wired to it, 1 to 64 devices.</summary>
    public required IReadOnlyList<DevicePlan> Devices { get; init; }

    /// <summary>What the link to the hub may carry, and what is made of the readings for it. Default: no limit, nothing.</summary>
    public LinkPlan Link { get; init; } = new(null, false);

    /// <summary>Rules that the node itself looks after. Default: none.</summary>
    public IReadOnlyList<EdgeRulePlan> Rules { get; init; } = [];

    /// <summary>Whether a command may end the node, to be started anew. Default: it may not.</summary>
    public bool MayReboot { get; init; }

    /// <summary>When present, every device is simulated at register and edge level and no kernel device is opened.</summary>
    public SimulationPlan? Simulation { get; init; }
}

/// <summary>The MQTT broker.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">1 to 65535. Default 1883.</param>
/// <param name="CredentialsFile">A file whose first line is the user name and whose second is the password; null: none.</param>
/// <param name="CardFile">The node's card from the city's enrolment, see <see cref="NodeCard"/>; TLS is spoken with it. Null: plain TCP.</param>
public sealed record BrokerPlan(string Host, int Port, string? CredentialsFile, string? CardFile = null);

/// <summary>The outbox on disk.</summary>
/// <param name="Directory">Its directory, this node's alone.</param>
/// <param name="LimitBytes">The most that it may hold: 1 MiB to 1 TiB. Default 256 MiB.</param>
/// <param name="LimitAge">Readings that are so much older than the newest one go, a file at a time: 1 to 3650 days. Null: no age is too old.</param>
public sealed record OutboxPlan(string Directory, long LimitBytes, TimeSpan? LimitAge = null);

/// <summary>The link to the hub.</summary>
/// <param name="BytesADay">What it may carry in a day, see <see cref="SmartCity.Telemetry.ByteBudget"/>; null: any amount.</param>
/// <param name="Aggregates">Whether least, mean and greatest of each minute are told beside the readings.</param>
public sealed record LinkPlan(long? BytesADay, bool Aggregates);

/// <summary>Whose word is taken for how far the clock can be trusted.</summary>
public enum ClockSource : byte
{
    /// <summary>The kernel's (adjtimex): the default.</summary>
    Kernel,

    /// <summary>It is taken as synced: for simulated nodes, which share the hub's clock.</summary>
    Trusted,
}

/// <summary>Where something stands, as its node suggests it; the city's register decides.</summary>
/// <param name="Latitude">Degrees north, WGS 84, -90 to 90; null: not known.</param>
/// <param name="Longitude">Degrees east, WGS 84, -180 to 180; null: not known.</param>
public sealed record Place(string? District, string? Site, double? Latitude, double? Longitude);

public enum BusKind : byte
{
    I2c,
    Gpio,
    W1,
    Uart,
}

/// <summary>A kernel device that chips or lines hang on.</summary>
/// <param name="Number">The N of /dev/i2c-N, /dev/gpiochipN, w1_bus_masterN or /dev/serialN, 0 to 255.</param>
public sealed record BusPlan(string Name, BusKind Kind, int Number)
{
    public string Path => Kind switch
    {
        BusKind.I2c => $"/dev/i2c-{Number}",
        BusKind.Gpio => $"/dev/gpiochip{Number}",
        BusKind.W1 => $"/sys/bus/w1/devices/w1_bus_master{Number}",
        BusKind.Uart => $"/dev/serial{Number}",
    };
}

/// <summary>A chip or line as wired.</summary>
/// <param name="Name">Its device name on the wire.</param>
/// <param name="Bus">What it hangs on.</param>
/// <param name="Interval">How often it is sampled, or its state told again: 100 ms to 1 h.</param>
/// <param name="Place">Where it stands.</param>
public abstract record DevicePlan(string Name, BusPlan Bus, TimeSpan Interval, Place Place)
{
    /// <summary>What it measures, in the order of its samples.</summary>
    public abstract IReadOnlyList<Quantity> Quantities { get; }

    /// <summary>The shortest interval that it bears.</summary>
    public virtual TimeSpan ShortestInterval => TimeSpan.FromMilliseconds(100);

    /// <summary>The line that feeds it, by which it can be taken off a bus that it holds up; null: it is always on. For chips on I2C buses.</summary>
    public PowerPlan? Power { get; init; }

    /// <summary>Its calibration and when its values are told.</summary>
    public DeviceTuning Tuning { get; init; } = DeviceTuning.None;
}

/// <summary>A line that feeds a chip.</summary>
/// <param name="On">The level at which the chip has power.</param>
public sealed record PowerPlan(BusPlan Bus, int Line, Polarity On);

/// <summary>A line of a GPIO chip.</summary>
/// <param name="Line">Its offset on the chip, 0 to 1023.</param>
/// <param name="Debounce">How long a level must hold to count: 0 to 10 s.</param>
public abstract record LinePlan(string Name, BusPlan Bus, TimeSpan Interval, Place Place, int Line, Quantity Quantity, Polarity Polarity, LinePull Pull, TimeSpan Debounce)
    : DevicePlan(Name, Bus, Interval, Place)
{
    public override IReadOnlyList<Quantity> Quantities => [Quantity];
}

/// <summary>A contact: motion, smoke, flood, door.</summary>
public sealed record ContactPlan(string Name, BusPlan Bus, TimeSpan Interval, Place Place, int Line, Quantity Quantity, Polarity Polarity, LinePull Pull, TimeSpan Debounce)
    : LinePlan(Name, Bus, Interval, Place, Line, Quantity, Polarity, Pull, Debounce);

/// <summary>A pulse counter: vehicles, rain, or the cups of an anemometer.</summary>
/// <param name="PerPulse">What one pulse stands for: 1 vehicle, 0.01 to 10 mm of rain, or 0.01 to 10 m of wind.</param>
public sealed record PulsePlan(string Name, BusPlan Bus, TimeSpan Interval, Place Place, int Line, Quantity Quantity, Polarity Polarity, LinePull Pull, TimeSpan Debounce, double PerPulse)
    : LinePlan(Name, Bus, Interval, Place, Line, Quantity, Polarity, Pull, Debounce);

/// <summary>The resistor inside the Pi that holds an open line.</summary>
public enum LinePull : byte
{
    /// <summary>As the system set it.</summary>
    AsIs,
    Up,
    Down,
    Off,
}
