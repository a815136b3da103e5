using SmartCity.Readings;

namespace SmartCity.Devices;

/// <summary>
/// A pulse counter: vehicles over a loop, tips of a rain gauge. A pulse is one settled activation of its contact.
/// The count only grows, and starts again at zero with the node; the order's boot tells the two counts apart.
/// </summary>
public sealed record PulseCounter
{
    private PulseCounter(DigitalContact contact, long pulses)
    {
        Contact = contact;
        Pulses = pulses;
    }

    private DigitalContact Contact { get; init; }

    /// <summary>Pulses since the counter started.</summary>
    public long Pulses { get; private init; }

    /// <inheritdoc cref="DigitalContact.SettlesAtNs"/>
    public long? SettlesAtNs => Contact.SettlesAtNs;

    /// <summary>A counter at zero on a line as it is found; a pulse that had begun before is not counted.</summary>
    public static PulseCounter Found(bool high, long atNs, TimeSpan debounce, Polarity polarity) =>
        new(DigitalContact.Found(high, atNs, debounce, polarity), 0);

    public PulseCounter Observe(LineEdge edge) => Count(Contact.Observe(edge));

    public PulseCounter Elapse(long nowNs) => Count(Contact.Elapse(nowNs));

    /// <summary>Takes over the line after a time when it could not be read: what had been counted stays counted.</summary>
    public PulseCounter FoundAgain(bool high, long atNs, TimeSpan debounce, Polarity polarity) =>
        this with { Contact = DigitalContact.Found(high, atNs, debounce, polarity) };

    /// <summary>The count as a measure: pulses times what one pulse stands for (1 vehicle, or the millimetres of a tip).</summary>
    public Measure Measure(Quantity quantity, double perPulse) => Devices.Measure.Of(quantity, Pulses * perPulse);

    private PulseCounter Count((DigitalContact Next, ContactChange? Change) seen) =>
        new(seen.Next, seen.Change is { Active: true } ? Pulses + 1 : Pulses);
}

/// <summary>What a counter did from one reading to the next, by whoever follows it.</summary>
/// <param name="Increase">What was counted in between, at least.</param>
/// <param name="Restarted">The counter began again at zero: what it counted between the earlier reading and the restart is not known.</param>
public readonly record struct CounterStep(double Increase, bool Restarted)
{
    /// <summary>The step between two readings of one counter. A count that is lower, or of a later boot, is one that restarted.</summary>
    public static CounterStep Of(double earlier, uint earlierBoot, double later, uint laterBoot) =>
        laterBoot != earlierBoot || later < earlier ? new(later, true) : new(later - earlier, false);
}
