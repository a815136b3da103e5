using SmartCity.Readings;

namespace SmartCity.Sparkplug;

/// <summary>
/// How many rebirths the hub asks for in the whole city: a token bucket, so that a restarted hub does not have a thousand nodes answer in one
/// second. Not thread-safe. Takes the wall clock.
/// </summary>
/// <param name="perSecond">Requests a second in the long run; over 0.</param>
/// <param name="burst">Requests at once; at least 1.</param>
public sealed class RebirthBudget(double perSecond, int burst)
{
    private readonly double _perSecond = perSecond > 0 ? perSecond : throw new ArgumentOutOfRangeException(nameof(perSecond), "Must be over 0.");
    private readonly int _burst = burst >= 1 ? burst : throw new ArgumentOutOfRangeException(nameof(burst), "Must be at least 1.");
    private double _tokens = burst;
    private Instant? _last;

    /// <summary>False: over the budget, try again later. A clock that steps back adds nothing and takes nothing away.</summary>
    public bool TryTake(Instant now)
    {
        if (_last is { } last && now > last) _tokens = Math.Min(_burst, _tokens + (now - last).TotalSeconds * _perSecond);
        _last = now;
        if (_tokens < 1 - 1e-9) return false; // a whole token may have come in parts
        _tokens = Math.Max(0, _tokens - 1);
        return true;
    }
}
