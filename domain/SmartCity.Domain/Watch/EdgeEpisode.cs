using System.Globalization;
using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>
/// An episode that a node has found by a rule of its own. What names it is the rule, the device, and the order of its first breaching reading in the
/// node's outbox: from these the hub makes the very id that its own watch over the same reading would give, so that both find one episode.
/// </summary>
/// <param name="FirstBreachAt">By the node's clock, as good as that was.</param>
/// <param name="ClearedAt">Null: it is open.</param>
public sealed record EdgeEpisode(string Rule, string Device, Quantity Quantity, Severity Severity, ReadingOrder First, double Value, Instant FirstBreachAt, Instant? ClearedAt)
{
    /// <summary>How many a node tells: open ones first, then those that ended last.</summary>
    public const int Most = 32;

    private const int LongestName = 64;

    /// <summary>As births tell them: a line each, its parts separated by blanks.</summary>
    public static string Write(IEnumerable<EdgeEpisode> episodes) => string.Join('\n', episodes.Take(Most).Select(one => string.Create(CultureInfo.InvariantCulture,
        $"{one.Rule} {one.Device} {QuantityCatalogue.Of(one.Quantity).Name} {(int)one.Severity} {one.First.Packed} {one.Value:R} {one.FirstBreachAt.UnixMilliseconds} {one.ClearedAt?.UnixMilliseconds.ToString(CultureInfo.InvariantCulture) ?? "-"}")));

    /// <summary>Reads what <see cref="Write"/> wrote; a line that cannot be read is passed over, and so is what is beyond <see cref="Most"/>.</summary>
    public static IReadOnlyList<EdgeEpisode> Read(string text)
    {
        var read = new List<EdgeEpisode>();
        foreach (var line in text.Split('\n'))
        {
            if (read.Count < Most && ReadLine(line) is { } one) read.Add(one);
        }
        return read;
    }

    private static EdgeEpisode? ReadLine(string line)
    {
        if (line.Split(' ') is not [{ Length: > 0 and <= LongestName } rule, { Length: > 0 and <= LongestName } device, var name, var level, var first, var number, var since, var until]) return null;
        if (QuantityCatalogue.Find(name) is not { } row || !byte.TryParse(level, NumberStyles.None, CultureInfo.InvariantCulture, out var severity) || !Enum.IsDefined((Severity)severity)) return null;
        if (!ulong.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var order)) return null;
        if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value)) return null;
        if (ReadInstant(since) is not { } firstAt || until != "-" && ReadInstant(until) is null) return null;
        return new(rule, device, row.Quantity, (Severity)severity, new(order), value, firstAt, until == "-" ? null : ReadInstant(until));
    }

    private static Instant? ReadInstant(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds <= Instant.Max.UnixMilliseconds ? new Instant(milliseconds) : null;
}
