using CityHub.Contracts;
using CityHub.Silo.Register;
using CityHub.Silo.Twins;
using SmartCity.Timeline;

namespace CityHub.Silo.Timeline.Influx;

/// <summary>
/// Writes episodes and changes of presence beside the readings, as they happen. After a start, and after more happened at once than was kept, the newest episodes are written again,
/// each onto itself: the register has them all. A change of presence that a crash caught is not told again.
/// </summary>
internal sealed class Annotations(EventFeed feed, IRegister register, LineDelivery delivery, TimeProvider wall) : ITimelineLoop
{
    private const int Newest = 1000;
    private const int AtOnce = 500;
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(250);
    private readonly LineWriter _lines = new();

    public async Task Run(CancellationToken stopping)
    {
        while (true)
        {
            // Listening first: what happens meanwhile waits in the queue.
            var happening = feed.Listen(stopping).GetAsyncEnumerator(stopping);
            await using (happening)
            {
                var next = happening.MoveNextAsync().AsTask();
                await Again(stopping);
                while (await next)
                {
                    Add(happening.Current);
                    next = happening.MoveNextAsync().AsTask();
                    await Task.WhenAny(next, Task.Delay(Gather, wall, stopping));
                    if (next.IsCompletedSuccessfully && next.Result && _lines.Lines < AtOnce) continue;
                    await Send(stopping);
                }
            }
            await Send(stopping); // the feed ended us because we fell behind
        }
    }

    /// <summary>A change as the feed tells it.</summary>
    private void Add(HubEvent happened)
    {
        if (happened.Episode is { } episode) TimelineLines.Episode(_lines, episode);
        else if (happened.Kind.StartsWith("node.", StringComparison.Ordinal)) TimelineLines.Presence(_lines, happened.Subject, happened.Kind["node.".Length..], happened.At);
    }

    private async Task Again(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                foreach (var episode in await register.ListEpisodes(new(Limit: Newest))) TimelineLines.Episode(_lines, episode);
                break;
            }
            catch (RegisterUnavailableException)
            {
                // it is said elsewhere; here it is only waited for
            }
            await Task.Delay(TimeSpan.FromSeconds(5), wall, stopping);
        }
        await Send(stopping);
    }

    private async Task Send(CancellationToken stopping)
    {
        await delivery.Deliver(TimelineSchema.Database(Resolution.Hour), _lines.Written, _lines.Ends, stopping);
        _lines.Clear();
    }
}
