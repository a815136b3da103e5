using SmartCity.Readings;

namespace SmartCity.Timeline;

/// <summary>A reading without its quantity, as blocks hold it: the quantity is the series'.</summary>
/// <param name="At">When it was measured.</param>
/// <param name="Order">Its place.</param>
/// <param name="Value">Its value; zero when it failed.</param>
/// <param name="Flags">Quality, clock and fault.</param>
public readonly record struct PackedReading(Instant At, ReadingOrder Order, double Value, ReadingFlags Flags) : IComparable<PackedReading>
{
    public static PackedReading Of(in Reading reading)
    {
        var measured = reading.TryGetValue(out var value);
        return new(reading.At, reading.Order, measured ? value : 0, new(reading.Quality, reading.Clock, reading.Fault ?? 0));
    }

    public Reading ToReading(Quantity quantity) => Flags.Measured
        ? Reading.Measured(quantity, At, Order, Value, Flags.Clock, Flags.Quality)
        : Reading.Failed(quantity, At, Order, Flags.Fault, Flags.Clock);

    /// <summary>By time, then by order.</summary>
    public int CompareTo(PackedReading other)
    {
        var byTime = At.CompareTo(other.At);
        return byTime != 0 ? byTime : Order.CompareTo(other.Order);
    }

    /// <summary>Whether two are one reading, sent twice: a stamp is frozen at first send, so a repeat has both in common.
    /// The order alone would not do: another outbox of the same sensor counts anew.</summary>
    public bool IsRepeatOf(PackedReading other) => At == other.At && Order == other.Order;
}

/// <summary>Quality, clock trust and fault in 14 bits.</summary>
/// <param name="Bits">Quality in bits 0 to 3, clock in 4 and 5, fault in 6 to 13 (0: measured).</param>
public readonly record struct ReadingFlags(ushort Bits)
{
    public ReadingFlags(Quality quality, ClockTrust clock, ReadFault fault) : this((ushort)((int)quality & 0xF | ((int)clock & 3) << 4 | (int)fault << 6))
    {
    }

    public Quality Quality => (Quality)(Bits & 0xF);
    public ClockTrust Clock => (ClockTrust)(Bits >> 4 & 3);
    public ReadFault Fault => (ReadFault)(Bits >> 6 & 0xFF);
    public bool Measured => Bits >> 6 == 0;
}
