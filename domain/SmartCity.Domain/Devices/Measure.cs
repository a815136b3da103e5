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

    /// <summary>Good, or suspect by <see cref="AsSuspect"/>.</summary>
    public Quality Quality { get; private init; } = Quality.Good;

    /// <summary>The same, and whoever reads it is told to doubt it.</summary>
    public Measure AsSuspect() => this with { Quality = Quality.Suspect };

    /// <summary>A value in the catalogue's unit. One that is no number is <see cref="ReadFault.OutOfRange"/>.</summary>
    public static Measure Of(Quantity quantity, double value) =>
        double.IsFinite(value) ? new(quantity, value, null) : Failed(quantity, ReadFault.OutOfRange);

    /// <summary>
    /// A value to so many decimals, which the caller takes from what the chip can tell apart: digits beyond that are noise of the arithmetic, and
    /// cost disk and wire as much as real ones. Rounded to the nearest, a half to the even one, and zero is never negative.
    /// </summary>
    /// <param name="decimals">0 to 6.</param>
    public static Measure Of(Quantity quantity, double value, int decimals)
    {
        var step = Steps[decimals];
        return Of(quantity, Math.Round(value * step) / step + 0.0);
    }

    private static ReadOnlySpan<double> Steps => [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

    public static Measure Failed(Quantity quantity, ReadFault fault) => new(quantity, double.NaN, fault);

    /// <summary>The value in the catalogue's unit; false when the read failed.</summary>
    public bool TryGetValue(out double value)
    {
        value = _value;
        return Fault is null;
    }

    /// <summary>The reading that this measure becomes once it has a stamp, an order and a clock's word.</summary>
    public Reading At(Instant at, ReadingOrder order, ClockTrust clock) =>
        Fault is { } fault ? Reading.Failed(Quantity, at, order, fault, clock) : Reading.Measured(Quantity, at, order, _value, clock, Quality);
}
