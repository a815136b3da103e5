using SmartCity.Readings;
using SmartCity.Watch;

namespace SmartCity.Webhooks;

/// <summary>Hours of the day in which only what is bad enough calls; the rest waits for their end.</summary>
/// <param name="From">Local time at which they begin; part of them.</param>
/// <param name="To">Local time at which they end; no longer part of them. Earlier than <paramref name="From"/>: on the next day.</param>
/// <param name="Zone">IANA name of the time zone, such as <c>Europe/Berlin</c>.</param>
/// <param name="LoudFrom">From this severity up messages go out at once.</param>
public sealed record QuietHours(TimeOnly From, TimeOnly To, string Zone, Severity LoudFrom)
{
    /// <summary>Until when a message of this severity waits; null: it goes out at once.</summary>
    /// <param name="zone">The zone that <see cref="Zone"/> names.</param>
    public Instant? Until(Instant now, Severity severity, TimeZoneInfo zone)
    {
        if (severity >= LoudFrom) return null;
        var local = TimeZoneInfo.ConvertTime(now.ToDateTimeOffset(), zone).DateTime;
        if (!TimeOnly.FromDateTime(local).IsBetween(From, To)) return null;
        var end = local.Date + To.ToTimeSpan();
        if (end <= local) end = end.AddDays(1);
        if (zone.IsInvalidTime(end)) end = end.AddHours(1);   // skipped when the clocks go forward
        return Instant.From(new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(DateTime.SpecifyKind(end, DateTimeKind.Unspecified), zone)));
    }
}
