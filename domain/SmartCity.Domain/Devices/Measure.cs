using SmartCity.Readings;

namespace SmartCity.Devices;

/// <summary>What a chip said of one quantity, before it is stamped and ordered: a value in the catalogue's unit, or why there is none.</summary>
public readonly record struct Measure
{
    private readonly double _value;

    private Measure(Quantity quantity, double value, ReadFault? fault)
    {
        Quantity = quantity;
        _value = value;
        Fault = fault;
    }

    public Quantity Quantity { get; }

    /// <summary>Why there is no value; null when there is one.</summary>
    public ReadFault? Fault { get; }

    /// <summary>A value in the catalogue's unit. One that is no number is <see cref="ReadFault.OutOfRange"/>.</summary>
    public static Measure Of(Quantity quantity, double value) =>
        double.IsFinite(value) ? new(quantity, value, null) : Failed(quantity, ReadFault.OutOfRange);

    public static Measure Failed(Quantity quantity, ReadFault fault) => new(quantity, double.NaN, fault);

    /// <summary>The value in the catalogue's unit; false when the read failed.</summary>
    public bool TryGetValue(out double value)
    {
        value = _value;
        return Fault is null;
    }

    /// <summary>The reading that this measure becomes once it has a stamp, an order and a clock's word.</summary>
    public Reading At(Instant at, ReadingOrder order, ClockTrust clock) =>
        Fault is { } fault ? Reading.Failed(Quantity, at, order, fault, clock) : Reading.Measured(Quantity, at, order, _value, clock);
}
