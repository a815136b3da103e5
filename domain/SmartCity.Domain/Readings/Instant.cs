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

    public int CompareTo(Instant other) => UnixMilliseconds.CompareTo(other.UnixMilliseconds);

    public static bool operator <(Instant a, Instant b) => a.UnixMilliseconds < b.UnixMilliseconds;
    public static bool operator >(Instant a, Instant b) => a.UnixMilliseconds > b.UnixMilliseconds;
    public static bool operator <=(Instant a, Instant b) => a.UnixMilliseconds <= b.UnixMilliseconds;
    public static bool operator >=(Instant a, Instant b) => a.UnixMilliseconds >= b.UnixMilliseconds;
    public static TimeSpan operator -(Instant a, Instant b) => TimeSpan.FromMilliseconds(a.UnixMilliseconds - b.UnixMilliseconds);
    public static Instant operator +(Instant a, TimeSpan b) => new(a.UnixMilliseconds + (long)b.TotalMilliseconds);
    public static Instant operator -(Instant a, TimeSpan b) => new(a.UnixMilliseconds - (long)b.TotalMilliseconds);
}
