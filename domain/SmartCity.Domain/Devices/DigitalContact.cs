namespace SmartCity.Devices;

/// <summary>An edge of a line, as the kernel or a simulated chip saw it.</summary>
/// <param name="High">The line's level after the edge.</param>
/// <param name="AtNs">When, on the machine's monotonic clock, in nanoseconds.</param>
public readonly record struct LineEdge(bool High, long AtNs);

/// <summary>Which level of a line means "closed" or "triggered".</summary>
public enum Polarity : byte
{
    ActiveHigh,
    ActiveLow,
}

/// <summary>A change that held: the contact is active, or quiet, since this moment.</summary>
/// <param name="Active">Closed or triggered.</param>
/// <param name="SinceNs">When the level was reached that then held, monotonic nanoseconds.</param>
public readonly record struct ContactChange(bool Active, long SinceNs);

/// <summary>
/// A contact with debounce: motion, smoke, flood, door. A pure fold over edges: a level counts once it has held for the debounce
/// time, from its edge on; whatever bounces back sooner never happened.
/// </summary>
public sealed record DigitalContact
{
    private DigitalContact(bool active, bool level, long levelSinceNs, long debounceNs, Polarity polarity)
    {
        Active = active;
        Level = level;
        LevelSinceNs = levelSinceNs;
        DebounceNs = debounceNs;
        Polarity = polarity;
    }

    /// <summary>The settled state: closed or triggered.</summary>
    public bool Active { get; private init; }

    private bool Level { get; init; } // active or not, by the last edge, settled or not
    private long LevelSinceNs { get; init; }
    private long DebounceNs { get; }
    private Polarity Polarity { get; }

    /// <summary>When the level that stands will have held long enough, monotonic nanoseconds; null when nothing is pending.</summary>
    public long? SettlesAtNs => Level == Active ? null : LevelSinceNs + DebounceNs;

    /// <summary>A contact as it is found: its first level counts as settled.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative debounce, or one over an hour.</exception>
    public static DigitalContact Found(bool high, long atNs, TimeSpan debounce, Polarity polarity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(debounce, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(debounce, TimeSpan.FromHours(1));
        var active = IsActive(high, polarity);
        return new(active, active, atNs, debounce.Ticks * TimeSpan.NanosecondsPerTick, polarity);
    }

    /// <summary>Takes an edge. The change it returns is of the level before it, if that had held until now, or of the edge itself without debounce.</summary>
    /// <remarks>
    /// An edge stamped before the one before it is taken as simultaneous with it: time never runs back within a line.
    /// An edge to the level that stands already says that the edges in between were lost: the level is held from here on.
    /// </remarks>
    public (DigitalContact Next, ContactChange? Change) Observe(LineEdge edge)
    {
        var at = Math.Max(edge.AtNs, LevelSinceNs);
        var (settled, change) = Elapse(at);
        var level = IsActive(edge.High, Polarity);
        var next = settled with { Level = level, LevelSinceNs = at };
        return DebounceNs > 0 ? (next, change) : next.Elapse(at);
    }

    /// <summary>Lets time pass without an edge: the change, if the level that stands has now held long enough.</summary>
    public (DigitalContact Next, ContactChange? Change) Elapse(long nowNs) =>
        Level != Active && nowNs - LevelSinceNs >= DebounceNs
            ? (this with { Active = Level }, new ContactChange(Level, LevelSinceNs))
            : (this, null);

    private static bool IsActive(bool high, Polarity polarity) => high == (polarity == Polarity.ActiveHigh);
}
