using SmartCity.Readings;

namespace SmartCity.Timeline;

/// <summary>How long history is kept, by resolution and quantity. Null: for ever.</summary>
public sealed class Retention
{
    private readonly TimeSpan?[] _default;
    private readonly Dictionary<(Resolution, Quantity), TimeSpan?> _of;

    /// <param name="raw">Of every reading.</param>
    /// <param name="minutes">Of windows of a minute.</param>
    /// <param name="hours">Of windows of an hour.</param>
    /// <param name="of">Where a quantity differs.</param>
    public Retention(TimeSpan? raw, TimeSpan? minutes, TimeSpan? hours, IEnumerable<(Resolution Resolution, Quantity Quantity, TimeSpan? Keep)>? of = null)
    {
        _default = [raw, minutes, hours];
        _of = (of ?? []).ToDictionary(other => (other.Resolution, other.Quantity), other => other.Keep);
    }

    /// <summary>Nothing is ever dropped.</summary>
    public static Retention ForEver { get; } = new(null, null, null);

    public TimeSpan? Keep(Resolution resolution, Quantity quantity) => _of.TryGetValue((resolution, quantity), out var keep) ? keep : _default[(int)resolution];

    /// <summary>What is kept where a quantity does not differ.</summary>
    public TimeSpan? Default(Resolution resolution) => _default[(int)resolution];

    /// <summary>Quantities that differ.</summary>
    public IEnumerable<Quantity> Different(Resolution resolution) => _of.Keys.Where(key => key.Item1 == resolution).Select(key => key.Item2);

    /// <summary>The longest that anything of a resolution is kept: the retention of its database.</summary>
    public TimeSpan? Longest(Resolution resolution)
    {
        var longest = _default[(int)resolution];
        foreach (var ((of, _), keep) in _of)
        {
            if (of == resolution && (keep is null || longest is not null && keep > longest)) longest = keep;
        }
        return longest;
    }

    /// <summary>Whether what is stamped with an instant has had its time.</summary>
    public bool IsOver(Resolution resolution, Quantity quantity, Instant at, Instant now) => Keep(resolution, quantity) is { } keep && at < now - keep;

    /// <summary>
    /// The coarsest resolution that serves a history: the step is a whole number of its windows and the first begins with one. What that resolution, or a coarser one, keeps no longer
    /// is served by the next coarser one that does, window by window, filed by its start.
    /// </summary>
    public Resolution Serving(Quantity quantity, Instant from, TimeSpan step, Instant now)
    {
        var serving = Resolution.Raw;
        foreach (var resolution in (Resolution[])[Resolution.Minute, Resolution.Hour])
        {
            var window = (long)TimelineSchema.Window(resolution).TotalMilliseconds;
            var whole = (long)step.TotalMilliseconds % window == 0 && from.UnixMilliseconds % window == 0;
            if (whole || IsOver(serving, quantity, from, now)) serving = resolution;
        }
        return serving;
    }
}
