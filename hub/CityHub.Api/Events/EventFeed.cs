using CityHub.Contracts;

namespace CityHub.Api.Events;

/// <summary>Carries the hub's events into the ring. When the hub ends the stream (we fell behind), it is opened anew; the jump in the numbers tells the readers.</summary>
internal sealed partial class EventFeed(ICity city, EventRing ring, TimeProvider wall, ILogger<EventFeed> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await foreach (var happened in city.Events(stoppingToken)) ring.Add(happened);
                stoppingToken.ThrowIfCancellationRequested();
                FellBehind();
                await Task.Delay(Pause, wall, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return; // shutting down
        }
    }

    [LoggerMessage(LogLevel.Warning, "The live event stream fell behind and was opened anew; pages read their state again")]
    private partial void FellBehind();
}
