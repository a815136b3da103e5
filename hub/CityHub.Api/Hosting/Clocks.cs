using SmartCity.Readings;

namespace CityHub.Api.Hosting;

/// <summary>The machine's clock: signatures, heartbeats, who did what when.</summary>
internal sealed class WallClock(TimeProvider time)
{
    public TimeProvider Time => time;

    public Instant Now => Instant.From(time.GetUtcNow());
}

/// <summary>When this hub was started (wall clock): readers of live events learn by it that it is another run.</summary>
internal sealed class HubStart(WallClock wall)
{
    public Instant At { get; } = wall.Now;
}
