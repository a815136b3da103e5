using SmartCity.Readings;

namespace CityHub.Silo.Webhooks;

/// <summary>
/// The wall clock as retries need it: it follows the wall clock forward and never back. A clock that is set back by an hour would hold every
/// retry back by that hour, and an alert that was queued just before it; here time goes on at the machine's steady rate until the wall clock has caught up.
/// </summary>
internal sealed class DeliveryClock(TimeProvider wall)
{
    private readonly Lock _gate = new();
    private DateTimeOffset _base = wall.GetUtcNow();
    private long _baseAt = wall.GetTimestamp();

    public DateTimeOffset UtcNow
    {
        get
        {
            lock (_gate)
            {
                var (utc, at) = (wall.GetUtcNow(), wall.GetTimestamp());
                var steady = _base + wall.GetElapsedTime(_baseAt, at);
                if (utc <= steady) return steady;
                (_base, _baseAt) = (utc, at);
                return utc;
            }
        }
    }

    public Instant Now => Instant.From(UtcNow);
}
