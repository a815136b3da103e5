using SmartCity.Readings;

namespace SmartCity.Watch;

/// <summary>Since when somebody has listened. Silence before it was ours: the clock does not hold it against a sensor.</summary>
public sealed class Listening
{
    private long _since;

    /// <summary>City clock; may be set from any thread, for instance when a connection comes back.</summary>
    public Instant Since
    {
        get => new(_since);
        set => _since = value.UnixMilliseconds;
    }
}
