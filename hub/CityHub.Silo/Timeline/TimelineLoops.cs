using CityHub.Silo.Register;
using CityHub.Silo.Timeline.Influx;
using CityHub.Silo.Twins;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CityHub.Silo.Timeline;

/// <summary>What runs beside the timeline by the settings: annotations in an InfluxDB, an export.</summary>
internal sealed class TimelineLoops : IDisposable
{
    private readonly List<ITimelineLoop> _loops = [];

    public TimelineLoops(ITimeline timeline, IOptions<TimelineOptions> options, IOptions<ExportOptions> export, EventFeed feed, IRegister register, Places places, TimeProvider wall, ILoggerFactory logs)
    {
        if (timeline is InfluxTimeline influx) _loops.Add(new Annotations(feed, register, influx.OwnDelivery(), wall));
        if (export.Value.Url is not null && timeline is IHasLog front) _loops.Add(new Exporter(options.Value, export.Value, front.Front, places.TagsOf, wall, logs.CreateLogger<Exporter>()));
    }

    /// <summary>Ends when one of them does, or when cancelled.</summary>
    public async Task Run(ITimeline timeline, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task[] running = [timeline.Run(ending.Token), .. _loops.Select(loop => loop.Run(ending.Token))];
        var first = await Task.WhenAny(running);
        await ending.CancelAsync();
        foreach (var loop in running) await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    public void Dispose()
    {
        foreach (var loop in _loops.OfType<IDisposable>()) loop.Dispose();
    }
}
