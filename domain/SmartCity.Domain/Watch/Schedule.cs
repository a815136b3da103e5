namespace SmartCity.Watch;

/// <summary>A time zone as its offsets from UTC: what a rule file's zone comes down to.</summary>
/// <param name="Name">As the IANA database has it.</param>
/// <param name="From">From which instant on (Unix ms) the offset of the same place holds; rising, the first one for all time before it too.</param>
/// <param name="Offsets">In ms, at most 18 h either way.</param>
public sealed record Zone(string Name, IReadOnlyList<long> From, IReadOnlyList<int> Offsets)
{
    public static readonly Zone Utc = new("UTC", [0], [0]);

    /// <summary>The offset from UTC at an instant, in ms.</summary>
    public int OffsetAt(long at)
    {
        int low = 0, high = From.Count - 1;
        while (low < high)
        {
            var mid = (low + high + 1) / 2;
            if (From[mid] <= at) low = mid;
            else high = mid - 1;
        }
        return Offsets[low];
    }
}

/// <summary>A part of the day on some days of the week, by the zone's clock. Goes past midnight when it ends at or before its beginning; it then
/// belongs to the day on which it begins.</summary>
/// <param name="Days">Bit n for the day n of the week, Sunday being 0.</param>
/// <param name="From">Minute of the day, included.</param>
/// <param name="To">Minute of the day, not included; 1440 for its end.</param>
public readonly record struct DayWindow(byte Days, int From, int To)
{
    public const byte EveryDay = 127;
}

/// <summary>
/// When a rule looks. By the zone's clock: an hour that a clock change leaves out is not there that day, one that it repeats is there twice.
/// </summary>
/// <param name="Zone">Whose clock.</param>
/// <param name="Windows">At least one, at most <see cref="MaxWindows"/>.</param>
/// <param name="Except">Days on which no window begins.</param>
/// <param name="Only">The only days on which one begins; empty: all others.</param>
public sealed record Schedule(Zone Zone, IReadOnlyList<DayWindow> Windows, IReadOnlySet<DateOnly> Except, IReadOnlySet<DateOnly> Only)
{
    public const int MaxWindows = 16;

    private const long Minute = 60_000;
    private const long Day = 86_400_000;

    /// <summary>Whether an instant (Unix ms) is within it.</summary>
    public bool Includes(long at) => EndOf(at) > at;

    /// <summary>When the window that an instant lies in ends (Unix ms, not included); the instant itself if it lies in none.</summary>
    public long EndOf(long at)
    {
        var local = at + Zone.OffsetAt(at);
        var end = local;
        var today = Math.DivRem(local, Day, out var within);
        foreach (var window in Windows)
        {
            var past = window.To <= window.From; // goes past midnight
            if (within >= window.From * Minute && (past || within < window.To * Minute) && Begins(window, today)) end = Math.Max(end, today * Day + window.To * Minute + (past ? Day : 0));
            if (past && within < window.To * Minute && Begins(window, today - 1)) end = Math.Max(end, today * Day + window.To * Minute);
        }
        if (end == local) return at;
        var ends = at + (end - local);
        return ends + Zone.OffsetAt(at) - Zone.OffsetAt(ends); // a clock change in between moves the end
    }

    /// <summary>Whether it never pauses from one instant to another.</summary>
    public bool Covers(long from, long to)
    {
        for (var end = EndOf(from); ;)
        {
            if (end > to) return true;
            var next = EndOf(end);
            if (next == end) return false;
            end = next;
        }
    }

    /// <summary>The first instant from one on that is within it; the greatest number if there is none within a year.</summary>
    public long FirstFrom(long at)
    {
        if (Includes(at)) return at;
        var today = (at + Zone.OffsetAt(at)) / Day;
        for (var day = today; day <= today + 366; day++)
        {
            var first = long.MaxValue;
            foreach (var window in Windows)
            {
                if (!Begins(window, day)) continue;
                var local = day * Day + window.From * Minute;
                var begins = local - Zone.OffsetAt(local - Zone.OffsetAt(local));
                if (begins >= at && Includes(begins)) first = Math.Min(first, begins);
            }
            if (first != long.MaxValue) return first;
        }
        return long.MaxValue;
    }

    private bool Begins(DayWindow window, long day)
    {
        var date = DateOnly.FromDayNumber((int)day + 719_162); // days from year 1 to 1970
        return (window.Days >> (int)date.DayOfWeek & 1) != 0 && !Except.Contains(date) && (Only.Count == 0 || Only.Contains(date));
    }

    /// <summary>Everything that decides, as text: two schedules with one text are the same.</summary>
    public override string ToString() => string.Join('\n', [Zone.Name, .. Windows.Select(w => $"{w.Days} {w.From} {w.To}"),
        "-", .. Except.Order().Select(d => d.DayNumber.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        "+", .. Only.Order().Select(d => d.DayNumber.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
}
