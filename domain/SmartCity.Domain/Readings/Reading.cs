namespace SmartCity.Readings;

/// <summary>How far the clock that stamped a reading can be trusted.</summary>
public enum ClockTrust : byte
{
    /// <summary>Disciplined by the network when the reading was stamped.</summary>
    Synced = 0,

    /// <summary>Was disciplined since boot; runs free now.</summary>
    Holdover = 1,

    /// <summary>Never disciplined since boot: the stamp is a guess.</summary>
    Unsynced = 2,
}

/// <summary>Quality of a value, with the flags and numbers of QARTOD (IOOS).</summary>
public enum Quality : byte
{
    Good = 1,
    NotEvaluated = 2,
    Suspect = 3,
    Fail = 4,
    Missing = 9,
}

/// <summary>Why a sensor gave no value. Kept on disk and wire by number; named on the wire in lower case with hyphens.</summary>
public enum ReadFault : byte
{
    /// <summary>The bus did not acknowledge the address: unplugged, or dead.</summary>
    NoAnswer = 1,

    /// <summary>The bus or the chip did not answer in time.</summary>
    TimedOut = 2,

    /// <summary>What came back fails its check sum.</summary>
    BadChecksum = 3,

    /// <summary>Another chip than the one configured answered.</summary>
    WrongChip = 4,

    /// <summary>The chip answered that it has no measurement (skipped or not ready).</summary>
    NotReady = 5,

    /// <summary>The registers decode to what the chip cannot measure.</summary>
    OutOfRange = 6,

    /// <summary>The kernel refused the device: missing, or not ours to open.</summary>
    BusUnavailable = 7,

    /// <summary>The source said the value is bad or stale, and no more.</summary>
    Unspecified = 8,
}

/// <summary>
/// One sample of one quantity: measured, or failed. A failed read is a fact like any other and travels the same way.
/// Built by <see cref="Measured"/> and <see cref="Failed"/> alone, so that a failed reading has no value to misread.
/// A struct, because the hub handles hundreds of thousands a second.
/// </summary>
public readonly record struct Reading
{
    private readonly double _value;
    private readonly ReadFault _fault; // 0: measured

    private Reading(Quantity quantity, Instant at, ReadingOrder order, ClockTrust clock, Quality quality, double value, ReadFault fault)
    {
        Quantity = quantity;
        At = at;
        Order = order;
        Clock = clock;
        Quality = quality;
        _value = value;
        _fault = fault;
    }

    public Quantity Quantity { get; }

    /// <summary>When it was measured, by the node's clock; frozen at first send.</summary>
    public Instant At { get; }

    /// <summary>Its identity within its outbox, sensor and quantity.</summary>
    public ReadingOrder Order { get; }

    public ClockTrust Clock { get; }

    public Quality Quality { get; }

    /// <summary>Why there is no value; null when there is one.</summary>
    public ReadFault? Fault => _fault == 0 ? null : _fault;

    /// <summary>The value in the catalogue's unit; false when the read failed.</summary>
    public bool TryGetValue(out double value)
    {
        value = _value;
        return _fault == 0;
    }

    /// <summary>A value. One that is no number or outside its quantity's plausible range is marked <see cref="Quality.Fail"/>, never dropped and never good.</summary>
    public static Reading Measured(Quantity quantity, Instant at, ReadingOrder order, double value, ClockTrust clock = ClockTrust.Synced, Quality quality = Quality.Good) =>
        double.IsFinite(value)
            ? new(quantity, at, order, clock, QuantityCatalogue.Of(quantity).IsPlausible(value) ? quality : Quality.Fail, value, 0)
            : Failed(quantity, at, order, ReadFault.OutOfRange, clock);

    public static Reading Failed(Quantity quantity, Instant at, ReadingOrder order, ReadFault fault, ClockTrust clock = ClockTrust.Synced) =>
        new(quantity, at, order, clock, Quality.Missing, double.NaN, fault);

    /// <summary>The same reading, judged otherwise. A failed one stays missing.</summary>
    public Reading WithQuality(Quality quality) => _fault != 0 || quality == Quality ? this : new(Quantity, At, Order, Clock, quality, _value, 0);

    /// <summary>Whether a rule may look at it: measured and good.</summary>
    public bool IsGood => _fault == 0 && Quality == Quality.Good;
}
