using System.Globalization;

namespace SmartCity.Readings;

/// <summary>Names one outbox on one disk: random, made with the outbox. A new id starts a new order for its node.</summary>
public readonly record struct OutboxId(ulong Value)
{
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}

/// <summary>
/// The identity of a reading within its outbox and metric, given at sampling: the boot, then the count of samples within it.
/// Packed so that it compares as one number: 24 bits of boot (16 million), 40 bits of sample (34 years at 1,000 a second).
/// For a source without our ledger, <see cref="Unledgered"/> packs timestamp, seq and arrival in their place.
/// </summary>
public readonly record struct ReadingOrder(ulong Packed) : IComparable<ReadingOrder>
{
    private const int SampleBits = 40;
    public const uint MaxBoot = (1u << 24) - 1;
    public const ulong MaxSample = (1ul << SampleBits) - 1;

    public uint Boot => (uint)(Packed >> SampleBits);
    public ulong Sample => Packed & MaxSample;

    /// <exception cref="ArgumentOutOfRangeException">Boot over <see cref="MaxBoot"/> or sample over <see cref="MaxSample"/>.</exception>
    public static ReadingOrder Of(uint boot, ulong sample)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(boot, MaxBoot);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sample, MaxSample);
        return new((ulong)boot << SampleBits | sample);
    }

    /// <summary>Order of a source without our ledger: timestamp (42 bits of ms), then seq within the session (8 bits), then arrival (14 bits).</summary>
    public static ReadingOrder Unledgered(Instant at, byte seq, uint arrival) =>
        new(((ulong)Math.Max(0, at.UnixMilliseconds) & ((1ul << 42) - 1)) << 22 | (ulong)seq << 14 | arrival & 0x3FFF);

    /// <summary>Whether this is the order of a source without our ledger, for a reading of that instant: its upper bits say that instant again.</summary>
    public bool IsUnledgered(Instant at) => Packed >> 22 == ((ulong)Math.Max(0, at.UnixMilliseconds) & ((1ul << 42) - 1));

    public int CompareTo(ReadingOrder other) => Packed.CompareTo(other.Packed);
    public static bool operator <(ReadingOrder a, ReadingOrder b) => a.Packed < b.Packed;
    public static bool operator >(ReadingOrder a, ReadingOrder b) => a.Packed > b.Packed;
    public static bool operator <=(ReadingOrder a, ReadingOrder b) => a.Packed <= b.Packed;
    public static bool operator >=(ReadingOrder a, ReadingOrder b) => a.Packed >= b.Packed;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Boot}.{Sample}");
}
