using System.Globalization;

namespace SmartCity.Readings;

/// <summary>A point on the UTC time line, to the millisecond: the resolution of a Sparkplug timestamp and of every stamp we keep.</summary>
/// <param name="UnixMilliseconds">Milliseconds since 1970-01-01T00:00:00Z.</param>
public readonly record struct Instant(long UnixMilliseconds) : IComparable<Instant>
{
    /// <summary>The last instant that a <see cref="DateTimeOffset"/> can show: 9999-12-31T23:59:59.999Z.</summary>
    public static readonly Instant Max = new(253_402_300_799_999);

    public static Instant From(DateTimeOffset at) => new(at.ToUnixTimeMilliseconds());

    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.FromUnixTimeMilliseconds(UnixMilliseconds);

    /// <summary>ISO 8601 in UTC with milliseconds, as in <c>2026-11-23T14:00:00.000Z</c>.</summary>
    public override string ToString() =>
        ToDateTimeOffset().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    /// <summary>Bytes that <see cref="Format"/> writes.</summary>
    public const int TextLength = 24;

    /// <summary>The same text as <see cref="ToString"/> in UTF-8, without an allocation.</summary>
    /// <param name="into">At least <see cref="TextLength"/> long.</param>
    /// <exception cref="ArgumentOutOfRangeException">Before 0001-01-01 or after <see cref="Max"/>.</exception>
    public void Format(Span<byte> into)
    {
        var at = ToDateTimeOffset().UtcDateTime;
        var (year, month, day) = DateOnly.FromDateTime(at);
        "0000-00-00T00:00:00.000Z"u8.CopyTo(into);
        Digits(into[..4], year);
        Digits(into[5..7], month);
        Digits(into[8..10], day);
        Digits(into[11..13], at.Hour);
        Digits(into[14..16], at.Minute);
        Digits(into[17..19], at.Second);
        Digits(into[20..23], at.Millisecond);

        static void Digits(Span<byte> at, int number)
        {
            for (var i = at.Length - 1; i >= 0; i--, number /= 10) at[i] = (byte)('0' + number % 10);
        }
    }

    public int CompareTo(Instant other) => UnixMilliseconds.CompareTo(other.UnixMilliseconds);

    public static bool operator <(Instant a, Instant b) => a.UnixMilliseconds < b.UnixMilliseconds;
    public static bool operator >(Instant a, Instant b) => a.UnixMilliseconds > b.UnixMilliseconds;
    public static bool operator <=(Instant a, Instant b) => a.UnixMilliseconds <= b.UnixMilliseconds;
    public static bool operator >=(Instant a, Instant b) => a.UnixMilliseconds >= b.UnixMilliseconds;
    public static TimeSpan operator -(Instant a, Instant b) => TimeSpan.FromMilliseconds(a.UnixMilliseconds - b.UnixMilliseconds);
    public static Instant operator +(Instant a, TimeSpan b) => new(a.UnixMilliseconds + (long)b.TotalMilliseconds);
    public static Instant operator -(Instant a, TimeSpan b) => new(a.UnixMilliseconds - (long)b.TotalMilliseconds);
}
